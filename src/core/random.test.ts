import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "./errors/invalid-argument-error.ts";
import { RandomStream } from "./random.ts";

/**
 * Whether counts fit their expectations: Pearson's statistic has mean k - 1 and variance 2 (k - 1). The streams are
 * seeded, so this does not fail by chance from one run to the next.
 */
function expectFit(observed: readonly number[], expected: readonly number[]): void {
  let statistic = 0;
  observed.forEach((count, index) => {
    statistic += (count - (expected[index] as number)) ** 2 / (expected[index] as number);
  });
  const freedom = observed.length - 1;
  expect(statistic).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom));
}

function countsOf(classes: number, draws: number, draw: () => number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let index = 0; index < draws; index++) {
    const drawn = draw();
    counts[drawn] = (counts[drawn] as number) + 1;
  }
  return counts;
}

/** Pearson's correlation of n pairs of draws; its standard error is 1 / sqrt(n) for independent ones. */
function correlation(first: RandomStream, second: RandomStream, draws: number): number {
  let sum = 0;
  for (let index = 0; index < draws; index++) sum += (first.uniform() - 0.5) * (second.uniform() - 0.5);
  return (sum / draws) * 12;
}

describe("determinism", () => {
  test("these numbers never change: recorded runs depend on them", () => {
    const stream = new RandomStream(7, ["search", 3]);
    expect([stream.uniform(), stream.uniform(), stream.normal()]).toMatchInlineSnapshot(`
      [
        0.5104832321563993,
        0.28451982587427316,
        -0.4349958896592329,
      ]
    `);
    expect([stream.integer(0, 1000), stream.integer(-5, 5), stream.weightedIndex([1, 2, 3])]).toMatchInlineSnapshot(`
      [
        696,
        -3,
        2,
      ]
    `);
    expect(stream.shuffle(["a", "b", "c", "d", "e", "f"]).join("")).toMatchInlineSnapshot(`"cfdabe"`);
    expect(stream.split("mutation").uniform()).toMatchInlineSnapshot(`0.2579522024084271`);
  });

  test("equal names give equal numbers, any other name others", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.oneof(fc.string(), fc.integer())),
        fc.oneof(fc.string(), fc.integer()),
        (seed, path, label) => {
          const first = new RandomStream(seed, path).uniform();
          expect(new RandomStream(seed, path).uniform()).toBe(first);
          expect(new RandomStream(seed, [...path, label]).uniform()).not.toBe(first);
          expect(new RandomStream(seed + 1, path).uniform()).not.toBe(first);
        },
      ),
    );
  });

  test("a label's type and the borders between labels count", () => {
    const names = [["1"], [1], ["a", "b"], ["ab"], ["a,b"], [], [""], ['a","b']];
    expect(new Set(names.map((path) => new RandomStream(0, path).uniform())).size).toBe(names.length);
  });

  test("splitting depends on the name alone, not on what was drawn", () => {
    const stream = new RandomStream(5, ["a"]);
    const before = stream.split("b", 2).uniform();
    for (let draw = 0; draw < 10; draw++) stream.uniform();
    expect(stream.split("b", 2).uniform()).toBe(before);
    expect(stream.split("b").split(2).uniform()).toBe(before);
    expect(stream.split("b", 2).path).toEqual(["a", "b", 2]);
  });
});

describe("independence", () => {
  test("streams of neighbouring names and seeds are uncorrelated", () => {
    const draws = 20_000;
    const limit = 4 / Math.sqrt(draws);
    const root = new RandomStream(1);
    expect(Math.abs(correlation(root.split("x", 0), root.split("x", 1), draws))).toBeLessThan(limit);
    expect(Math.abs(correlation(root.split("x"), root, draws))).toBeLessThan(limit);
    expect(Math.abs(correlation(new RandomStream(1, ["x"]), new RandomStream(2, ["x"]), draws))).toBeLessThan(limit);
  });

  test("first numbers over names are uniform", () => {
    let name = 0;
    const counts = countsOf(20, 4000, () => Math.floor(new RandomStream(0, ["item", name++]).uniform() * 20));
    expectFit(counts, new Array<number>(20).fill(200));
  });
});

