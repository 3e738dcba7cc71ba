/** The recipe's claims, judged. */
import { gsm8kSet } from "../../src/closed-loop/examinations.ts";
import { RandomStream } from "../../src/core/random.ts";
import { bootstrapMean } from "../../src/core/statistics/bootstrap.ts";
import type { Interval } from "../../src/core/statistics/interval.ts";
import { type ClaimResult, describe } from "../closed-loop/claims.ts";
import { heldOutFamilies, type RealModelArm } from "./arms.ts";
import type { RealModelSeed } from "./seed-run.ts";

export interface Difference {
  /** The mean over all problems with its interval over problems. */
  readonly interval: Interval;
  readonly bySeed: readonly number[];
}

type Compared = RealModelArm | "warmed";

/** Accuracy of one model minus that of another on some sets, paired by problem. */
export function difference(
  seeds: readonly RealModelSeed[],
  sets: readonly string[],
  arm: Compared,
  other: Compared,
): Difference {
  const differences = seeds.map((seed) => sets.flatMap((set) => paired(seed, set, arm, other)));
  // GSM8K's rows are the same in every seed: a row's mean is one observation.
  const shared = sets.length === 1 && sets[0] === gsm8kSet;
  const observations = shared ? meansByProblem(differences) : differences.flat();
  const random = new RandomStream(0, ["real-model recipe", ...sets, arm, other]);
  return { interval: bootstrapMean(observations, { random }), bySeed: differences.map(mean) };
}

function paired(seed: RealModelSeed, set: string, arm: Compared, other: Compared): number[] {
  const of = (name: Compared) => (name === "warmed" ? seed.warmed : seed.arms[name]).correct[set] ?? "";
  return Array.from(of(arm), (digit, index) => Number(digit) - Number(of(other)[index]));
}

function meansByProblem(rows: readonly (readonly number[])[]): number[] {
  return (rows[0] ?? []).map((_, index) => mean(rows.map((row) => row[index] as number)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const search = "quality-diversity";
const sampled = "full-sampler-failures";
const ordinary = "in-distribution";

export function judgeClaims(seeds: readonly RealModelSeed[]): ClaimResult[] {
  const heldOut = heldOutFamilies.filter((set) => seeds[0]?.warmed.correct[set] !== undefined);
  const a = difference(seeds, heldOut, search, ordinary);
  const b = difference(seeds, heldOut, search, sampled);
  const c = difference(seeds, ["in-distribution"], search, ordinary);
  const d = [ordinary, sampled].map((other) => difference(seeds, [gsm8kSet], search, other as RealModelArm));
  const seen = ({ interval, bySeed }: Difference) => describe(interval, bySeed);
  return [
    {
      claim: "1. The search is ahead of more ordinary data on the held-out families",
      holds: a.interval.low > 0,
      seen: seen(a),
    },
    {
      claim: "2. The search is ahead of randomly sampled failures on the held-out families",
      holds: b.interval.low > 0,
      seen: seen(b),
    },
    {
      claim: "3. On ordinary problems the search loses at most two points on more ordinary data",
      holds: c.interval.estimate >= -0.02,
      seen: seen(c),
    },
    {
      claim: "4. On GSM8K the search changes nothing against either other arm (both intervals hold 0)",
      holds: d.every(({ interval: { low, high } }) => low <= 0 && high >= 0),
      seen: d.map((each, index) => `against ${["ordinary", "sampled"][index]} ${seen(each)}`).join("; "),
    },
  ];
}
