/**
 * One seed of the comparison on any endpoints: Rainbow Teaming for its iterations, then each other arm until it has taken as
 * many calls; archives as they were at that number, judged by the held-out judge where there is one. Every arm has a run
 * folder of its own with all calls recorded, and goes on from there.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "../../../src/core/errors/invalid-argument-error.ts";
import { quotedText } from "../../../src/core/quoted-text.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { scoreResponses } from "../../../src/rainbow-teaming/attack/attack-prompts.ts";
import { type EvaluatedPrompt, judgedScore, totalCalls } from "../../../src/rainbow-teaming/evaluated-prompt.ts";
import { PromptArchive } from "../../../src/rainbow-teaming/prompt-archive.ts";
import type { Iteration } from "../../../src/rainbow-teaming/rainbow-search.ts";
import { type OpenModel, RoleModels } from "../../../src/rainbow-teaming/run/role-models.ts";
import { runSearch } from "../../../src/rainbow-teaming/run/run-search.ts";
import {
  archiveName,
  parseSearchConfiguration,
  type SearchConfiguration,
} from "../../../src/rainbow-teaming/run/search-configuration.ts";
import { heldOutJudge } from "../../../src/rainbow-teaming/run/search-judges.ts";
import { checkArms } from "../../../src/rainbow-teaming/search-arms.ts";
import { loadProgress } from "../../../src/rainbow-teaming/search-progress.ts";
import { createRun, openRun, runDatabaseName } from "../../../src/runs/run-database.ts";
import type { Json, RunStore } from "../../../src/runs/run-store.ts";
import { selfBleu } from "../../../src/synthetic-data/measures/diversity/self-bleu.ts";
import type { MachineDescription } from "../../closed-loop/machine.ts";
import { finishedPart } from "../finished-part.ts";
import { type EndpointArmName, endpointArmNames, endpointArms } from "./arms.ts";

/** The archive of an arm when it had taken the budget's calls. */
export interface EndpointArmResult {
  /** Of all roles of the search; the held-out judge's are not among them. */
  readonly calls: number;
  readonly iterations: number;
  readonly evaluated: number;
  readonly filledCells: number;
  /** In [0, 1]. */
  readonly coverage: number;
  /** Elites, one a filled cell. */
  readonly elites: number;
  /** Those whose score by the search's own judge could be read: what is not known is in neither share. */
  readonly judged: number;
  /** Of these, by the search's own judge: their mean, and the share that counts as a success; missing where there is none. */
  readonly meanFitness?: number;
  readonly success?: number;
  /** The same by the held-out judge, where there is one. */
  readonly heldOutJudged?: number;
  readonly heldOutSuccess?: number;
  /** Of the elites' texts, in [0, 100]. */
  readonly selfBleu: number;
}

export interface EndpointSeed {
  readonly seed: number;
  readonly arms: Readonly<Record<EndpointArmName, EndpointArmResult>>;
  readonly machines: readonly MachineDescription[];
}

export interface EndpointRunOptions {
  readonly directory: string;
  readonly seed: number;
  /** Of Rainbow Teaming; other arms change it. */
  readonly configuration: SearchConfiguration;
  readonly open: OpenModel;
  readonly signal?: AbortSignal;
  readonly onArm?: (arm: EndpointArmName, result: EndpointArmResult) => void;
}

/** All arms of a seed, run or read. Throws InterruptedError where the signal aborts, and what models throw. */
export async function runEndpointSeed(options: EndpointRunOptions): Promise<EndpointSeed> {
  const { directory, seed, onArm } = options;
  const arms: Partial<Record<EndpointArmName, EndpointArmResult>> = {};
  const machines: MachineDescription[] = [];
  let budget: number | undefined;
  for (const name of endpointArmNames) {
    const configuration = configurationOf(options, name);
    const file = join(directory, `seed-${seed}`, `${name}.json`);
    // Before, shares counted what could not be read as no success: such results are not put beside these.
    const made = { configuration: comparable(configuration), calls: budget ?? null, shares: "of what is known" };
    const finished = await finishedPart(file, made, () => runArm(options, name, configuration, budget));
    arms[name] = finished.result;
    machines.push(finished.machine);
    budget ??= finished.result.calls;
    onArm?.(name, finished.result);
  }
  return { seed, arms: arms as Record<EndpointArmName, EndpointArmResult>, machines };
}

/** Whether all arms of a seed are finished. */
export function isFinished({ directory, seed }: Pick<EndpointRunOptions, "directory" | "seed">): boolean {
  return endpointArmNames.every((name) => existsSync(join(directory, `seed-${seed}`, `${name}.json`)));
}

function configurationOf({ configuration, seed }: EndpointRunOptions, name: EndpointArmName): SearchConfiguration {
  const { change } = endpointArms[name];
  const arms = "arms" in change ? { ...configuration.arms, ...change.arms } : configuration.arms;
  return parseSearchConfiguration({ ...configuration, ...change, arms, seed });
}

/** What a result depends on, as its file has it. */
function comparable({ threads: _, calls: _calls, ...configuration }: SearchConfiguration): Json {
  return JSON.parse(JSON.stringify(configuration)) as Json;
}

