/** The recipe's claims, judged. */

import type { SearchArm } from "../../src/closed-loop/configuration.ts";
import { RandomStream } from "../../src/core/random.ts";
import { bootstrapInterquartileMean } from "../../src/core/statistics/bootstrap.ts";
import type { Interval } from "../../src/core/statistics/interval.ts";
import { pointsText } from "../../src/report/number-text.ts";
import type { SeedResult } from "./seed-run.ts";

export interface ClaimResult {
  readonly claim: string;
  readonly holds: boolean;
  /** What was seen, in points. */
  readonly seen: string;
}

/** Interquartile mean over seeds with its bootstrap interval. */
export function overSeeds(values: readonly number[], label: string): Interval {
  return bootstrapInterquartileMean([values], { random: new RandomStream(0, ["closed-loop recipe", label]) });
}

/** A test set's accuracy after an arm minus that after another (or before), by seed. */
export function differences(
  results: readonly SeedResult[],
  set: string,
  arm: SearchArm,
  other: SearchArm | "before",
): number[] {
  return results.map(({ before, arms }) => {
    const after = arms[arm]?.accuracies[set] ?? Number.NaN;
    return after - ((other === "before" ? before : arms[other])?.accuracies[set] ?? Number.NaN);
  });
}

/** Half the width of a 95 % interval of the difference of two accuracies of n problems, at its widest: as if unpaired. */
function noise(problems: number): number {
  return 1.96 * Math.sqrt(0.5 / problems);
}

const mainArm = "quality-diversity";
const outOfDistribution = ["unseen-sequences", "more-steps", "distractors", "unseen-wording", "everything"];

export function judgeClaims(results: readonly SeedResult[], problems: number): ClaimResult[] {
  const against = (other: SearchArm) => {
    const values = differences(results, "whole-space", mainArm, other);
    return { values, interval: overSeeds(values, other) };
  };
  const a = against("no-stepping-stones");
  const b = against("full-sampler-failures");
  const c = against("full-sampler");
  const ordinary = differences(results, "whole-space", "in-distribution", "before");
  const d = overSeeds(ordinary, "in-distribution");
  const better = results.map(
    (result) =>
      outOfDistribution.filter((set) => (differences([result], set, mainArm, "before")[0] as number) > noise(problems))
        .length,
  );
  const lost = overSeeds(differences(results, "in-distribution", mainArm, "before"), "lost");
  return [
    {
      claim: "1. The search is ahead of the same mutation without stepping stones (a)",
      holds: a.interval.low > 0,
      seen: describe(a.interval, a.values),
    },
    {
      claim: "2. The complete sampler's failures (b) are as good as the search or better (within a point)",
      holds: b.interval.high < 0.01,
      seen: `search minus (b): ${describe(b.interval, b.values)}`,
    },
    {
      claim: "3. The search is ahead of the unfiltered complete sampler (c)",
      holds: c.interval.low > 0,
      seen: describe(c.interval, c.values),
    },
    {
      claim: "4. More ordinary data (d) gains less than one point on the model before",
      holds: d.high < 0.01,
      seen: describe(d, ordinary),
    },
    {
      claim:
        "5. The search's model is better than before on at least two out-of-distribution sets in every seed, and loses at most two points in distribution",
      holds: better.every((count) => count >= 2) && lost.estimate >= -0.02,
      seen: `better on ${better.join(", ")} of ${outOfDistribution.length} sets by seed; in distribution ${describe(lost)}`,
    },
  ];
}

/** "+10.2 (95 % interval +8.1 to +12.3; by seed +9.0, ...)", in points. */
export function describe({ estimate, low, high }: Interval, values?: readonly number[]): string {
  const bySeed = values === undefined ? "" : `; by seed ${values.map(pointsText).join(", ")}`;
  return `${pointsText(estimate)} (95 % interval ${pointsText(low)} to ${pointsText(high)}${bySeed})`;
}
