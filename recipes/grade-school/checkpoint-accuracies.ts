/** What a checkpoint of a small grade-school reasoner gets right: how its model card's numbers come about. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseConfiguration, testSetNames } from "../../src/closed-loop/configuration.ts";
import { measureModel } from "../../src/closed-loop/measure.ts";
import { memoryRunStore } from "../../src/runs/memory-run-store.ts";
import type { Json } from "../../src/runs/run-store.ts";

/** Test sets are drawn with this plus the checkpoint's seed: seeds that no experiment uses. */
const firstTestSeed = 10_000;

export interface CheckpointAccuracies {
  /** Of the weights' file. */
  readonly sha256: string;
  readonly testSeed: number;
  /** Problems a test set. */
  readonly problems: number;
  /** Problems with the right answer and every step right, by test set. */
  readonly correct: Readonly<Record<string, number>>;
}

export interface CheckpointMeasuring {
  readonly path: string;
  readonly seed: number;
  readonly threads: number;
  /** Of a test set, at least 1. */
  readonly problems: number;
  readonly signal?: AbortSignal | undefined;
}

/** Throws InterruptedError where the signal aborts, and as the checkpoint's reading does. */
export async function checkpointAccuracies(options: CheckpointMeasuring): Promise<CheckpointAccuracies> {
  const { path, seed, threads, problems, signal } = options;
  const configuration = parseConfiguration({
    model: `illume:${path}`,
    seed: firstTestSeed + seed,
    threads,
    measure: { problems, sets: [...testSetNames] },
  });
  const store = memoryRunStore({ configuration: configuration as unknown as Json });
  const results = await measureModel({ configuration, store, ...(signal && { signal }) });
  return {
    sha256: createHash("sha256").update(readFileSync(path)).digest("hex"),
    testSeed: configuration.seed,
    problems,
    correct: Object.fromEntries(
      results.map(({ name, correct }) => [name, correct.reduce((total, one) => total + one, 0)]),
    ),
  };
}
