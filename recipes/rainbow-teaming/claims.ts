/** The recipe's claims, judged. */
import { RandomStream } from "../../src/core/random.ts";
import { bootstrapInterquartileMean } from "../../src/core/statistics/bootstrap.ts";
import type { Interval } from "../../src/core/statistics/interval.ts";
import { studentAtMost, studentInterval } from "../../src/core/statistics/student-interval.ts";
import { totalCalls } from "../../src/rainbow-teaming/evaluated-prompt.ts";
import { decimalText, hundredthsText, pointsText } from "../../src/report/number-text.ts";
import { type ClaimResult, describe } from "../closed-loop/claims.ts";
import type { LongArm, RainbowArmName } from "./arms.ts";
import type { ReplayedSearch } from "./replay.ts";
import type { RainbowArmResult, RainbowSeed } from "./seed-run.ts";

type Budget = keyof RainbowArmResult;
type Value = (search: ReplayedSearch) => number;

/** An arm minus another, paired by seed. */
export interface PairedDifference {
  readonly interval: Interval;
  readonly bySeed: readonly number[];
}

/**
 * Interquartile mean over seeds with its 95 % bootstrap interval; of up to 10 seeds the mean with Student's interval, because
 * the bootstrap's is too narrow there. Equal values give equal intervals.
 */
export function overSeeds(values: readonly number[]): Interval {
  if (values.length > 1 && values.length <= studentAtMost) return studentInterval(values);
  return bootstrapInterquartileMean([values], { random: new RandomStream(0, ["rainbow-teaming recipe"]) });
}

export function difference<Arm extends RainbowArmName>(
  seeds: readonly RainbowSeed<Arm>[],
  arm: Arm,
  other: Arm,
  value: Value,
  budget: Budget = "equalCalls",
): PairedDifference {
  const bySeed = seeds.map(({ arms }) => value(arms[arm][budget]) - value(arms[other][budget]));
  return { interval: overSeeds(bySeed), bySeed };
}

/** What a child that is put to the target takes. */
export function callsOfChild({ callsPerChild: { mutator, target, votes, other } }: ReplayedSearch): number {
  return mutator + target + votes + other;
}

const severity: Value = ({ meanSeverity }) => meanSeverity;
const success: Value = ({ trueSuccess }) => trueSuccess;
const overestimate: Value = (search) => search.overestimate;
const selfBleu: Value = (search) => search.selfBleu / 100;
/** Without the paper's filter self-BLEU is .79 instead of .42 (2402.16822). */
const paperSelfBleu = { filtered: 0.42, unfiltered: 0.79 };
const mostCalls = 5;
/** In shares: two points. */
const margin = 0.02;

