/** Whether a child takes at most five calls, and what that costs in success. */
import { clusteredMean } from "../../../src/core/statistics/clustered-mean.ts";
import type { Interval } from "../../../src/core/statistics/interval.ts";
import { decimalText } from "../../../src/report/number-text.ts";
import { type ClaimResult, describe } from "../../closed-loop/claims.ts";
import { overSeeds } from "../claims.ts";
import type { CallCountArmName } from "./arms.ts";
import type { CallCountResult, CallCountSeed } from "./seed-run.ts";

/** The measure is about five seeds; those after them only narrow what else is shown. */
export const judgedSeeds = 5;
const mostCalls = 5;
/** In shares: two points. */
const margin = 0.02;

/** Of a judged child; the paper's 7 leaves out scores. */
export function callsOfChild({ calls }: CallCountResult): number {
  return calls.mutator + calls.target + calls.comparisons + calls.scores;
}

/** True success of an arm minus the paper's, paired by seed. */
export function lostBySeed(seeds: readonly CallCountSeed[], arm: CallCountArmName): Interval {
  return overSeeds(seeds.map((seed) => seed[arm].trueSuccess - seed.paper.trueSuccess));
}

/**
 * The same over the cells of all seeds: each cell's elite fails or does not, with either way of asking. Cells of a seed share
 * its landscape and its search, so that seeds are the clusters of the interval.
 */
export function lostByCell(seeds: readonly Pick<CallCountSeed, CallCountArmName>[], arm: CallCountArmName): Interval {
  return clusteredMean(
    seeds.map((seed) => [...seed[arm].success].map((fails, cell) => Number(fails) - Number(seed.paper.success[cell]))),
  );
}

/** Seeds in which every cell's elite came from the same iteration. */
export function seedsAlike(seeds: readonly CallCountSeed[], arm: CallCountArmName): number {
  return seeds.filter((seed) => JSON.stringify(seed[arm].entered) === JSON.stringify(seed.paper.entered)).length;
}

/** Claims 6c and 6d as the recipe's header states them. */
export function judgeCallCount(all: readonly CallCountSeed[]): ClaimResult[] {
  const seeds = all.slice(0, judgedSeeds);
  return [
    judged(
      seeds,
      "drawn",
      "6c. Votes drawn from the probabilities of one call an order: at most 5 calls a child, less than 2 points of success lost",
    ),
    judged(seeds, "two-pairs", "6d. Two pairs a prompt: at most 5 calls a child, less than 2 points of success lost"),
  ];
}

/** How the archives compare: where the votes are the same ones, they cannot but agree. */
export function alikeText(seeds: readonly CallCountSeed[], arm: CallCountArmName): string {
  const sameVotes = arm === "early" || arm === "drawn";
  return `the same archive in ${seedsAlike(seeds, arm)} of ${seeds.length} seeds${sameVotes ? ": by construction" : ""}`;
}

function judged(seeds: readonly CallCountSeed[], arm: CallCountArmName, claim: string): ClaimResult {
  const calls = (name: CallCountArmName) => overSeeds(seeds.map((seed) => callsOfChild(seed[name])));
  const ofIteration = (name: CallCountArmName) => overSeeds(seeds.map((seed) => seed[name].calls.iteration));
  const [bySeed, byCell] = [lostBySeed(seeds, arm), lostByCell(seeds, arm)];
  return {
    claim,
    holds: calls(arm).high <= mostCalls && bySeed.low > -margin && byCell.low > -margin,
    seen:
      `${callsText(calls(arm))} calls a child instead of ${callsText(calls("paper"))}, ${callsText(ofIteration(arm))} an iteration with the discarded ones instead of ${callsText(ofIteration("paper"))}; ` +
      `success by seed ${describe(bySeed)}, by cell ${describe(byCell)}; ${alikeText(seeds, arm)}`,
  };
}

/** With its interval. */
export function callsText({ estimate, low, high }: Interval): string {
  return `${decimalText(estimate, 2)} (${decimalText(low, 2)}–${decimalText(high, 2)})`;
}
