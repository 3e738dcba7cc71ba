import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { RandomStream } from "../random.ts";
import { bootstrapMean } from "./bootstrap.ts";
import { clusteredMean, effectiveClusters } from "./clustered-mean.ts";
import { studentInterval } from "./student-interval.ts";

describe("the mean of clusters", () => {
  test("of one size is Student's of their means", () => {
    const clusters = [
      [1, 2, 3],
      [2, 2, 5],
      [0, 1, 8],
      [4, 4, 4],
    ];
    const wanted = studentInterval([2, 3, 3, 4]);
    const { estimate, low, high } = clusteredMean(clusters);
    expect([estimate, low, high].map((value) => value.toFixed(6))).toEqual(
      [wanted.estimate, wanted.low, wanted.high].map((value) => value.toFixed(6)),
    );
  });

  test("of different sizes weighs every observation alike, and has the linearised variance", () => {
    // Mean 1; sums of residuals -2, 2 and 0: variance 3/2 (4 + 4) / 36 = 1/3.
    const { estimate, low, high } = clusteredMean([[0, 0], [3], [1, 1, 1]]);
    expect(estimate).toBe(1);
    expect(high - 1).toBeCloseTo(4.302653 * Math.sqrt(1 / 3), 5);
    expect(1 - low).toBeCloseTo(high - 1, 12);
  });

  test("has no width where clusters do not differ, and no bounds for one", () => {
    expect(clusteredMean([[0, 0], [0]])).toEqual({ estimate: 0, low: 0, high: 0 });
    expect(clusteredMean([[1, 3]])).toEqual({
      estimate: 2,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
    expect(() => clusteredMean([])).toThrow(InvalidArgumentError);
    expect(() => clusteredMean([[1], []])).toThrow(InvalidArgumentError);
    expect(() => clusteredMean([[1], [2]], 1)).toThrow(InvalidArgumentError);
  });

  test.each([5, 20])(
    "covers the mean of %i clusters in 95 % of trials, where unclustered resampling does not",
    (count) => {
      const random = new RandomStream(3, ["clustered mean"]).split("clusters", count);
      const trials = 2000;
      let [covered, naive] = [0, 0];
      for (let trial = 0; trial < trials; trial++) {
        // Ten observations a cluster that share half of their variance.
        const clusters = Array.from({ length: count }, () => {
          const common = random.normal();
          return Array.from({ length: 10 }, () => common + random.normal());
        });
        const { low, high } = clusteredMean(clusters);
        if (low <= 0 && 0 <= high) covered++;
        if (trial >= 200) continue;
        const single = bootstrapMean(clusters.flat(), { random: random.split("bootstrap", trial), resamples: 200 });
        if (single.low <= 0 && 0 <= single.high) naive++;
      }
      // Five standard errors of a share of 0.95 over the trials.
      expect(Math.abs(covered / trials - 0.95)).toBeLessThan(5 * Math.sqrt((0.95 * 0.05) / trials));
      expect(naive / 200).toBeLessThan(0.75);
    },
  );

  test("clusters of one size count as their number, and a large one beside small ones as hardly more than itself", () => {
    expect(effectiveClusters([7, 7, 7])).toBe(3);
    expect(effectiveClusters([100, 1, 1])).toBeCloseTo(1.0402, 3);
  });
});
