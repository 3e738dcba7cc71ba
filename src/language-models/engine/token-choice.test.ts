import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/random.ts";
import { drawNucleusToken, drawToken, greatestToken } from "./token-choice.ts";

/** A row of probabilities between two other rows, with zeros and ties. */
const rows = fc
  .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => {
    const total = weights.reduce((a, b) => a + b, 0);
    const row = weights.map((weight) => weight / total);
    return { width: row.length, table: Float32Array.from([...row.map(() => 1), ...row, ...row.map(() => 1)]), row };
  });

test("the greatest value, the first of equals", () => {
  fc.assert(
    fc.property(rows, ({ width, table, row }) => {
      expect(greatestToken(table, width, width)).toBe(row.indexOf(row.reduce((a, b) => Math.max(a, b))));
    }),
  );
});

test("frequencies of draws are the probabilities (chi-square, 6 degrees of freedom)", () => {
  const probabilities = Float32Array.of(0.4, 0.25, 0, 0.15, 0.1, 0.05, 0.04, 0.01);
  const random = new RandomStream(1);
  const draws = 20_000;
  const counts = new Array<number>(8).fill(0);
  for (let draw = 0; draw < draws; draw++) {
    const token = drawToken(probabilities, 0, 8, random);
    counts[token] = (counts[token] as number) + 1;
  }
  expect(counts[2]).toBe(0);
  const statistic = counts.reduce((sum, count, token) => {
    const wanted = draws * (probabilities[token] as number);
    return wanted === 0 ? sum : sum + (count - wanted) ** 2 / wanted;
  }, 0);
  // 99.9 % of right samplers stay below.
  expect(statistic).toBeLessThan(22.46);
});

describe("nucleus", () => {
  test("draws never leave the fewest tokens that reach topP", () => {
    fc.assert(
      fc.property(
        rows,
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        fc.nat(),
        ({ width, table, row }, topP, seed) => {
          const random = new RandomStream(seed);
          const token = drawNucleusToken(table, width, width, topP, random);
          expect(row[token]).toBeGreaterThan(0);
          const before = row.reduce(
            (mass, probability, other) =>
              probability > (row[token] as number) || (probability === row[token] && other < token)
                ? mass + Math.fround(probability)
                : mass,
            0,
          );
          // Everything before it in order of probability did not yet reach topP.
          expect(before).toBeLessThan(topP + 1e-9);
        },
      ),
    );
  });

  test("a tiny nucleus is greedy, a full one draws like no nucleus", () => {
    const probabilities = Float32Array.of(0.2, 0.5, 0.3);
    const random = new RandomStream(2);
    const tiny = Array.from({ length: 50 }, () => drawNucleusToken(probabilities, 0, 3, 1e-9, random));
    expect(new Set(tiny)).toEqual(new Set([1]));
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 6000; draw++) {
      const token = drawNucleusToken(probabilities, 0, 3, 1, random);
      counts[token] = (counts[token] as number) + 1;
    }
    counts.forEach((count, token) => {
      expect(Math.abs(count / 6000 - (probabilities[token] as number))).toBeLessThan(0.03);
    });
  });
});

test("numbers that sum to a little less than one still give a token", () => {
  const almost = { uniform: () => 1 - 2 ** -53 } as RandomStream;
  expect(drawToken(Float32Array.of(0.1, 0.7, 0.2 - 1e-7), 0, 3, almost)).toBeGreaterThanOrEqual(0);
  expect(drawNucleusToken(Float32Array.of(0.1, 0.7, 0.2 - 1e-7), 0, 3, 1, almost)).toBeGreaterThanOrEqual(0);
});
