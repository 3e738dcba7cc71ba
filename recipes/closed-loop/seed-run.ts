/** One seed of the recipe: the model before, and each arm's three rounds; every part resumes from its own run folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ConfigurationInput, parseConfiguration, type SearchArm } from "../../src/closed-loop/configuration.ts";
import { improveRounds } from "../../src/closed-loop/improve.ts";
import { withLoopContext } from "../../src/closed-loop/loop-context.ts";
import { measureTestSets, type TestSetResult } from "../../src/closed-loop/measurement.ts";
import { loadTarget } from "../../src/closed-loop/targets/target.ts";
import { writeFileAtomic } from "../../src/core/atomic-file.ts";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import { quotedText } from "../../src/core/quoted-text.ts";
import { createRun, openRun, runDatabaseName } from "../../src/runs/run-database.ts";
import type { Json, RunStore } from "../../src/runs/run-store.ts";
import { describeMachine, type MachineDescription } from "./machine.ts";

export interface SeedRunOptions {
  readonly directory: string;
  readonly seed: number;
  readonly model: string;
  readonly settings: ConfigurationInput;
  readonly threads: number;
  readonly signal?: AbortSignal;
}

export interface ModelResult {
  /** Accuracy by test set, in [0, 1]. */
  readonly accuracies: Readonly<Record<string, number>>;
  /** Mean accuracy of the worst quarter of the whole space's cells. */
  readonly worstQuartile: number;
}

export interface RoundYield {
  readonly evaluations: number;
  readonly failures: number;
  readonly failingCells: number;
}

export interface ArmResult extends ModelResult, TaughtExamples {
  /** What each round's search found; empty for arms that do not evaluate. */
  readonly yields: readonly RoundYield[];
}

/** New training examples, all rounds. */
export interface TaughtExamples {
  readonly examples: number;
  /** Different ones among a round's, summed: where too few failures are found, they are taught several times. */
  readonly different: number;
  readonly tokens: number;
}

/** A result with what it was made with, as the file of a finished part holds it. */
export interface FinishedPart<Result> {
  readonly result: Result;
  readonly configuration: Json;
  readonly machine: MachineDescription;
}

export interface SeedResult {
  readonly seed: number;
  readonly checkpoint: number;
  readonly before: ModelResult;
  readonly arms: { [arm in SearchArm]?: ArmResult };
  /** What each part was run with. */
  readonly machines: { [part: string]: MachineDescription };
}

/** Cells of the test set "whole-space": its problem i belongs to cell i mod this. */
const wholeSpaceCells = 56;

/** Measures the checkpoint itself. */
export async function runBefore(options: SeedRunOptions): Promise<FinishedPart<ModelResult>> {
  return withRun(options, "before", undefined, async (context) => {
    const model = await context.openModel.open(await loadTarget(context));
    return modelResult(await measureTestSets(context, model, "before", "measure before"));
  });
}

/** Teaches the checkpoint by one arm and measures what it became; `name` is its folder's. */
export async function runArm(
  options: SeedRunOptions,
  arm: SearchArm,
  name: string = arm,
): Promise<FinishedPart<ArmResult>> {
  return withRun(options, name, arm, async (context) => {
    const { model, rounds } = await improveRounds(context, await loadTarget(context));
    const results = await measureTestSets(context, await context.openModel.open(model), "after", "measure after");
    return {
      ...modelResult(results),
      yields: rounds.map(({ found }) => {
        const failures = found.filter(({ correct }) => !correct);
        return {
          evaluations: found.length,
          failures: failures.length,
          failingCells: new Set(failures.map(({ cell }) => cell)).size,
        };
      }),
      examples: rounds.reduce((total, { trainingSet }) => total + trainingSet.problems.length, 0),
      different: rounds.reduce((total, { trainingSet }) => total + trainingSet.different, 0),
      tokens: rounds.reduce((total, { trainingSet }) => total + trainingSet.tokens, 0),
    };
  });
}

/** The result of a finished part: small, kept and committed; its run folder is needed no longer. */
export function finishedFile(directory: string, name: string): string {
  return join(directory, `${name}.json`);
}

type Context = Parameters<Parameters<typeof withLoopContext>[1]>[0];

/** Does a part in a run folder of its own, or reads what it came to. */
export async function withRun<Result>(
  options: SeedRunOptions,
  name: string,
  arm: SearchArm | undefined,
  work: (context: Context) => Promise<Result>,
): Promise<FinishedPart<Result>> {
  const directory = join(options.directory, name);
  const finished = finishedFile(options.directory, name);
  const { search, ...settings } = options.settings;
  const parsed = parseConfiguration({
    ...settings,
    model: options.model,
    seed: options.seed,
    threads: options.threads,
    search: { ...search, ...(arm && { arm }) },
  });
  const configuration = parsed as unknown as Json;
  if (existsSync(finished)) {
    const part = JSON.parse(readFileSync(finished, "utf8")) as FinishedPart<Result>;
    requireSameSettings(part.configuration, configuration, finished);
    return part;
  }
  const store: RunStore = existsSync(join(directory, runDatabaseName))
    ? openRun({ directory, mode: "write" })
    : createRun({ directory, configuration });
  try {
    requireSameSettings(store.configuration, configuration, directory);
    if (store.state(machineKey) === undefined) store.setState(machineKey, describeMachine() as unknown as Json);
    const machine = store.state(machineKey) as unknown as MachineDescription;
    const signal = options.signal && { signal: options.signal };
    const result = await withLoopContext({ configuration: parsed, store, ...signal }, work);
    const part: FinishedPart<Result> = { result, configuration, machine };
    writeFileAtomic(finished, `${JSON.stringify(part, null, 2)}\n`);
    return part;
  } finally {
    store.close();
  }
}

/** What a part was begun with, in its run's record. */
const machineKey = "machine of the recipe";

/** Parts made with different settings are not put on one page; where the model's file and the threads are may differ. */
function requireSameSettings(begun: Json, asked: Json, place: string): void {
  const settings = (configuration: Json) =>
    JSON.stringify({ ...(configuration as object), model: undefined, threads: undefined, output: undefined });
  if (settings(begun) === settings(asked)) return;
  throw new InvalidArgumentError({
    expected: `results of these settings in ${quotedText(place, 1000)}`,
    received: "results of other settings",
    remedy: "name another folder (--output), or remove this part to make it again",
  });
}

function modelResult(results: readonly TestSetResult[]): ModelResult {
  const accuracies = Object.fromEntries(results.map(({ name, correct }) => [name, mean(correct)]));
  const space = results.find(({ name }) => name === "whole-space")?.correct ?? new Uint8Array(0);
  const cells = Array.from({ length: wholeSpaceCells }, (_, cell) =>
    mean(space.filter((_, index) => index % wholeSpaceCells === cell)),
  ).sort((a, b) => a - b);
  return { accuracies, worstQuartile: mean(cells.slice(0, wholeSpaceCells / 4)) };
}

function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] as number;
  return total / values.length;
}
