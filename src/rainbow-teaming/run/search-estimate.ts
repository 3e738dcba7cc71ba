/** What a search may take at most, by role, told before it starts: its questions are counted on a model that settles nothing. */
import { RandomStream } from "../../core/random.ts";
import type { Judge, JudgedItem } from "../../judges/judge.ts";
import type { JudgeLabels } from "../../judges/labels.ts";
import { plannedJudgements } from "../../judges/planned-judgements.ts";
import { isEndpoint, tokensAddedBy } from "../../language-models/applications/asked-model.ts";
import type { CallCost } from "../../language-models/calls/call-cost.ts";
import { estimateCalls, type PlannedCalls } from "../../language-models/calls/call-estimate.ts";
import { type Price, priceOf } from "../../language-models/calls/price.ts";
import { promptTokensAtMost, textTokensAtMost } from "../../language-models/calls/token-bounds.ts";
import type { LanguageModel } from "../../language-models/language-model.ts";
import { ScriptedLanguageModel } from "../../language-models/scripted-language-model.ts";
import { cellsMove } from "../archives/archive-schema.ts";
import { modelRanking } from "../cheap-ranking.ts";
import { labelsOf } from "../domain-schema.ts";
import { asksModel, type DomainJudge } from "../judge-schema.ts";
import { mutationPrompt } from "../mutation-prompt.ts";
import { labelledJudge } from "./judge-labels.ts";
import { modelOfRole, type Role, roles } from "./role-models.ts";
import type { SearchConfiguration } from "./search-configuration.ts";
import { heldOutJudge, rubricOf, searchJudges } from "./search-judges.ts";

/** What a role may take. */
export interface RoleEstimate {
  readonly role: Role;
  readonly model: string;
  readonly cost: CallCost;
  readonly price: Price | undefined;
}

/** Tokens that a mutation may write; as languageModelProposer asks for them. */
const mutationTokens = 256;

/**
 * Upper bounds of calls; of tokens for prompts about as long as the longest seed and answers of full length.
 * @param labels by which the judge is measured before
 */
export async function estimateSearch(
  configuration: SearchConfiguration,
  labels?: JudgeLabels,
): Promise<RoleEstimate[]> {
  const planned = await plannedByRole(configuration);
  const measuring = labels === undefined ? {} : await plannedForLabels(configuration, labels);
  for (const role of measuredRoles) planned[role] = [...(planned[role] ?? []), ...(measuring[role] ?? [])];
  return estimates(configuration, planned);
}

/** What measuring the judge by people's labels may take alone, once. */
export async function estimateMeasuring(
  configuration: SearchConfiguration,
  labels: JudgeLabels,
): Promise<RoleEstimate[]> {
  return estimates(configuration, await plannedForLabels(configuration, labels));
}

/** Roles that are asked where a judge is measured. */
const measuredRoles = ["judge", "oracle"] as const;

async function plannedForLabels(configuration: SearchConfiguration, labels: JudgeLabels): Promise<PlannedByRole> {
  if (!asksModel(configuration.domain.judge)) return {};
  const plannedFor = (judgeOf: (other: LanguageModel) => Judge) => plannedJudgements(judgeOf, new Set(), labels);
  return {
    judge: await plannedFor((other) => labelledJudge(configuration, labels, other, silentModel("oracle"))),
    oracle: await plannedFor((other) => labelledJudge(configuration, labels, silentModel("judge"), other)),
  };
}

function estimates(configuration: SearchConfiguration, planned: PlannedByRole): RoleEstimate[] {
  return roles.flatMap((role) => {
    const model = modelOfRole(configuration, role);
    if (model === undefined || planned[role] === undefined) return [];
    const price = priceOf(model, configuration.calls.price);
    const added = tokensAddedBy(model);
    const calls = planned[role].map((each) => ({ ...each, inputTokens: each.inputTokens + added }));
    return [{ role, model, price, cost: estimateCalls(calls, price) }];
  });
}

type PlannedByRole = Partial<Record<Role, readonly PlannedCalls[]>>;

