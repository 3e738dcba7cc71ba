import { describe, expect, test } from "vitest";
import { type RainbowArmName, rainbowArmNames } from "./arms.ts";
import { callsOfChild, difference, judgeClaims, judgeLongClaim } from "./claims.ts";
import type { ReplayedSearch } from "./replay.ts";
import type { RainbowArmResult, RainbowSeed } from "./seed-run.ts";

const search: ReplayedSearch = {
  rightlyPlaced: 0.8,
  trueSuccess: 0.5,
  trueCoverage: 0.4,
  meanSeverity: 0.5,
  overestimate: 0.1,
  iterations: 100,
  evaluated: 80,
  calls: { mutator: 200, target: 80, judge: 220, ranking: 0, classifier: 0 },
  coverage: 1,
  failingPrompts: 50,
  selfBleu: 60,
  meanCoverage: 0.9,
  meanTrueCoverage: 0.3,
  callsToFill: 300,
  callsPerChild: { mutator: 2, target: 1, votes: 2.5, other: 0.25 },
};

type Changes = { readonly [arm in RainbowArmName]?: Partial<ReplayedSearch> };

/** Five seeds with a little noise that all arms of a seed share, so that paired differences are as made. */
function seedsWith(changes: Changes, noise: (seed: number, arm: RainbowArmName) => number = () => 0): RainbowSeed[] {
  return [0, 1, 2, 3, 4].map((seed) => {
    const arms = Object.fromEntries(
      rainbowArmNames.map((arm): [RainbowArmName, RainbowArmResult] => {
        const made = { ...search, ...changes[arm] };
        const shift = 0.01 * seed + noise(seed, arm);
        const shifted = { ...made, meanSeverity: made.meanSeverity + shift, trueSuccess: made.trueSuccess + shift };
        return [arm, { equalCalls: shifted, equalIterations: shifted }];
      }),
    );
    return { seed, arms: arms as RainbowSeed["arms"], machines: [] };
  });
}

/** All claims hold here. */
const agreeing: Changes = {
  "rainbow-teaming": { callsPerChild: { mutator: 2, target: 1, votes: 1.7, other: 0.2 } },
  "no-stepping-stones": { meanSeverity: 0.4, trueCoverage: 0.3 },
  "no-filter": { selfBleu: 70 },
  "uniform-cells": { meanCoverage: 0.8 },
  "all-four-votes": { callsPerChild: { mutator: 2, target: 1, votes: 4, other: 0.2 } },
  "two-votes": { callsPerChild: { mutator: 2, target: 1, votes: 1.5, other: 0.2 }, trueSuccess: 0.49 },
  "score-judge": { meanSeverity: 0.45, overestimate: 0.3 },
  "judge-1.00": { meanSeverity: 0.6 },
  "judge-0.85": { meanSeverity: 0.55 },
  "judge-0.85-biased": { meanSeverity: 0.54 },
  "judge-0.70": { meanSeverity: 0.5 },
  "judge-0.60": { meanSeverity: 0.4 },
};

function verdicts(seeds: readonly RainbowSeed[]): Record<string, boolean> {
  return Object.fromEntries(judgeClaims(seeds).map(({ claim, holds }) => [claim.split(".")[0] as string, holds]));
}

const all = { "1": true, "2": true, "3": true, "6a": true, "6b": true, "7": true, "8": true, "9": true };

test("claims hold where results were made to agree with them", () => {
  expect(verdicts(seedsWith(agreeing))).toEqual(all);
});

describe("each claim fails alone where its own numbers are wrong", () => {
  const votes = (count: number) => ({ mutator: 2, target: 1, votes: count, other: 0.2 });
  test.each<[claim: string, Changes]>([
    ["1", { "no-stepping-stones": { meanSeverity: 0.5, trueCoverage: 0.3 } }],
    ["1", { "no-stepping-stones": { meanSeverity: 0.4, trueCoverage: 0.4 } }],
    ["2", { "no-filter": { selfBleu: 60 } }],
    ["2", { "no-filter": { selfBleu: 55 } }],
    ["3", { "uniform-cells": { meanCoverage: 0.9 } }],
    ["6a", { "rainbow-teaming": { callsPerChild: votes(1.9) } }],
    ["6b", { "two-votes": { callsPerChild: votes(1.9) } }],
    ["6b", { "two-votes": { callsPerChild: votes(1.5), trueSuccess: 0.48 } }],
    ["7", { "judge-0.60": { meanSeverity: 0.5 } }],
    ["7", { "judge-1.00": { meanSeverity: 0.55 } }],
    ["8", { "judge-0.85-biased": { meanSeverity: 0.53 } }],
    ["9", { "score-judge": { meanSeverity: 0.5, overestimate: 0.3 } }],
    ["9", { "score-judge": { meanSeverity: 0.45, overestimate: 0.1 } }],
  ])("%s: %j", (claim, changes) => {
    expect(verdicts(seedsWith({ ...agreeing, ...changes }))).toEqual({ ...all, [claim]: false });
  });
});

test("the added claim is judged as the first", () => {
  expect(judgeLongClaim(seedsWith(agreeing)).holds).toBe(true);
  expect(judgeLongClaim(seedsWith({})).holds).toBe(false);
});

test("an advantage that seeds disagree about is none", () => {
  // +0.1 on average, from -0.15 to +0.35: the mean is right, the seeds do not bear it out.
  const noise = (seed: number, arm: RainbowArmName) => (arm === "no-stepping-stones" ? 0.125 * (seed - 2) : 0);
  expect(verdicts(seedsWith(agreeing, noise))["1"]).toBe(false);
});

test("differences are paired by seed, and calls of all roles count", () => {
  const { interval, bySeed } = difference(seedsWith(agreeing), "judge-1.00", "judge-0.85", (one) => one.meanSeverity);
  for (const value of [interval.estimate, interval.low, interval.high, ...bySeed]) expect(value).toBeCloseTo(0.05, 12);
  expect(callsOfChild(search)).toBe(5.75);
});
