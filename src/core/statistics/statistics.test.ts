import fs from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { NumericalError } from "../errors/numerical-error.ts";
import { interquartileMean, mean, quantile, standardDeviation, wilsonInterval } from "./index.ts";

interface Fixture {
  readonly samples: readonly {
    readonly values: number[];
    readonly mean: number;
    readonly standardDeviation: number;
    readonly probabilities: number[];
    readonly quantiles: number[];
    readonly interquartileMean: number | null;
  }[];
  readonly wilson: readonly { successes: number; trials: number; level: number; low: number; high: number }[];
}
const path = join(import.meta.dirname, "../../../tests/fixtures/statistics/values.json");
const fixture = JSON.parse(fs.readFileSync(path, "utf8")) as Fixture;

describe("values of the reference implementations", () => {
  test.each(fixture.samples)("a sample of numbers (%#)", (sample) => {
    expect(mean(sample.values)).toBeCloseTo(sample.mean, 12);
    expect(standardDeviation(sample.values)).toBeCloseTo(sample.standardDeviation, 12);
    sample.probabilities.forEach((probability, index) => {
      expect(quantile(sample.values, probability)).toBeCloseTo(sample.quantiles[index] as number, 12);
    });
    if (sample.interquartileMean !== null) {
      expect(interquartileMean(sample.values)).toBeCloseTo(sample.interquartileMean, 12);
    }
  });

  test.each(fixture.wilson)("Wilson: $successes of $trials at $level", ({ successes, trials, level, low, high }) => {
    const interval = wilsonInterval(successes, trials, level);
    expect(interval.estimate).toBe(successes / trials);
    expect(interval.low).toBeCloseTo(low, 12);
    expect(interval.high).toBeCloseTo(high, 12);
  });
});

describe("the interquartile mean", () => {
  test("observations on the edge count in part", () => {
    // Of 1..5 the middle half is 1.25 to 3.75 in units of observations: 0.75 of the 2, the 3, 0.75 of the 4.
    expect(interquartileMean([5, 1, 4, 2, 30 / 10])).toBeCloseTo(3, 14);
    expect(interquartileMean([0, 1, 10])).toBeCloseTo((0.25 * 0 + 1 + 0.25 * 10) / 1.5, 14);
    expect(interquartileMean([7])).toBe(7);
    expect(interquartileMean([3, 5])).toBe(4);
  });

  test("equals the mean of a fourfold sample's middle half, for any sample", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 }), (values) => {
        const fourfold = values.flatMap((value) => [value, value, value, value]).sort((a, b) => a - b);
        const middle = fourfold.slice(values.length, 3 * values.length);
        expect(interquartileMean(values)).toBeCloseTo(mean(middle), 9);
      }),
    );
  });
});

describe("any sample", () => {
  test("quantiles are monotone, inside the range, and reached at the ends; input is left alone", () => {
    const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
      minLength: 1,
      maxLength: 20,
    });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(numbers, share, share, (values, first, second) => {
        const before = [...values];
        const sorted = [...values].sort((a, b) => a - b);
        expect(quantile(values, Math.min(first, second))).toBeLessThanOrEqual(
          quantile(values, Math.max(first, second)) + 1e-9,
        );
        expect(quantile(values, 0) === sorted[0]).toBe(true);
        expect(quantile(values, 1) === sorted.at(-1)).toBe(true);
        expect(values).toEqual(before);
      }),
    );
  });

  test("booleans count as 0 and 1", () => {
    expect(mean([true, false, true, true])).toBe(0.75);
    expect(standardDeviation([true, false])).toBeCloseTo(Math.SQRT1_2, 15);
  });
});

describe("what has no statistic", () => {
  test("too few, not finite, out of range", () => {
    for (const statistic of [mean, interquartileMean, standardDeviation]) {
      expect(() => statistic([])).toThrow(InvalidArgumentError);
      expect(() => statistic([1, Number.NaN])).toThrow(NumericalError);
    }
    expect(() => standardDeviation([1])).toThrow(/at least 2 observations/);
    expect(() => quantile([1], 1.1)).toThrow(InvalidArgumentError);
    expect(() => quantile([1], Number.NaN)).toThrow(InvalidArgumentError);
    expect(() => mean([1, Infinity])).toThrow(/Infinity at index 1/);
  });

  test("Wilson refuses shares, impossible counts and levels", () => {
    for (const [successes, trials] of [
      [0.5, 1],
      [2, 1],
      [-1, 3],
      [0, 0],
    ] as const) {
      expect(() => wilsonInterval(successes, trials)).toThrow(InvalidArgumentError);
    }
    for (const level of [0, 1, 95]) expect(() => wilsonInterval(1, 2, level)).toThrow(InvalidArgumentError);
  });

  test("Wilson stays in [0, 1] and grows with the level, up to the greatest level below 1", () => {
    const levels = [1e-9, 0.5, 0.95, 0.999999, 1 - 2 ** -53];
    const intervals = levels.map((level) => wilsonInterval(3, 10, level));
    for (let index = 1; index < levels.length; index++) {
      expect(intervals[index]?.low).toBeLessThan(intervals[index - 1]?.low as number);
      expect(intervals[index]?.high).toBeGreaterThan(intervals[index - 1]?.high as number);
    }
    expect(intervals.at(-1)?.low).toBeGreaterThan(0);
    expect(wilsonInterval(0, 5).low).toBe(0);
    expect(wilsonInterval(5, 5).high).toBe(1);
  });
});