describe("distributions", () => {
  test("uniform: in [0, 1), flat, successive draws unrelated", () => {
    const stream = new RandomStream(2, ["uniform"]);
    // A number outside [0, 1) would add a class or leave a count that is NaN.
    const counts = countsOf(100, 50_000, () => Math.floor(stream.uniform() * 100));
    expect(counts).toHaveLength(100);
    expectFit(counts, new Array<number>(100).fill(500));
    const pairs = countsOf(
      100,
      50_000,
      () => Math.floor(stream.uniform() * 10) * 10 + Math.floor(stream.uniform() * 10),
    );
    expectFit(pairs, new Array<number>(100).fill(500));
  });

  test("integer: every value from low to below high, equally often", () => {
    const stream = new RandomStream(2, ["integer"]);
    expectFit(
      countsOf(7, 14_000, () => stream.integer(-3, 4) + 3),
      new Array<number>(7).fill(2000),
    );
    expect(stream.integer(5, 6)).toBe(5);
  });

  test("normal: moments and the share within one and two deviations", () => {
    const stream = new RandomStream(2, ["normal"]);
    const values = Array.from({ length: 40_000 }, () => stream.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    // Standard errors of the first four moments at this size: 0.005, 0.007, 0.019, 0.049.
    expect(Math.abs(moment(1))).toBeLessThan(0.02);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.03);
    expect(Math.abs(moment(3))).toBeLessThan(0.08);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
    const within = (limit: number) => values.filter((value) => Math.abs(value) < limit).length / values.length;
    expect(within(1)).toBeCloseTo(0.6827, 2);
    expect(within(2)).toBeCloseTo(0.9545, 2);
  });

  test("weighted index: in proportion, never where there is no weight", () => {
    const stream = new RandomStream(2, ["weighted"]);
    const counts = countsOf(5, 20_000, () => stream.weightedIndex(new Float32Array([0, 1, 3, 0, 6])));
    expect([counts[0], counts[3]]).toEqual([0, 0]);
    expectFit(
      [1, 2, 4].map((index) => counts[index] as number),
      [2000, 6000, 12_000],
    );
    expect(stream.weightedIndex([0, 0, 1e-300])).toBe(2);
  });

  test("choice: every item equally often", () => {
    const stream = new RandomStream(2, ["choice"]);
    expectFit(
      countsOf(3, 9000, () => stream.choice([0, 1, 2])),
      [3000, 3000, 3000],
    );
  });

  test("shuffle: all 24 orders of four items equally often, the input left alone", () => {
    const stream = new RandomStream(2, ["shuffle"]);
    const items = ["a", "b", "c", "d"] as const;
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 24_000; draw++) {
      const order = stream.shuffle(items).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expectFit([...counts.values()], new Array<number>(24).fill(1000));
    expect(items).toEqual(["a", "b", "c", "d"]);
    expect(stream.shuffle([])).toEqual([]);
  });
});

describe("what cannot be drawn", () => {
  test("seeds, ranges, lists and weights out of range", () => {
    const stream = new RandomStream(0);
    expect(() => new RandomStream(Number.NaN)).toThrow(InvalidArgumentError);
    expect(() => new RandomStream(Infinity)).toThrow(InvalidArgumentError);
    for (const [low, high] of [
      [1, 1],
      [2, 1],
      [0.5, 2],
      [0, Number.NaN],
    ] as const) {
      expect(() => stream.integer(low, high)).toThrow(InvalidArgumentError);
    }
    expect(() => stream.choice([])).toThrow(InvalidArgumentError);
    for (const weights of [[], [0, 0], [1, -1], [1, Number.NaN], [Infinity]]) {
      expect(() => stream.weightedIndex(weights)).toThrow(InvalidArgumentError);
    }
  });
});
