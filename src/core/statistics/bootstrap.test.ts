import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { NumericalError } from "../errors/numerical-error.ts";
import { ShapeError } from "../errors/shape-error.ts";
import { RandomStream } from "../random.ts";
import { drawBinomial, logBinomialProbability } from "./binomial.ts";
import {
  bootstrapDifference,
  bootstrapInterquartileMean,
  bootstrapMean,
  bootstrapPairedDifference,
  bootstrapStatistic,
} from "./bootstrap.ts";
import { interquartileMean, mean, quantileOfSorted, standardDeviation } from "./descriptive.ts";
import type { Interval } from "./interval.ts";
import { meanResampler } from "./resample.ts";

const random = (...labels: (string | number)[]): RandomStream => new RandomStream(3, ["bootstrap test", ...labels]);

/** `count` successes first. */
const outcomes = (count: number, total: number): boolean[] => Array.from({ length: total }, (_, i) => i < count);

/** Pearson's statistic, which for k classes has mean k - 1 and variance 2 (k - 1). */
function chiSquare(classes: readonly (readonly [observed: number, expected: number])[]): number {
  return classes.reduce((sum, [observed, expected]) => sum + (observed - expected) ** 2 / expected, 0);
}

describe("binomial draws", () => {
  test.each([
    [1, 0.3],
    [10, 0.5],
    [40, 0.02],
    [40, 0.97],
    [2000, 0.7],
  ])("have the binomial probabilities: %d trials at %d", (trials, probability) => {
    const draws = 20_000;
    const stream = random("binomial", trials);
    const drawn = new Map<number, number>();
    for (let draw = 0; draw < draws; draw++) {
      const successes = drawBinomial(trials, probability, stream);
      drawn.set(successes, (drawn.get(successes) ?? 0) + 1);
    }
    // Neighbours are pooled until about ten are expected, as the chi-square approximation needs.
    const classes: [observed: number, expected: number][] = [];
    let [observed, expected] = [0, 0];
    for (let successes = 0; successes <= trials; successes++) {
      observed += drawn.get(successes) ?? 0;
      expected += draws * Math.exp(logBinomialProbability(successes, trials, probability));
      if (expected >= 10) {
        classes.push([observed, expected]);
        [observed, expected] = [0, 0];
      }
    }
    const freedom = classes.length - 1;
    expect(freedom).toBeGreaterThanOrEqual(1);
    expect(chiSquare(classes)).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom));
  });

  test("probabilities sum to one and equal the closed form", () => {
    for (const [trials, probability] of [
      [5, 0.2],
      [13, 0.5],
      [300, 0.01],
      [2000, 0.9],
    ] as const) {
      let total = 0;
      for (let k = 0; k <= trials; k++) total += Math.exp(logBinomialProbability(k, trials, probability));
      expect(total).toBeCloseTo(1, 10);
    }
    expect(Math.exp(logBinomialProbability(2, 5, 0.2))).toBeCloseTo(10 * 0.2 ** 2 * 0.8 ** 3, 14);
  });

  test("certain outcomes, and probabilities that vanish at the far end", () => {
    expect(drawBinomial(0, 0.5, random())).toBe(0);
    expect(drawBinomial(7, 0, random())).toBe(0);
    expect(drawBinomial(7, 1, random())).toBe(7);
    for (let draw = 0; draw < 50; draw++) {
      const drawn = drawBinomial(1_000_000, 1e-6, random(draw));
      expect(drawn).toBeLessThan(15);
    }
  });
});

describe("resampled means", () => {
  test("by counts and by items have one distribution", () => {
    const few = Float64Array.from([0, 0, 0, 1, 1, -1, 2.5, 2.5]);
    // The ninth value switches the counting off; it is so near another that the distribution is the same.
    const many = Float64Array.from([0, 1e-9, 2e-9, 1, 1 + 1e-9, -1, 2.5, 2.5 + 1e-9, 3e-9].slice(0, 9));
    const counted = meanResampler(few, random("counted"));
    const reference = random("items");
    const byItems = (): number => {
      let sum = 0;
      for (let draw = 0; draw < few.length; draw++) sum += few[reference.integer(0, few.length)] as number;
      return sum / few.length;
    };
    const [first, second] = [counted, byItems].map((draw) => Float64Array.from({ length: 20_000 }, draw).sort());
    for (const probability of [0.01, 0.1, 0.5, 0.9, 0.99]) {
      const difference =
        quantileOfSorted(first as Float64Array, probability) - quantileOfSorted(second as Float64Array, probability);
      expect(Math.abs(difference)).toBeLessThan(0.07);
    }
    expect(mean(first as Float64Array)).toBeCloseTo(mean(few), 1);
    const drawn = Float64Array.from({ length: 5000 }, meanResampler(many, random("many")));
    const spread = standardDeviation(many) * Math.sqrt(8 / 9 / 9);
    expect(Math.abs(mean(drawn) - mean(many))).toBeLessThan(5 * (spread / Math.sqrt(5000)));
    expect(standardDeviation(drawn) / spread).toBeCloseTo(1, 1);
  });
});

