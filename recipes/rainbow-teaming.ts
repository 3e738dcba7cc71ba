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
 * Added after the first four seeds were seen, which at 10,000 calls did not bear out claim 1, while two seeds outside all
 * results did at 40,000:
 *   10. claim 1 holds at 40,000 calls, on 20 seeds that nobody had looked at.
 *
 * Added after 6a and 6b were seen to fail at 5 calls a child (rainbow-teaming/call-count), on seeds that nobody had looked at. All
 * ways of asking in one run, at equal iterations, the first five seeds judged (200 to 204), by seed and by cell (whose interval
 * was over cells as if each were independent; since a review it is over landscapes, which of five seeds is the interval by seed):
 *   6c. votes drawn from the probabilities that one call an order tells, decided early: at most 5 calls a judged child, its
 *       score included, and less than two points of true success lost against the paper's four calls. The votes have the
 *       paper's law by construction; with the same random numbers the run shows whether the code keeps to that.
 *   6d. two pairs a prompt, decided early, by a judge that errs more often then (set before the run: 2 points of accuracy
 *       for each further pair, 3 % of answers repeat the one before, 1 % missing): the same. Five seeds leave about five points
 *       either way where decisions differ, so this one can hardly hold; fifteen more seeds narrow what is shown.
 *
 * With the small reasoner that ships with illume, whose answers an exact verifier judges (rainbow-teaming/fine-tuning), five
 * seeds over three separately pretrained checkpoints. Each seed has six archives of searches that differ in their seeds and
 * random numbers; a model is taught what it failed at in four of them (right solutions, with 4,000 ordinary
 * problems as rehearsal), another one as many tokens of ordinary problems in place of these and the same rehearsal:
 *   4. fine-tuning on archives lowers success on the two held-out archives (4a), and on a renewed search at the same budget
 *      the success of its archive (4b) and the share of failures among all that it tries (4c), each below the model before
 *      and below the one taught ordinary problems; it costs at most one point of ordinary accuracy (4d: the interval lies
 *      above -1 point). 4,000 ordinary problems, none of which search and training can reach.
 * Settings are the closed loop's, with the learning rate that its recipe found for searches and more rehearsal, as its log
 * advises; they were set before any result of this part.
 *
 * Transfer between six reasoners that were pretrained separately, three of them for a shorter time (rainbow-teaming/transfer),
 * five seeds. Each seed has an archive against each reasoner; what it holds that the reasoner gets wrong is put to all others.
 * Judged are the reasoners whose accuracy on ordinary problems lies between 20 and 95 %, all others are shown:
 *   5. in every transfer from one to another, the other fails more often than at ordinary problems (5a); in the mean over all
 *      transfers, more often than at random problems of the same cells, one for each (5b); transfer from the strongest to
 *      the weakest is higher than from the weakest to the strongest (5c).
 *
 * With SmolLM2-135M-Instruct as target over HTTP, which is too weak to mutate or judge (rainbow-teaming/served), five seeds:
 * plain questions about numbers, judged by their answers. At equal questions, both searches of a seed from the same first ones (two
 * seeds had been run before with first questions of each search's own; they were run again):
 *   11. the search fails the model in more cells than without stepping stones, where every question is a mutation of easy ones
 *       (11a), and in at least as many, within two, as a sampler that draws from all cells alike (11b).
 * What a small reasoner fails at is put to the same model, beside ordinary problems; about that nothing is claimed.
 *
 * With --target, --mutator and --judge, three ablations are compared with Rainbow Teaming on the models named
 * (rainbow-teaming/endpoints); nothing is claimed about them.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { requireKnownSeeds } from "./known-seeds.ts";
import { longArms, type RainbowArmName, rainbowArmNames } from "./rainbow-teaming/arms.ts";
import { callCountPart } from "./rainbow-teaming/call-count/part.ts";
import { judgeClaims, judgeLongClaim } from "./rainbow-teaming/claims.ts";
import { runOnEndpoints } from "./rainbow-teaming/endpoints/run-on-endpoints.ts";
import { fineTuningPart } from "./rainbow-teaming/fine-tuning/part.ts";
import type { RecipePart } from "./rainbow-teaming/part.ts";
import { type PartResults, writeResults } from "./rainbow-teaming/results.ts";
import {
  type RainbowSeed,
  type RainbowSettings,
  readSeed,
  runArm,
  type SeedRunOptions,
} from "./rainbow-teaming/seed-run.ts";
import { servedPart } from "./rainbow-teaming/served/part.ts";
import { transferPart } from "./rainbow-teaming/transfer/part.ts";
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

/** The part that was added: as the first, four times as long. */
const longSeeds = Array.from({ length: 20 }, (_, index) => 20 + index);

export const recipe: Recipe = {
  name: "rainbow-teaming",
  description: "Rainbow Teaming beside its ablations and relatives, where the truth is known",
  runOnEndpoints,
  run: async (options) => {
    mkdirSync(options.directory, { recursive: true });
    const { quick } = options;
    const first = partOf(options, quick ? [0, 1] : seeds, rainbowArmNames, 1);
    const long = partOf(options, quick ? [20, 21] : longSeeds, longArms, 4);
    const parts: readonly RecipePart[] = [
      fineTuningPart(options),
      transferPart(options),
      servedPart(options),
      callCountPart(options, quick ? quickSettings : settings),
    ];
    const known = [...first.seeds, ...long.seeds, ...parts.flatMap((part) => part.seeds)];
    const wanted = options.seeds ?? known;
    requireKnownSeeds(wanted, known);
    await runPart(first, wanted, options);
    await runPart(long, wanted, options);
    for (const part of parts) {
      for (const seed of part.seeds.filter((one) => wanted.includes(one))) await part.run(seed);
    }
    if (options.signal?.aborted === true) return;
    const [complete, completeLong] = [await readPart(first), await readPart(long)];
    const missing = first.seeds.length + long.seeds.length - complete.length - completeLong.length;
    if (missing > 0) {
      options.print(`${missing} seeds of the landscape are still to run before there is a result`);
      return;
    }
    const partResults: PartResults[] = [];
    for (const part of parts) partResults.push({ part, finished: await part.read() });
    writeResults(options.directory, {
      quick,
      settings: first.settings,
      seeds: complete,
      claims: judgeClaims(complete),
      long: { settings: long.settings, seeds: completeLong, claim: judgeLongClaim(completeLong) },
      parts: partResults,
    });
    options.print(`wrote ${join(options.directory, "rainbow-teaming.md")}`);
  },
};

/** Seeds with the arms that they all have. */
interface Part<Arm extends RainbowArmName> {
  readonly seeds: readonly number[];
  readonly arms: readonly Arm[];
  readonly settings: RainbowSettings;
  runOptions(seed: number): SeedRunOptions;
}

/** @param times the calls of the settings */
function partOf<Arm extends RainbowArmName>(
  { quick, directory, signal }: RecipeOptions,
  partSeeds: readonly number[],
  arms: readonly Arm[],
  times: number,
): Part<Arm> {
  const base = quick ? quickSettings : settings;
  const partSettings = { ...base, calls: times * base.calls };
  const runOptions = (seed: number) => ({ directory, seed, settings: partSettings, ...(signal && { signal }) });
  return { seeds: partSeeds, arms, settings: partSettings, runOptions };
}

async function runPart<Arm extends RainbowArmName>(
  part: Part<Arm>,
  wanted: readonly number[],
  { signal, print }: RecipeOptions,
): Promise<void> {
  const points = (share: number) => (100 * share).toFixed(1);
  for (const seed of part.seeds.filter((one) => wanted.includes(one))) {
    for (const arm of part.arms) {
      if (signal?.aborted === true) return;
      const { trueCoverage, meanSeverity } = (await runArm(part.runOptions(seed), arm)).result.equalCalls;
      print(`seed ${seed} ${arm}: true coverage ${points(trueCoverage)} %, fitness ${points(meanSeverity)} %`);
    }
  }
}

/** The seeds that are finished. */
async function readPart<Arm extends RainbowArmName>(part: Part<Arm>): Promise<RainbowSeed<Arm>[]> {
  const results: RainbowSeed<Arm>[] = [];
  for (const seed of part.seeds) {
    const result = await readSeed(part.runOptions(seed), part.arms);
    if (result !== undefined) results.push(result);
  }
  return results;
}
