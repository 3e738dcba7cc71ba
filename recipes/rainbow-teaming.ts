/**
 * Rainbow Teaming where the truth is known: does it find more, and more different, failures than simpler searches?
 *
 * Every seed has a landscape of its own (src/rainbow-teaming/landscape): 100 cells of prompts whose failures are defined
 * by rules, a scripted mutator that copies, drifts off what it was asked for and collapses to favourites, a judge with
 * errors of a set size. Arms differ in one thing each (rainbow-teaming/arms.ts) and share all other settings; nothing was
 * tuned for any arm. "True" is always by the landscape's rules, which no search can see; "believed" is by the judge.
 *
 * Claims, stated before the run, as differences paired by seed (interquartile mean over 20 seeds, 95 % bootstrap interval).
 * At equal calls, those of mutator, target, judge and ranking together:
 *   1. Rainbow Teaming is ahead of no stepping stones in mean true fitness and in true coverage (cells held by a prompt that
 *      is truly of that cell and fails);
 *   2. the similarity filter lowers the archive's self-BLEU;
 *   3. choosing cells of low fitness fills the archive faster than choosing uniformly (area under the curve of filled cells).
 * At equal iterations:
 *   6a. a majority of four votes that is decided early takes at most 5 calls where all four take 7, and loses less than two
 *       points of true success;
 *   6b. so does a majority of two votes, one in each order.
 *   The calls are those of a child that is put to the target, its score included where it enters: the paper's 7 leaves out
 *   discarded children too, which take 2. Over all iterations both take less, which is in the table.
 * What judges' errors do, at equal calls:
 *   7. mean true fitness falls from a judge of accuracy 1 to 0.85, to 0.7, to 0.6;
 *   8. swapped positions pay: a position bias of 0.15 at accuracy 0.85 costs less than two points of mean true fitness;
 *   9. a judge whose scores alone decide is gamed: less true fitness than by comparisons, and more overestimated.
 * 6a is no gamble about success: each vote has a random stream of its own, so that an early decision is the decision of all
 * four, and the run shows whether the code keeps to that.
 *
 * Not run yet: (4) fine-tuning on archives lowers success on held-out archives and on a renewed attack; (5) transfer between
 * targets.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { requireKnownSeeds } from "./known-seeds.ts";
import { rainbowArmNames } from "./rainbow-teaming/arms.ts";
import { judgeClaims } from "./rainbow-teaming/claims.ts";
import { writeResults } from "./rainbow-teaming/results.ts";
import {
  isFinished,
  type RainbowArmResult,
  type RainbowSeed,
  type RainbowSettings,
  runArm,
} from "./rainbow-teaming/seed-run.ts";
import type { Recipe, RecipeOptions } from "./recipe.ts";

const seeds = Array.from({ length: 20 }, (_, seed) => seed);

const settings: RainbowSettings = {
  calls: 10_000,
  iterations: 2000,
  batchSize: 32,
  landscape: {
    categories: 10,
    styles: 10,
    details: 8,
    words: 12,
    weakWords: 2,
    sharing: 0.7,
    hitsToFail: [3, 6],
    baitWords: 1,
  },
  habits: { copies: 0.1, drifts: 0.1, collapses: 0.1, changes: 0.15, imitates: 0.15, favours: 1 },
  judge: { accuracy: 0.85, positionBias: 0.05, gullibility: 0.5, scoreError: 0.1, scoreGain: 1 },
  comparisons: 4,
  similarity: 0.6,
  cheapScoreError: 0.2,
};

const quickSettings: RainbowSettings = {
  ...settings,
  calls: 200,
  iterations: 40,
  batchSize: 8,
  landscape: { ...settings.landscape, categories: 4, styles: 4, details: 6, words: 8, hitsToFail: [2, 5] },
};

export const recipe: Recipe = {
  name: "rainbow-teaming",
  description: "Rainbow Teaming beside its ablations and relatives, where the truth is known",
  run: async (options) => {
    mkdirSync(options.directory, { recursive: true });
    const all = options.quick ? [0, 1] : seeds;
    const wanted = options.seeds ?? all;
    requireKnownSeeds(wanted, all);
    for (const seed of wanted) await runSeed(seed, options);
    if (options.signal?.aborted === true) return;
    const complete: RainbowSeed[] = [];
    for (const seed of all) {
      const result = await readSeed(seed, options);
      if (result !== undefined) complete.push(result);
    }
    if (complete.length < all.length) {
      options.print(`${all.length - complete.length} seeds are still to run before there is a result`);
      return;
    }
    writeResults(options.directory, {
      quick: options.quick,
      settings: runOptions(0, options).settings,
      seeds: complete,
      claims: judgeClaims(complete),
    });
    options.print(`wrote ${join(options.directory, "rainbow-teaming.md")}`);
  },
};

async function runSeed(seed: number, options: RecipeOptions): Promise<void> {
  for (const arm of rainbowArmNames) {
    if (options.signal?.aborted === true) return;
    const { result } = await runArm(runOptions(seed, options), arm);
    const { trueCoverage, meanSeverity } = result.equalCalls;
    const points = (share: number) => (100 * share).toFixed(1);
    options.print(`seed ${seed} ${arm}: true coverage ${points(trueCoverage)} %, fitness ${points(meanSeverity)} %`);
  }
}

/** The results of a seed, undefined where an arm is not finished. */
async function readSeed(seed: number, options: RecipeOptions): Promise<RainbowSeed | undefined> {
  const run = runOptions(seed, options);
  if (!rainbowArmNames.every((arm) => isFinished(run, arm))) return undefined;
  const parts = [];
  for (const arm of rainbowArmNames) parts.push([arm, await runArm(run, arm)] as const);
  const arms = Object.fromEntries(parts.map(([arm, { result }]) => [arm, result])) as Record<
    (typeof rainbowArmNames)[number],
    RainbowArmResult
  >;
  return { seed, arms, machines: parts.map(([, { machine }]) => machine) };
}

function runOptions(seed: number, options: RecipeOptions) {
  return {
    directory: options.directory,
    seed,
    settings: options.quick ? quickSettings : settings,
    ...(options.signal && { signal: options.signal }),
  };
}