describe("intervals", () => {
  const path = join(import.meta.dirname, "../../../tests/fixtures/statistics/values.json");
  const { shares } = JSON.parse(fs.readFileSync(path, "utf8")) as {
    shares: { successes: number; trials: number; low: number; high: number }[];
  };

  test.each(shares)("a share's are binomial quantiles: $successes of $trials", ({ successes, trials, low, high }) => {
    const options = { random: random("share", trials), resamples: 20_000 };
    const interval = bootstrapMean(outcomes(successes, trials), options);
    expect(interval.estimate).toBe(successes / trials);
    expect(Math.abs(interval.low - low)).toBeLessThanOrEqual(1.01 / trials);
    expect(Math.abs(interval.high - high)).toBeLessThanOrEqual(1.01 / trials);
  });

  test("equal streams give equal intervals, levels are nested, constants have no width", () => {
    const values = Array.from({ length: 40 }, (_, index) => Math.sin(index));
    const at = (level: number): Interval => bootstrapMean(values, { random: random("level"), level });
    expect(at(0.95)).toEqual(bootstrapMean(values, { random: random("level") }));
    expect(at(0.5).low).toBeGreaterThan(at(0.95).low);
    expect(at(0.5).high).toBeLessThan(at(0.95).high);
    expect(bootstrapMean([2, 2, 2], { random: random() })).toEqual({ estimate: 2, low: 2, high: 2 });
    expect(bootstrapMean([true], { random: random() })).toEqual({ estimate: 1, low: 1, high: 1 });
  });

  test("a mean's is the normal one for a large sample", () => {
    const stream = random("normal sample");
    const values = Float64Array.from({ length: 400 }, () => stream.normal());
    const { estimate, low, high } = bootstrapMean(values, { random: random("normal"), resamples: 4000 });
    const error = standardDeviation(values) / 20;
    expect(estimate).toBeCloseTo(mean(values), 14);
    expect((low - estimate) / error).toBeCloseTo(-1.96, 0.5);
    expect((high - estimate) / error).toBeCloseTo(1.96, 0.5);
  });

  test("pairing removes what the items share", () => {
    const difficulty = Array.from({ length: 100 }, (_, index) => 10 * Math.sin(index));
    const after = difficulty.map((value, index) => value + 1 + 0.1 * Math.cos(index));
    const paired = bootstrapPairedDifference(difficulty, after, { random: random("paired") });
    const unpaired = bootstrapDifference(difficulty, after, { random: random("unpaired") });
    expect(paired.estimate).toBeCloseTo(unpaired.estimate, 12);
    expect(paired.low).toBeGreaterThan(0.9);
    expect(paired.high - paired.low).toBeLessThan(0.05);
    expect(unpaired.high - unpaired.low).toBeGreaterThan(3);
  });

  test("the difference of shares, paired and not, has its closed-form width", () => {
    const before = outcomes(500, 1000);
    const after = before.map((success, index) => success || index >= 900);
    const paired = bootstrapPairedDifference(before, after, { random: random("p"), resamples: 8000 });
    const unpaired = bootstrapDifference(before, after, { random: random("u"), resamples: 8000 });
    expect(paired.estimate).toBeCloseTo(0.1, 12);
    const width = ({ low, high }: Interval): number => (high - low) / 2 / 1.96;
    expect(width(paired) / Math.sqrt((0.1 * 0.9) / 1000)).toBeCloseTo(1, 1);
    expect(width(unpaired) / Math.sqrt((0.25 + 0.24) / 1000)).toBeCloseTo(1, 1);
  });

  test("any statistic: that of the mean agrees, and the sample itself is not touched", () => {
    const values = Float64Array.from({ length: 60 }, (_, index) => (index * 37) % 61);
    const copy = values.slice();
    const general = bootstrapStatistic(values, (sample) => mean(sample.sort()), { random: random("general") });
    const special = bootstrapMean(values, { random: random("special") });
    expect(values).toEqual(copy);
    expect(general.estimate).toBeCloseTo(special.estimate, 12);
    expect(general.low).toBeCloseTo(special.low, -1);
    expect(Math.abs(general.high - special.high)).toBeLessThan(1);
  });
});