/** Every claim as the recipe's header states it. */
export function judgeClaims(seeds: readonly RainbowSeed[]): ClaimResult[] {
  const main = "rainbow-teaming";
  const repetition = difference(seeds, main, "no-filter", selfBleu);
  const meanSelfBleu = (arm: RainbowArmName) =>
    hundredthsText(overSeeds(seeds.map(({ arms }) => selfBleu(arms[arm].equalCalls))).estimate);
  const filling = difference(seeds, main, "uniform-cells", ({ meanCoverage }) => meanCoverage);
  const steps = (
    [
      ["judge-1.00", "judge-0.85"],
      ["judge-0.85", "judge-0.70"],
      ["judge-0.70", "judge-0.60"],
    ] as const
  ).map(([better, worse]) => difference(seeds, better, worse, severity));
  const bias = difference(seeds, "judge-0.85-biased", "judge-0.85", severity);
  const comparing = difference(seeds, main, "score-judge", severity);
  const gamed = difference(seeds, "score-judge", main, overestimate);
  const honest = "score-judge-honest";
  const honestly = difference(seeds, main, honest, severity);
  const honestlyGamed = difference(seeds, honest, main, overestimate);
  return [
    steppingStones(
      seeds,
      "1. Rainbow Teaming is ahead of no stepping stones in mean true fitness and in true coverage",
    ),
    {
      claim: "2. The similarity filter lowers self-BLEU",
      holds: repetition.interval.high < 0,
      seen:
        `${meanSelfBleu(main)} with and ${meanSelfBleu("no-filter")} without, with minus without: ${seenText(repetition)}; ` +
        `in the paper ${hundredthsText(paperSelfBleu.filtered, 0)} and ${hundredthsText(paperSelfBleu.unfiltered, 0)}: ${pointsText(paperSelfBleu.filtered - paperSelfBleu.unfiltered)}`,
    },
    {
      claim: "3. Choosing cells of low fitness fills the archive faster than choosing uniformly",
      holds: filling.interval.low > 0,
      seen: `mean share of filled cells over all calls: ${seenText(filling)}`,
    },
    savedCalls(
      seeds,
      main,
      "6a. Four votes decided early: at most 5 calls a child, less than 2 points of success lost",
    ),
    savedCalls(
      seeds,
      "two-votes",
      "6b. Two votes, one in each order: at most 5 calls a child, less than 2 points of success lost",
    ),
    {
      claim: "7. Mean true fitness falls from a judge of accuracy 1 to 0.85, to 0.7, to 0.6",
      holds: steps.every(({ interval }) => interval.low > 0),
      seen: steps.map((step) => seenText(step)).join("; "),
    },
    {
      claim: "8. A position bias of 0.15 at accuracy 0.85, swapped away, costs less than 2 points of mean true fitness",
      holds: bias.interval.low > -margin,
      seen: seenText(bias),
    },
    {
      claim: "9. A judge whose scores alone decide is gamed: less true fitness than by comparisons, more overestimated",
      holds: comparing.interval.low > 0 && gamed.interval.low > 0,
      seen:
        `fitness by comparisons minus by scores ${seenText(comparing)}; overestimate by scores minus by comparisons ${seenText(gamed)}; ` +
        `by scores that follow the truth (*${honest}*) instead: fitness ${seenText(honestly)}; overestimate ${seenText(honestlyGamed)}`,
    },
  ];
}

/** The claim that was added after the first result, on seeds of its own. */
export function judgeLongClaim(seeds: readonly RainbowSeed<LongArm>[]): ClaimResult {
  return steppingStones(seeds, "10. The same as 1, at four times the calls and on other seeds");
}

function steppingStones(seeds: readonly RainbowSeed<LongArm>[], claim: string): ClaimResult {
  const fitness = difference(seeds, "rainbow-teaming", "no-stepping-stones", severity);
  const coverage = difference(seeds, "rainbow-teaming", "no-stepping-stones", ({ trueCoverage }) => trueCoverage);
  return {
    claim,
    holds: fitness.interval.low > 0 && coverage.interval.low > 0,
    seen: `fitness ${seenText(fitness)}; coverage ${seenText(coverage)}`,
  };
}

function savedCalls(seeds: readonly RainbowSeed[], arm: RainbowArmName, claim: string): ClaimResult {
  const calls = (name: RainbowArmName) => overSeeds(seeds.map(({ arms }) => callsOfChild(arms[name].equalIterations)));
  const [own, all] = [calls(arm), calls("all-four-votes")];
  const kept = difference(seeds, arm, "all-four-votes", success, "equalIterations");
  const first = overSeeds(kept.bySeed.slice(0, 5));
  const perIteration = (name: RainbowArmName) =>
    overSeeds(
      seeds.map(({ arms }) => totalCalls(arms[name].equalIterations.calls) / arms[name].equalIterations.iterations),
    );
  return {
    claim,
    holds: own.high <= mostCalls && kept.interval.low > -margin,
    seen: `${callsText(own)} calls a child instead of ${callsText(all)}, ${callsText(perIteration(arm))} an iteration with the discarded ones instead of ${callsText(perIteration("all-four-votes"))}; success ${seenText(kept)}, over the first five seeds alone ${describe(first)}`,
  };
}

function callsText({ estimate, low, high }: Interval): string {
  return `${decimalText(estimate, 2)} (${decimalText(low, 2)}–${decimalText(high, 2)})`;
}

/** In points, with the number of seeds on either side. */
export function seenText({ interval, bySeed }: PairedDifference): string {
  const above = bySeed.filter((value) => value > 0).length;
  const below = bySeed.filter((value) => value < 0).length;
  return `${describe(interval)}, above 0 in ${above} and below in ${below} of ${bySeed.length} seeds`;
}