async function runArm(
  { directory, seed, open, signal }: EndpointRunOptions,
  name: EndpointArmName,
  configuration: SearchConfiguration,
  budget: number | undefined,
): Promise<EndpointArmResult> {
  const store = openStore(join(directory, `seed-${seed}`, name), configuration);
  try {
    // The held-out judge scores the archive at the budget, which a search may be a little beyond.
    const { heldOutJudge: _, ...searched } = configuration;
    const search = (iterations: number) =>
      runSearch({ configuration: { ...searched, iterations }, store, open, ...(signal && { signal }) });
    if (budget === undefined) await search(configuration.iterations);
    else await searchToBudget(search, store, configuration, budget);
    const { kept, ...result } = await atBudget(configuration, loadProgress(store, archiveName), budget ?? Infinity);
    return { ...result, ...(await heldOutScores(configuration, store, open, kept, signal)) };
  } finally {
    store.close();
  }
}

function openStore(directory: string, configuration: SearchConfiguration): RunStore {
  if (!existsSync(join(directory, runDatabaseName))) {
    return createRun({ directory, configuration: configuration as unknown as Json });
  }
  const store = openRun({ directory, mode: "write" });
  const begun = comparable(store.configuration as unknown as SearchConfiguration);
  if (JSON.stringify(begun) === JSON.stringify(comparable(configuration))) return store;
  store.close();
  throw new InvalidArgumentError({
    expected: `a search of these settings in ${quotedText(directory, 1000)}`,
    received: "one of other settings",
    remedy: "name another folder (--output), or give the settings that it was begun with",
  });
}

/** Goes on in steps that are a little short of the budget, so that few calls beyond it are paid for. */
async function searchToBudget(
  search: (iterations: number) => Promise<void>,
  store: RunStore,
  configuration: SearchConfiguration,
  budget: number,
): Promise<void> {
  // More iterations than this take next to no calls: the models give nothing.
  const most = 20 * configuration.iterations;
  for (let iterations = 0; iterations < most; ) {
    const spent = callsOf(loadProgress(store, archiveName));
    if (spent >= budget) return;
    const perIteration = iterations === 0 ? Infinity : Math.max(1, spent / iterations);
    iterations += Math.max(1, Math.floor((0.9 * (budget - spent)) / perIteration));
    iterations = Math.min(iterations, most);
    await search(iterations);
  }
}

function callsOf(iterations: readonly Iteration[]): number {
  return iterations.reduce((sum, iteration) => sum + callsOfIteration(iteration), 0);
}

function callsOfIteration(iteration: Iteration): number {
  return totalCalls("kept" in iteration ? iteration.kept.calls : iteration.lost.calls);
}

/** The archive before the first iteration that would exceed the budget. */
async function atBudget(
  { domain, arms }: SearchConfiguration,
  iterations: readonly Iteration[],
  budget: number,
): Promise<EndpointArmResult & { readonly kept: readonly EvaluatedPrompt[] }> {
  const compares = domain.judge.kind === "pairwise";
  const archive = new PromptArchive({ descriptors: domain.descriptors, ...checkArms(arms, compares) });
  let [calls, count, evaluated] = [0, 0, 0];
  for (const iteration of iterations) {
    const own = callsOfIteration(iteration);
    if (calls + own > budget) break;
    calls += own;
    count++;
    if (!("kept" in iteration)) continue;
    evaluated++;
    archive.add(iteration.kept);
  }
  const kept = archive.prompts();
  const { filledCells, coverage } = archive.statistics(domain.success);
  const texts = kept.map(({ text }) => ({ prompt: "", completion: text }));
  const scores = kept.map(judgedScore);
  const known = scores.filter((score) => score !== null);
  return {
    kept,
    calls,
    iterations: count,
    evaluated,
    filledCells,
    coverage,
    elites: kept.length,
    judged: known.length,
    ...(known.length > 0 && {
      meanFitness: known.reduce((sum, score) => sum + score, 0) / known.length,
      success: shareOf(known.map((score) => score >= domain.success)),
    }),
    selfBleu: texts.length < 2 ? 0 : await selfBleu().compute(texts),
  };
}

async function heldOutScores(
  configuration: SearchConfiguration,
  store: RunStore,
  open: OpenModel,
  elites: readonly EvaluatedPrompt[],
  signal: AbortSignal | undefined,
): Promise<Pick<EndpointArmResult, "heldOutSuccess" | "heldOutJudged">> {
  const { heldOutJudge: id, calls, domain, seed } = configuration;
  if (id === undefined) return {};
  const models = new RoleModels({ calls, store, open });
  try {
    const scores = await scoreResponses({
      responses: elites,
      judge: heldOutJudge(configuration, await models.role("held-out judge", id)),
      success: domain.success,
      random: new RandomStream(seed, ["held-out judge"]),
      concurrency: calls.concurrency,
      ...(signal && { signal }),
    });
    const judged = scores.flatMap(({ success }) => success ?? []);
    return { heldOutJudged: judged.length, ...(judged.length > 0 && { heldOutSuccess: shareOf(judged) }) };
  } finally {
    await models.close();
  }
}

function shareOf(successes: readonly boolean[]): number {
  return successes.filter(Boolean).length / successes.length;
}
