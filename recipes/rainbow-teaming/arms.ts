/**
 * The arms of the recipe: what each does differently from Rainbow Teaming as illume has it, and nothing else. Those that
 * `illume search --arm` knows too are of its table.
 */
import type { StopRule } from "../../src/judges/majority.ts";
import { type ArmName, type ArmSettings, armPresets } from "../../src/rainbow-teaming/arm-presets.ts";
import type { LandscapeJudgeOptions } from "../../src/rainbow-teaming/landscape/landscape-judge.ts";
import type { SearchArms } from "../../src/rainbow-teaming/search-arms.ts";

/** Differences from the settings that all arms share. */
export interface RainbowArm {
  /** For the page's table. */
  readonly difference: string;
  readonly search?: SearchArms;
  readonly filter?: false;
  /** Chains of mutations an iteration, ranked by a cheap score. */
  readonly proposals?: number;
  readonly nearDuplicates?: true;
  /** Votes of a majority at most. */
  readonly comparisons?: number;
  readonly stop?: StopRule;
  readonly judge?: LandscapeJudgeOptions;
}

/** Keys in the order in which finished arms have them in their files. */
function published(name: ArmName, difference: string): RainbowArm {
  const { arms, filter, rankedMutations, nearDuplicates }: ArmSettings = armPresets[name].settings;
  return {
    difference,
    ...(arms && { search: arms }),
    ...(filter === false && { filter }),
    ...(rankedMutations && { proposals: rankedMutations }),
    ...(nearDuplicates && { nearDuplicates: true }),
  };
}

const judged = (accuracy: number, positionBias: number): RainbowArm => ({
  difference: `a judge of accuracy ${accuracy}, position bias ${positionBias}`,
  judge: { accuracy, positionBias },
});

const scored = (difference: string, judge: LandscapeJudgeOptions = {}): RainbowArm => ({
  ...published("score-judge", `scores alone decide${difference}`),
  judge,
});

/** By name, in the order of the page. */
export const rainbowArms = {
  "rainbow-teaming": published("rainbow-teaming", "nothing: four votes at most, decided early"),
  "no-stepping-stones": published("no-stepping-stones", "every prompt is written from nothing"),
  "same-cell": published("same-cell", "the parent is the target cell's own elite"),
  "uniform-cells": published("uniform-cells", "the target cell is drawn uniformly"),
  "no-filter": published("no-filter", "children like their parents are kept"),
  ferret: published("ferret", "the best of three proposals by a cheap score, which counts as calls"),
  ruby: published("ruby", "the mutator is shown three remembered successes"),
  "rainbow-plus": published("rainbow-plus", "four children of one parent, ten elites a cell, ordered by score"),
  "nothing-twice": published("nothing-twice", "near-duplicates of the whole archive are discarded"),
  "all-four-votes": { difference: "all four votes are asked for, as in the paper", stop: "never" },
  "two-votes": { difference: "two votes at most, one in each order; a tie keeps the incumbent", comparisons: 2 },
  "score-judge": scored(""),
  "score-judge-honest": scored(", and follow the truth", { gullibility: 0 }),
  "score-judge-gullible": scored(", and follow appearance only", { gullibility: 1 }),
  "score-judge-saturated": scored(", and saturate: doubled, cut at 1", { scoreGain: 2 }),
  "judge-1.00": judged(1, 0),
  "judge-0.85": judged(0.85, 0),
  "judge-0.85-biased": judged(0.85, 0.15),
  "judge-0.70": judged(0.7, 0),
  "judge-0.70-biased": judged(0.7, 0.3),
  "judge-0.60": judged(0.6, 0),
  "judge-0.50": judged(0.5, 0),
} as const satisfies Readonly<Record<string, RainbowArm>>;

export type RainbowArmName = keyof typeof rainbowArms;
export const rainbowArmNames = Object.keys(rainbowArms) as RainbowArmName[];

/** Those that are also searched for longer. */
export const longArms = ["rainbow-teaming", "no-stepping-stones", "no-filter"] as const satisfies RainbowArmName[];
export type LongArm = (typeof longArms)[number];