describe("coverage of the truth", () => {
  /** The share of `runs` simulated experiments whose interval holds the truth. */
  const coverage = (runs: number, truth: number, experiment: (stream: RandomStream) => Interval): number => {
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const { low, high } = experiment(random("coverage", run));
      if (low <= truth && truth <= high) covered++;
    }
    return covered / runs;
  };
  const options = (stream: RandomStream) => ({ random: stream.split("bootstrap"), resamples: 400 });

  test("a share of 0.7 in 200 trials", () => {
    const share = coverage(400, 0.7, (stream) =>
      bootstrapMean(
        Array.from({ length: 200 }, () => stream.uniform() < 0.7),
        options(stream),
      ),
    );
    expect(share).toBeGreaterThan(0.91);
    expect(share).toBeLessThan(0.98);
  });

  test("a paired difference: half of the failures are cured, a tenth of the successes lost", () => {
    const share = coverage(400, 0.4 * 0.5 - 0.6 * 0.1, (stream) => {
      const before = Array.from({ length: 200 }, () => stream.uniform() < 0.6);
      const after = before.map((success) => stream.uniform() < (success ? 0.9 : 0.5));
      return bootstrapPairedDifference(before, after, options(stream));
    });
    expect(share).toBeGreaterThan(0.91);
    expect(share).toBeLessThan(0.98);
  });

  test("the interquartile mean of 10 seeds on 8 tasks", () => {
    // Symmetric noise around 0 in every task: the interquartile mean of the population is 0.
    const share = coverage(200, 0, (stream) => {
      const scores = Array.from({ length: 8 }, () => Float64Array.from({ length: 10 }, () => stream.normal()));
      return bootstrapInterquartileMean(scores, { random: stream.split("bootstrap"), resamples: 200 });
    });
    expect(share).toBeGreaterThan(0.88);
    expect(share).toBeLessThan(0.99);
  });
});

describe("the stratified interquartile mean", () => {
  test("estimates over all scores; seeds stay with their task", () => {
    const scores = [
      [0, 0.1, 0.2],
      [5, 5.1, 5.2],
      [9, 9.1, 9.2, 9.3],
    ];
    const interval = bootstrapInterquartileMean(scores, { random: random("stratified") });
    expect(interval.estimate).toBeCloseTo(interquartileMean(scores.flat()), 12);
    // Resampling across tasks would move whole tasks in and out of the middle; within tasks it moves tenths.
    expect(interval.high - interval.low).toBeLessThan(0.6);
    const pooled = bootstrapStatistic(scores.flat(), interquartileMean, { random: random("pooled") });
    expect(pooled.high - pooled.low).toBeGreaterThan(3);
  });

  test("one seed a task leaves nothing to resample", () => {
    const { estimate, low, high } = bootstrapInterquartileMean([[1], [2], [6]], { random: random() });
    expect([low, high]).toEqual([estimate, estimate]);
  });
});

describe("what has no interval", () => {
  test("empty samples, NaN, unequal pairs, odd options", () => {
    const options = { random: random() };
    expect(() => bootstrapMean([], options)).toThrow(InvalidArgumentError);
    expect(() => bootstrapInterquartileMean([], options)).toThrow(InvalidArgumentError);
    expect(() => bootstrapInterquartileMean([[1], []], options)).toThrow(InvalidArgumentError);
    expect(() => bootstrapMean([1, Number.NaN], options)).toThrow(NumericalError);
    expect(() => bootstrapPairedDifference([1], [1, 2], options)).toThrow(ShapeError);
    expect(() => bootstrapMean([1], { ...options, level: 95 })).toThrow(InvalidArgumentError);
    expect(() => bootstrapMean([1], { ...options, resamples: 0 })).toThrow(InvalidArgumentError);
    expect(() => bootstrapMean([1], { ...options, resamples: 1.5 })).toThrow(InvalidArgumentError);
  });
});
