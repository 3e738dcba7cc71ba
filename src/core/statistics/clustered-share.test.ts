import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { RandomStream } from "../random.ts";
import { clusteredShare, clusteredShareDifference } from "./clustered-share.ts";
import { newcombeDifference } from "./share-difference.ts";
import { wilsonInterval } from "./wilson-interval.ts";

const options = () => ({ random: new RandomStream(0), resamples: 4000 });
const half = (interval: { low: number; high: number }) => (interval.high - interval.low) / 2;
/** Clusters of ten that are all right or all wrong, every other one. */
const alike = Array.from({ length: 100 }, (_, index) => ({ successes: index % 2 === 0 ? 10 : 0, trials: 10 }));
const single = alike.flatMap(({ successes }) =>
  Array.from({ length: 10 }, () => ({ successes: successes / 10, trials: 1 })),
);

describe("clustered shares", () => {
  test("clusters of alike observations count as one observation each", () => {
    // 100 clusters, half of them right: standard error sqrt(.25 / 100) = .05.
    expect(half(clusteredShare(alike, options()))).toBeCloseTo(1.96 * 0.05, 2);
    expect(half(clusteredShare(single, options()))).toBeCloseTo(1.96 * Math.sqrt(0.25 / 1000), 2);
    expect(clusteredShare(alike, options()).estimate).toBe(0.5);
  });

  test("a difference adds the variances of both", () => {
    const better = alike.map(({ trials }, index) => ({ successes: index % 4 === 0 ? 0 : trials, trials }));
    const { estimate, low, high } = clusteredShareDifference(alike, better, options());
    expect(estimate).toBe(0.25);
    const wanted = 1.96 * Math.sqrt(0.25 / 100 + 0.1875 / 100);
    expect((high - low) / 2 / wanted).toBeCloseTo(1, 1);
  });

  test("what cannot be resampled has the usual interval of a share", () => {
    const all = [
      { successes: 20, trials: 20 },
      { successes: 30, trials: 30 },
    ];
    expect(clusteredShare(all, options())).toEqual(wilsonInterval(50, 50));
    expect(clusteredShareDifference(alike, all, options())).toEqual(
      newcombeDifference({ successes: 500, trials: 1000 }, { successes: 50, trials: 50 }),
    );
    expect(() => clusteredShare([], options())).toThrow(InvalidArgumentError);
  });
});
