/** What an improvement may take at most, by phase and role, told before it starts. */
import { RandomStream } from "../../core/random.ts";
import type { JudgeLabels } from "../../judges/labels.ts";
import { rubricJudge } from "../../judges/rubric-judge.ts";
import type { CallCost } from "../../language-models/calls/call-cost.ts";
import { estimateCalls, type PlannedCalls } from "../../language-models/calls/call-estimate.ts";
import { type Price, priceOf } from "../../language-models/calls/price.ts";
import { promptTokensAtMost, textTokensAtMost } from "../../language-models/calls/token-bounds.ts";
import { modelOfRole, roles } from "../run/role-models.ts";
import { countedCalls, elitesAtMost, estimateMeasuring, estimateSearch, silentModel } from "../run/search-estimate.ts";
import { heldOutJudge, searchJudges } from "../run/search-judges.ts";
import type { ImprovementConfiguration } from "./improvement-configuration.ts";
import type { PhaseRole } from "./improvement-context.ts";
import { teacherPrompt } from "./make-lessons.ts";

/** What a role may take in a phase. */
export interface PhaseEstimate {
  readonly phase: "judge labels" | "search" | "lessons" | "measure before" | "measure after" | "renewed attack";
  readonly role: string;
  readonly model: string;
  readonly cost: CallCost;
  readonly price: Price | undefined;
}

/** How much there is to measure on, and to learn from where that is known. */
export interface EstimatedWork {
  /** Ordinary prompts. */
  readonly ability: number;
  /** Prompts to make lessons of; default: all cells of all training archives. */
  readonly prompts?: number;
  /** By which the search's judge is measured, once for all searches. */
  readonly labels?: JudgeLabels | undefined;
  /** Lessons and learning alone. */
  readonly learnsOnly?: boolean;
}

/** Upper bounds, as estimateSearch has them. */
export async function estimateImprovement(
  configuration: ImprovementConfiguration,
  { ability, prompts, labels, learnsOnly = false }: EstimatedWork,
): Promise<PhaseEstimate[]> {
  const { search, archives, heldOutArchives, renewedAttack } = configuration;
  const found = Math.min(elitesAtMost(search), search.iterations);
  const lessons = await lessonEstimates(configuration, prompts ?? (archives - heldOutArchives) * found);
  if (learnsOnly) return lessons;
  const searched = await estimateSearch(search);
  const times = (phase: "search" | "renewed attack", count: number): PhaseEstimate[] =>
    searched.map(({ cost, ...rest }) => ({ ...rest, phase, cost: multiplied(cost, count) }));
  const judge = labels === undefined ? [] : await estimateMeasuring(search, labels);
  const measured = await measurementEstimates(configuration, heldOutArchives * found, ability);
  return [
    ...judge.map((each) => ({ ...each, phase: "judge labels" as const })),
    ...times("search", archives),
    ...lessons,
    ...measured.map((each) => ({ ...each, phase: "measure before" as const })),
    ...measured.map((each) => ({ ...each, phase: "measure after" as const })),
    ...(renewedAttack ? times("renewed attack", 1) : []),
  ];
}

function multiplied({ calls, inputTokens, outputTokens, nanodollars }: CallCost, times: number): CallCost {
  return {
    calls: calls * times,
    inputTokens: inputTokens * times,
    outputTokens: outputTokens * times,
    nanodollars: nanodollars === undefined ? undefined : nanodollars * times,
  };
}

/** One prompt as long as the longest seed, with a response of full length; a character counts as a token. */
function longest({ search }: ImprovementConfiguration) {
  const { seeds, target } = search.domain;
  const prompt = seeds.reduce((most, seed) => (seed.length > most.length ? seed : most), "");
  return { prompt, response: "a".repeat(target.maximumTokens) };
}

const random = new RandomStream(0, ["estimate"]);

async function lessonEstimates(configuration: ImprovementConfiguration, prompts: number): Promise<PhaseEstimate[]> {
  const { search, teacher } = configuration;
  const item = longest(configuration);
  const inputTokens = promptTokensAtMost(teacherPrompt(search.domain, item.prompt));
  const asked = [{ calls: prompts, inputTokens, maximumTokens: search.domain.target.maximumTokens }];
  return [
    estimate(configuration, "lessons", "teacher", teacher, asked),
    ...(await scoringEstimates(configuration, "lessons", prompts)),
  ];
}

async function measurementEstimates(
  configuration: ImprovementConfiguration,
  heldOut: number,
  ability: number,
): Promise<PhaseEstimate[]> {
  const { search } = configuration;
  const { domain } = search;
  const item = longest(configuration);
  const { maximumTokens, system = "" } = domain.target;
  const inputTokens = promptTokensAtMost(item.prompt) + textTokensAtMost(system);
  // A target that scores is asked for the right answer's probability as well.
  const target = [
    { calls: heldOut + ability, inputTokens, maximumTokens },
    { calls: ability, inputTokens, maximumTokens: 0 },
  ];
  const other: PlannedCalls[] = [];
  if (search.heldOutJudge !== undefined) {
    const model = silentModel("held-out judge");
    await heldOutJudge(search, model).score([item], { random });
    other.push(...countedCalls(model, heldOut));
    const onOrdinary = silentModel("held-out judge");
    await rubricJudge({ model: onOrdinary, rubric: domain.summary }).score([item], { random });
    other.push(...countedCalls(onOrdinary, ability));
  }
  return [
    estimate(configuration, "measure before", "target", search.target, target),
    ...(await scoringEstimates(configuration, "measure before", heldOut)),
    ...(search.heldOutJudge === undefined
      ? []
      : [estimate(configuration, "measure before", "held-out judge", search.heldOutJudge, other)]),
  ];
}

/** What the search's own judges take for so many items. */
async function scoringEstimates(
  configuration: ImprovementConfiguration,
  phase: PhaseEstimate["phase"],
  items: number,
): Promise<PhaseEstimate[]> {
  const { search } = configuration;
  const [judge, oracle] = [silentModel("judge"), silentModel("oracle")];
  await searchJudges(search, judge, oracle).scorer.score([longest(configuration)], { random });
  const models = { judge, oracle } as const;
  return roles.flatMap((role) => {
    const model = modelOfRole(search, role);
    if (model === undefined || (role !== "judge" && role !== "oracle")) return [];
    return [estimate(configuration, phase, role, model, countedCalls(models[role], items))];
  });
}

function estimate(
  { search }: ImprovementConfiguration,
  phase: PhaseEstimate["phase"],
  role: PhaseRole,
  model: string,
  planned: readonly PlannedCalls[],
): PhaseEstimate {
  const price = priceOf(model, search.calls.price);
  return { phase, role, model, price, cost: estimateCalls(planned, price) };
}