async function plannedByRole(configuration: SearchConfiguration): Promise<PlannedByRole> {
  const { domain, iterations, arms, rankedMutations, cheapJudge } = configuration;
  const { maximumTokens, system = "" } = domain.target;
  const longest = domain.seeds.reduce((most, seed) => (seed.length > most.length ? seed : most), "");
  const parent = arms.parents === "none" ? undefined : longest;
  const mutator = domain.descriptors.map((descriptor): PlannedCalls => {
    const question = mutationPrompt({ domain, descriptor, bin: 0, parent });
    const calls = iterations * rankedMutations;
    return { calls, inputTokens: promptTokensAtMost(question), maximumTokens: mutationTokens };
  });
  const asked = promptTokensAtMost(longest) + textTokensAtMost(system);
  const target = [{ calls: iterations, inputTokens: asked, maximumTokens }];

  const [judge, oracle, heldOut] = ["judge", "oracle", "held-out judge"].map(silentModel) as [Silent, Silent, Silent];
  // A character counts as a token: as long as an answer may be.
  const item = (mark: string): JudgedItem => ({ prompt: longest, response: mark.repeat(maximumTokens) });
  const random = new RandomStream(0, ["estimate"]);
  const comparing = silentModel("judge");
  const pairs = configuration.comparisonsPerCall > 1 ? 2 : 1;
  const asking = askingPart(domain.judge);
  if (asking !== undefined) {
    const settings = { ...configuration, domain: { ...domain, judge: asking } };
    const judges = searchJudges(settings, judge, oracle);
    if (judges.judge.capabilities.has("compare") && arms.replacement !== "score" && !cellsMove(domain.archive)) {
      // Two pairs in a question that cannot be read take most calls for each: one for both, and one each.
      const asked = ["a", "c"].slice(0, pairs).map((mark) => ({ first: item(mark), second: item("b") }));
      await searchJudges(settings, comparing, oracle).judge.compare(asked, { random });
    }
    await judges.scorer.score([item("a")], { random });
  }
  const elites = elitesAtMost(configuration);
  if (configuration.heldOutJudge !== undefined) {
    await heldOutJudge(configuration, heldOut).score([item("a")], { random });
  }
  const classified = domain.descriptors.filter((each) => each.kind === "categories" && each.placement === "classified");
  const classifierId = modelOfRole(configuration, "classifier");
  const scoresLabels = classifierId !== undefined && !isEndpoint(classifierId);
  const ranking = silentModel("cheap judge");
  if (cheapJudge !== undefined) {
    const { score } = modelRanking({ proposals: rankedMutations, model: ranking, rubric: rubricOf(domain) });
    const texts = Array.from({ length: rankedMutations }, () => longest);
    await score(texts, { seed: 0, bins: [], parent, signal: undefined });
  }
  // What is embedded once is recorded: an elite is not paid for again.
  const embedding = (calls: number) => [{ calls, inputTokens: promptTokensAtMost(longest), maximumTokens: 0 }];
  const embedded = embedding(iterations);
  return {
    mutator,
    "cheap judge": countedCalls(ranking, iterations),
    // Every child; a parent is a child or a seed.
    "parent embedder": embedding(iterations * rankedMutations + domain.seeds.length),
    embedder: embedded,
    "archive embedder": embedded,
    target,
    judge: [...countedCalls(comparing, iterations / pairs), ...countedCalls(judge, iterations)],
    oracle: countedCalls(oracle, iterations),
    classifier: classified.map((each) => ({
      calls: (scoresLabels ? Math.max(3, labelsOf(each).length) : 3) * iterations * rankedMutations,
      inputTokens: asked + labelsOf(each).join().length,
      maximumTokens: 32,
    })),
    "held-out judge": countedCalls(heldOut, Math.min(elites, iterations)),
  };
}

/** The most prompts that an archive can hold. */
export function elitesAtMost({ domain, arms, iterations }: SearchConfiguration): number {
  const { archive } = domain;
  if (archive?.kind === "novelty") return iterations;
  if (archive?.kind === "cvt") return archive.cells * arms.elitesPerCell;
  return domain.descriptors.reduce((cells, each) => cells * labelsOf(each).length, arms.elitesPerCell);
}

/** What of a judge asks models: exact checks cost nothing, and are the user's code. */
export function askingPart(judge: DomainJudge): DomainJudge | undefined {
  if (!asksModel(judge) || judge.kind !== "ensemble") return asksModel(judge) ? judge : undefined;
  const { weights: _, ...rest } = judge;
  return { ...rest, judges: judge.judges.filter(asksModel) };
}

type Silent = ScriptedLanguageModel;

/** Calls every prompt objective and is no vote and no score: nothing is settled early, so that every question is asked. */
export function silentModel(id: string): Silent {
  return new ScriptedLanguageModel({ id, answer: () => "yes" });
}

/** The calls that such a model had, so many times. */
export function countedCalls(model: Silent, times: number): PlannedCalls[] {
  return model.calls.flatMap((call): PlannedCalls[] => {
    if (call.method !== "generate") return [];
    const { prompts, samples = 1, maximumTokens } = call.options;
    const inputTokens = prompts.reduce((sum, prompt) => sum + promptTokensAtMost(prompt), 0) / prompts.length;
    return [{ calls: Math.ceil(prompts.length * samples * times), inputTokens, maximumTokens }];
  });
}
