/** The arms of the recipe: what each does differently from Rainbow Teaming as illume has it, and nothing else. */
import type { StopRule } from "../../src/judges/majority.ts";
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

const judged = (accuracy: number, positionBias: number): RainbowArm => ({
  difference: `a judge of accuracy ${accuracy}, position bias ${positionBias}`,
  judge: { accuracy, positionBias },
});

const scored = (difference: string, judge: LandscapeJudgeOptions = {}): RainbowArm => ({
  difference: `scores alone decide${difference}`,
  search: { replacement: "score" },
  judge,
});

/** By name, in the order of the page. */
export const rainbowArms = {
  "rainbow-teaming": { difference: "nothing: four votes at most, decided early" },
  "no-stepping-stones": { difference: "every prompt is written from nothing", search: { parents: "none" } },
  "same-cell": { difference: "the parent is the target cell's own elite", search: { parents: "same-cell" } },
  "uniform-cells": { difference: "the target cell is drawn uniformly", search: { cells: "uniform" } },
  "no-filter": { difference: "children like their parents are kept", filter: false },
  ferret: { difference: "the best of three proposals by a cheap score, which counts as calls", proposals: 3 },
  ruby: { difference: "the mutator is shown three remembered successes", search: { memory: 3 } },
  "rainbow-plus": {
    difference: "three elites a cell, ordered by score",
    search: { elitesPerCell: 3, replacement: "score" },
  },
  "nothing-twice": { difference: "near-duplicates of the whole archive are discarded", nearDuplicates: true },
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
