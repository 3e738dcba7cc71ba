import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { RandomStream } from "../random.ts";
import { familyDifference, familyShare } from "./family-share.ts";
import { wilsonInterval } from "./wilson-interval.ts";

/** What archives look like: prompts by the seed that they descend from. */
const sizes: Readonly<Record<string, readonly number[]>> = {
  "ten alike": new Array(10).fill(10),
  "93 prompts of a search over 10 categories": [18, 14, 11, 10, 9, 9, 7, 6, 6, 3],
  "half of one seed": [40, 25, 12, 8, 6, 4, 3, 2],
  "a prompt each": new Array(60).fill(1),
};

/** A share that families draw around `mean`, with this correlation between two of one family: 0 or 1 for a whole family, else the mean. */
function familyRate(mean: number, correlation: number, random: RandomStream): number {
  if (random.uniform() >= correlation) return mean;
  return Number(random.uniform() < mean);
}

function drawFamilies(counts: readonly number[], mean: number, correlation: number, random: RandomStream) {
  return counts.map((trials) => {
    const rate = familyRate(mean, correlation, random);
    let successes = 0;
    for (let trial = 0; trial < trials; trial++) successes += Number(random.uniform() < rate);
    return { successes, trials };
  });
}

describe("a share over families", () => {
  test("of single items is Wilson's, less a degree of freedom", () => {
    const items = Array.from({ length: 200 }, (_, index) => ({ successes: Number(index % 4 === 0), trials: 1 }));
    const [own, wilson] = [familyShare(items), wilsonInterval(50, 200)];
    expect(own.estimate).toBe(0.25);
    expect((own.high - own.low) / (wilson.high - wilson.low)).toBeCloseTo(1, 1);
    expect(own.high - own.low).toBeGreaterThan(wilson.high - wilson.low);
  });

  test("of families that are alike within themselves is about as wide as that of one item each", () => {
    const families = Array.from({ length: 40 }, (_, index) => ({ successes: index % 2 === 0 ? 10 : 0, trials: 10 }));
    const { low, high } = familyShare(families);
    // Student's deviate for 39 degrees in the place of the normal one.
    const wanted = wilsonInterval(20, 40);
    expect((high - low) / (wanted.high - wanted.low)).toBeCloseTo(2.0227 / 1.96, 1);
  });

  test("where nothing varies counts families, and of one family is Wilson's", () => {
    const families = Array.from({ length: 8 }, () => ({ successes: 0, trials: 5 }));
    const none = familyShare(families);
    expect([none.estimate, none.low]).toEqual([0, 0]);
    expect(none.high).toBeCloseTo(wilsonInterval(0, 8).high, 12);
    expect(familyShare(families.map(({ trials }) => ({ successes: trials, trials }))).low).toBeCloseTo(
      1 - none.high,
      12,
    );
    expect(familyShare([{ successes: 3, trials: 9 }])).toEqual(wilsonInterval(3, 9));
    expect(
      familyShare([
        { successes: 3, trials: 9 },
        { successes: 0, trials: 0 },
      ]),
    ).toEqual(wilsonInterval(3, 9));
    expect(() => familyShare([])).toThrow(InvalidArgumentError);
  });

  test("contains the share, stays in [0, 1], and is never narrower than Wilson's of unrelated items", () => {
    const family = fc
      .integer({ min: 1, max: 30 })
      .chain((trials) => fc.record({ trials: fc.constant(trials), successes: fc.nat(trials) }));
    fc.assert(
      fc.property(fc.array(family, { minLength: 2, maxLength: 12 }), (families) => {
        const { estimate, low, high } = familyShare(families);
        const sum = (of: "successes" | "trials") => families.reduce((total, each) => total + each[of], 0);
        const wilson = wilsonInterval(sum("successes"), sum("trials"));
        expect(estimate).toBeCloseTo(wilson.estimate, 12);
        expect(-1e-12 <= low && low <= estimate + 1e-12 && estimate <= high + 1e-12 && high <= 1 + 1e-12).toBe(true);
        expect(high - low).toBeGreaterThanOrEqual(wilson.high - wilson.low - 1e-12);
      }),
    );
  });

  describe.each(Object.entries(sizes))("of %s", (_, counts) => {
    test.each([
      [0.5, 0],
      [0.5, 0.2],
      [0.2, 0.1],
      [0.8, 0.3],
    ])(
      "covers a share of %f with a correlation of %f in the family in at least 92 % of trials",
      (mean, correlation) => {
        const random = new RandomStream(17, ["family share", String(counts.length), `${mean} ${correlation}`]);
        const trials = 1000;
        let [covered, wilson] = [0, 0];
        for (let trial = 0; trial < trials; trial++) {
          const families = drawFamilies(counts, mean, correlation, random);
          const inside = ({ low, high }: { low: number; high: number }) => Number(low <= mean && mean <= high);
          covered += inside(familyShare(families));
          const sum = (of: "successes" | "trials") => families.reduce((total, each) => total + each[of], 0);
          wilson += inside(wilsonInterval(sum("successes"), sum("trials")));
        }
        expect(covered / trials).toBeGreaterThan(0.92);
        // What it is there for: related items make Wilson's interval too narrow.
        if (correlation >= 0.2 && counts.some((count) => count > 1)) expect(wilson / trials).toBeLessThan(0.85);
      },
    );
  });
});

describe("a difference over families", () => {
  const family = (before: string, after: string) => ({
    before: [...before].map(Number),
    after: [...after].map(Number),
  });

  test("is Student's of the families' means where these are of one size", () => {
    const { estimate, low, high } = familyDifference([
      family("1111", "0000"),
      family("1111", "1111"),
      family("1111", "1100"),
    ]);
    expect(estimate).toBe(-0.5);
    // Means -1, 0, -.5: standard error sqrt(.25 / 3), two degrees of freedom; cut at -1.
    expect(high).toBeCloseTo(-0.5 + 4.302653 * Math.sqrt(0.25 / 3), 5);
    expect(low).toBe(-1);
  });

  test("where all changed alike is the exact bound of as many families", () => {
    const alike = Array.from({ length: 10 }, () => family("11", "11"));
    const otherwise = 1 - 0.025 ** (1 / 10);
    const { estimate, low, high } = familyDifference(alike);
    expect([estimate, low, high]).toEqual([0, -otherwise, otherwise]);
    const better = familyDifference(Array.from({ length: 10 }, () => family("00", "11")));
    expect([better.estimate, better.low, better.high]).toEqual([1, 1 - 2 * otherwise, 1]);
  });

  test("needs families, and as many items after as before", () => {
    expect(() => familyDifference([family("1", "0")])).toThrow(InvalidArgumentError);
    expect(() => familyDifference([family("1", "0"), family("11", "0")])).toThrow(InvalidArgumentError);
  });

  test.each(Object.entries(sizes))("of %s covers the true change in at least 92 % of trials", (name, counts) => {
    const random = new RandomStream(23, ["family difference", name]);
    const trials = 1000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const families = counts.map((count) => {
        // A family keeps being handled badly at a share of its own: the change is -.4 in the mean.
        const kept = familyRate(0.6, 0.3, random);
        const before = new Array<number>(count).fill(1);
        return { before, after: before.map(() => Number(random.uniform() < kept)) };
      });
      const { low, high } = familyDifference(families);
      covered += Number(low <= -0.4 && -0.4 <= high);
    }
    expect(covered / trials).toBeGreaterThan(0.92);
  });
});
