import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/random.ts";
import { familyDifference, familyShare } from "../../core/statistics/family-share.ts";
import { wilsonInterval } from "../../core/statistics/wilson-interval.ts";
import { type TransferOutcomes, transferMatrix } from "./transfer-matrix.ts";

const descriptors = [
  { name: "topic", labels: ["sea", "sky"] },
  { name: "length", labels: ["short", "long", "longer"] },
];
const archive = (name: string, bins: readonly (readonly number[])[]) => ({
  name,
  descriptors,
  prompts: bins.map((each) => ({ bins: each })),
});
const random = new RandomStream(5);

/** All means of resamples of a few numbers, each as likely as any other, sorted. */
function allResampledMeans(values: readonly number[]): number[] {
  let sums = [0];
  for (let drawn = 0; drawn < values.length; drawn++) sums = sums.flatMap((sum) => values.map((value) => sum + value));
  return sums.map((sum) => sum / values.length).sort((a, b) => a - b);
}

describe("the transfer matrix", () => {
  const bins = [
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 0],
    [1, 0],
  ];
  const outcomes: TransferOutcomes[] = [
    { archive: "one", target: "a", judge: "own", source: true, successes: [true, true, true, true, undefined] },
    { archive: "one", target: "b", judge: "own", successes: [true, false, true, undefined, false] },
    { archive: "one", target: "a", judge: "other", source: true, successes: [false, false, false, false, false] },
    { archive: "one", target: "b", judge: "other", successes: [false, true, false, false, false] },
  ];
  const cells = transferMatrix({ archives: [archive("one", bins)], outcomes, random });

  test("shares with Wilson's interval, over what is known", () => {
    expect(cells.map(({ successes, trials, prompts, source }) => [successes, trials, prompts, source])).toEqual([
      [4, 4, 5, true],
      [2, 4, 5, false],
      [0, 5, 5, true],
      [1, 5, 5, false],
    ]);
    // 2 of 4 and 1 of 5, from Wilson's formula with z = 1.959964.
    expect(cells[1]?.rate?.low).toBeCloseTo(0.150036, 5);
    expect(cells[1]?.rate?.high).toBeCloseTo(0.849964, 5);
    expect(cells[3]?.rate?.low).toBeCloseTo(0.036224, 5);
    expect(cells[3]?.rate?.high).toBeCloseTo(0.624465, 5);
  });

  test("by category, labels without prompts left out", () => {
    const told = cells[1]?.categories.map(({ descriptor, label, successes, trials }) => [
      descriptor,
      label,
      successes,
      trials,
    ]);
    expect(told).toEqual([
      ["topic", "sea", 1, 2],
      ["topic", "sky", 1, 2],
      ["length", "short", 1, 2],
      ["length", "long", 1, 2],
    ]);
  });

  test("differences are paired with the source by the same judge", () => {
    expect(cells.map(({ difference }) => difference?.pairs)).toEqual([undefined, 3, undefined, 5]);
    expect(cells[1]?.difference?.estimate).toBeCloseTo(-1 / 3, 12);
    // A cell's interval does not depend on which others there are.
    const alone = transferMatrix({ archives: [archive("one", bins)], outcomes: outcomes.slice(2), random });
    expect(alone[1]).toEqual(cells[3]);
  });

  describe("of prompts whose lineage is known", () => {
    const lines = ["a", "a", "b", "b", "b"];
    const related = {
      ...archive("one", bins),
      prompts: bins.map((each, row) => ({ bins: each, family: lines[row] })),
    };
    const told = transferMatrix({ archives: [related], outcomes, random });

    test("has the intervals of families, in all its shares and in the difference", () => {
      expect(told[3]).toMatchObject({ successes: 1, trials: 5, families: 2 });
      expect(told[3]?.rate).toEqual(
        familyShare([
          { successes: 1, trials: 2 },
          { successes: 0, trials: 3 },
        ]),
      );
      expect(told[1]?.difference).toEqual({
        ...familyDifference([
          { before: [1, 1], after: [1, 0] },
          { before: [1], after: [1] },
        ]),
        pairs: 3,
      });
      expect(told[1]?.amongSuccesses).toMatchObject({ successes: 2, trials: 3, families: 2 });
      // The prompts of the sea that are judged are of one family, as are those of the sky.
      expect(told[1]?.categories.map(({ families }) => families)).toEqual([1, 1, 2, 2]);
      expect(told[1]?.categories[1]?.rate).toEqual(wilsonInterval(1, 2));
    });

    test("and those of unrelated prompts where one of them comes from nowhere", () => {
      const prompts = related.prompts.map((prompt, row) => (row === 4 ? { ...prompt, family: undefined } : prompt));
      const [, , , cell] = transferMatrix({ archives: [{ ...related, prompts }], outcomes, random });
      expect(cell?.families).toBeUndefined();
      expect(cell?.rate).toEqual(wilsonInterval(1, 5));
      expect(cell?.difference).toEqual(cells[3]?.difference);
    });

    test("covers what a family does with another one, where Wilson's interval does not", () => {
      // 60 prompts of nine seeds, whose descendants transfer at a rate of their own: 0.1 or 0.7, in the mean 0.4.
      const counts = [14, 10, 8, 7, 6, 5, 4, 3, 3];
      const prompts = counts.flatMap((count, line) =>
        Array.from({ length: count }, () => ({ bins: [0, 0], family: `seed ${line}` })),
      );
      const draw = random.split("coverage");
      const trials = 400;
      const covered = { families: 0, wilson: 0 };
      for (let trial = 0; trial < trials; trial++) {
        const successes = counts.flatMap((count) => {
          const rate = draw.uniform() < 0.5 ? 0.1 : 0.7;
          return Array.from({ length: count }, () => draw.uniform() < rate);
        });
        for (const [name, own] of Object.entries({
          families: prompts,
          wilson: prompts.map((each) => ({ bins: each.bins })),
        })) {
          const [cell] = transferMatrix({
            archives: [{ name: "one", descriptors, prompts: own }],
            outcomes: [{ archive: "one", target: "b", judge: "own", successes }],
            random,
          });
          const { low, high } = cell?.rate ?? { low: 1, high: 0 };
          covered[name as keyof typeof covered] += Number(low <= 0.4 && 0.4 <= high);
        }
      }
      expect(covered.families / trials).toBeGreaterThan(0.92);
      expect(covered.wilson / trials).toBeLessThan(0.75);
    });
  });

  test("the interval is that of all resamples, enumerated", () => {
    const before = [true, true, false, true, false, true];
    const after = [false, true, true, false, false, true];
    const [, cell] = transferMatrix({
      archives: [
        archive(
          "one",
          before.map(() => [0, 0]),
        ),
      ],
      outcomes: [
        { archive: "one", target: "a", judge: "own", source: true, successes: before },
        { archive: "one", target: "b", judge: "own", successes: after },
      ],
      random,
      resamples: 40_000,
    });
    const means = allResampledMeans(after.map((value, index) => Number(value) - Number(before[index])));
    const quantile = (share: number) => means[Math.floor(share * (means.length - 1))] as number;
    expect(cell?.difference?.estimate).toBeCloseTo(-1 / 6, 12);
    expect(cell?.difference?.low).toBeCloseTo(quantile(0.025), 9);
    expect(cell?.difference?.high).toBeCloseTo(quantile(0.975), 9);
  });

  test("where all prompts behave alike the difference still has a width", () => {
    const all = Array.from({ length: 10 }, () => true);
    const [, cell] = transferMatrix({
      archives: [
        archive(
          "one",
          all.map(() => [0, 0]),
        ),
      ],
      outcomes: [
        { archive: "one", target: "a", judge: "own", source: true, successes: all },
        { archive: "one", target: "b", judge: "own", successes: all },
      ],
      random,
    });
    const otherwise = 1 - 0.025 ** (1 / 10);
    expect(cell?.difference).toEqual({ estimate: 0, low: -otherwise, high: otherwise, pairs: 10 });
  });

  test("categories of a descriptor add up to the cell, whatever the outcomes", () => {
    const row = fc.record({
      bins: fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 2 })),
      success: fc.option(fc.boolean(), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const [cell] = transferMatrix({
          archives: [
            archive(
              "one",
              rows.map((each) => each.bins),
            ),
          ],
          outcomes: [{ archive: "one", target: "a", judge: "own", successes: rows.map(({ success }) => success) }],
          random,
        });
        for (const { name } of descriptors) {
          const own = cell?.categories.filter(({ descriptor }) => descriptor === name) ?? [];
          expect(own.reduce((sum, { successes }) => sum + successes, 0)).toBe(cell?.successes);
          expect(own.reduce((sum, { trials }) => sum + trials, 0)).toBe(cell?.trials);
        }
        expect(cell?.rate === undefined).toBe(cell?.trials === 0);
      }),
    );
  });

  test.each<[string, readonly TransferOutcomes[], string]>([
    ["an unknown archive", [{ archive: "two", target: "a", judge: "own", successes: [] }], "two"],
    ["another length", [{ archive: "one", target: "a", judge: "own", successes: [true] }], "5 outcomes"],
    [
      "a cell twice",
      [0, 1].map(() => ({ archive: "one", target: "a", judge: "own", successes: bins.map(() => true) })),
      "one list of outcomes",
    ],
    [
      "two sources",
      ["a", "b"].map((target) => ({
        archive: "one",
        target,
        judge: "own",
        source: true,
        successes: bins.map(() => true),
      })),
      "one source",
    ],
  ])("%s is refused", (_, wrong, named) => {
    expect(() => transferMatrix({ archives: [archive("one", bins)], outcomes: wrong, random })).toThrow(named);
  });
});
