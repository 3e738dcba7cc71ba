import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { ShapeError } from "../errors/shape-error.ts";
import { RandomStream } from "../random.ts";
import { bootstrapPairedDifference } from "./bootstrap.ts";
import { newcombeDifference, pairedShareDifference } from "./share-difference.ts";

const options = (seed = 0) => ({ resamples: 50, random: new RandomStream(seed) });

describe("unrelated samples", () => {
  // The examples (a) to (h) of Newcombe (1998), table II, row 10.
  test.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])("%d of %d after %d of %d: %f to %f", (successes, trials, successesBefore, trialsBefore, low, high) => {
    const before = { successes: successesBefore, trials: trialsBefore };
    const interval = newcombeDifference(before, { successes, trials });
    expect(interval.estimate).toBeCloseTo(successes / trials - successesBefore / trialsBefore, 14);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  test("stay in [-1, 1], have a width, and turn around with their samples", () => {
    const sample = fc
      .integer({ min: 1, max: 200 })
      .chain((trials) => fc.record({ trials: fc.constant(trials), successes: fc.nat(trials) }));
    fc.assert(
      fc.property(sample, sample, (before, after) => {
        const { estimate, low, high } = newcombeDifference(before, after);
        expect(low).toBeGreaterThanOrEqual(-1 - 1e-15);
        expect(low).toBeLessThan(high);
        expect(high).toBeLessThanOrEqual(1 + 1e-15);
        expect(low <= estimate && estimate <= high).toBe(true);
        expect(newcombeDifference(after, before).low).toBeCloseTo(-high, 12);
      }),
    );
  });

  test("refuse what are no counts", () => {
    expect(() => newcombeDifference({ successes: 3, trials: 2 }, { successes: 1, trials: 2 })).toThrow(
      InvalidArgumentError,
    );
  });
});

describe("the same items", () => {
  test("are bootstrapped where they changed differently", () => {
    const [before, after] = [Uint8Array.of(0, 1, 0, 1), Uint8Array.of(1, 1, 0, 0)];
    expect(pairedShareDifference(before, after, options(3))).toEqual(
      bootstrapPairedDifference(before, after, options(3)),
    );
  });

  test.each([
    ["none changed, all wrong", 0, 0, [-0.0362, 0.0362]],
    ["none changed, all right", 1, 1, [-0.0362, 0.0362]],
    ["all became right", 0, 1, [0.9276, 1]],
    ["all became wrong", 1, 0, [-1, -0.9276]],
  ])("%s: of 100, the exact bound", (_, before, after, [low, high]) => {
    // For 0 of 100 Clopper and Pearson's interval ends at 0.0362.
    const interval = pairedShareDifference(Array(100).fill(before), Array(100).fill(after), options());
    expect(interval.estimate).toBe(after - before);
    expect(interval.low).toBeCloseTo(low as number, 4);
    expect(interval.high).toBeCloseTo(high as number, 4);
  });

  test("none changed, although some are right: the same bound", () => {
    const correct = Uint8Array.from({ length: 100 }, (_, index) => index % 2);
    expect(pairedShareDifference(correct, correct, options()).high).toBeCloseTo(0.0362, 4);
  });

  test("always contain the estimate, have a width, and say less for fewer items and higher levels", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, 1), fc.constantFrom(0, 1), (count, from, to) => {
        const width = (items: number, level: number) => {
          const all = (value: number) => Array<number>(items).fill(value);
          const { estimate, low, high } = pairedShareDifference(all(from), all(to), { ...options(), level });
          expect(-1 <= low && low <= estimate && estimate <= high && high <= 1).toBe(true);
          return high - low;
        };
        expect(width(count, 0.95)).toBeGreaterThan(0);
        expect(width(count, 0.95)).toBeGreaterThan(width(count + 1, 0.95));
        expect(width(count, 0.99)).toBeGreaterThan(width(count, 0.9));
      }),
    );
  });

  test("keep their promise: a difference outside would show no discordant pair in 2.5 % of samples at most", () => {
    for (const count of [1, 2, 5, 20, 300]) {
      const { high } = pairedShareDifference(Array(count).fill(1), Array(count).fill(1), options());
      // The least discordant truth with a difference above `high`: a share `high` of pairs becomes right, none wrong.
      expect((1 - high) ** count).toBeLessThanOrEqual(0.025 + 1e-12);
    }
  });

  test("need to be the same items, and at least one", () => {
    expect(() => pairedShareDifference([1], [1, 0], options())).toThrow(ShapeError);
    expect(() => pairedShareDifference([], [], options())).toThrow(InvalidArgumentError);
  });
});
