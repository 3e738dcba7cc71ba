/** Shares of successes among observations that come in clusters, such as the descendants of one seed of a search. */
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { type BootstrapOptions, type Interval, percentileInterval } from "./interval.ts";
import { newcombeDifference, type Successes } from "./share-difference.ts";
import { wilsonInterval } from "./wilson-interval.ts";

/**
 * A share of successes; whole clusters are resampled (cluster bootstrap; Davison and Hinkley, Bootstrap Methods and their
 * Application, 1997, section 3.8), because observations of one cluster resemble each other. Wilson's interval where there is
 * one cluster, or where all observations are alike. Throws InvalidArgumentError without clusters.
 */
export function clusteredShare(clusters: readonly Successes[], options: BootstrapOptions): Interval {
  const all = totalOf(clusters);
  if (!varies(clusters, all)) return wilsonInterval(all.successes, all.trials, options.level);
  return percentileInterval(all.successes / all.trials, resampler(clusters, options), options);
}

/**
 * Share after - share before for two unrelated samples of clusters, each resampled on its own; Newcombe's interval where one
 * of them cannot be resampled. Throws InvalidArgumentError without clusters.
 */
export function clusteredShareDifference(
  before: readonly Successes[],
  after: readonly Successes[],
  options: BootstrapOptions,
): Interval {
  const [first, second] = [totalOf(before), totalOf(after)];
  if (!varies(before, first) || !varies(after, second)) return newcombeDifference(first, second, options.level);
  const [drawFirst, drawSecond] = [resampler(before, options), resampler(after, options)];
  const estimate = second.successes / second.trials - first.successes / first.trials;
  return percentileInterval(estimate, () => drawSecond() - drawFirst(), options);
}

function totalOf(clusters: readonly Successes[]): Successes {
  const total = { successes: 0, trials: 0 };
  for (const { successes, trials } of clusters) {
    total.successes += successes;
    total.trials += trials;
  }
  if (total.trials > 0) return total;
  throw new InvalidArgumentError({
    expected: "at least one cluster with an observation",
    received: `${clusters.length} clusters without`,
    remedy: "pass the counts of each cluster",
  });
}

function varies(clusters: readonly Successes[], { successes, trials }: Successes): boolean {
  return clusters.length > 1 && successes > 0 && successes < trials;
}

function resampler(clusters: readonly Successes[], { random }: BootstrapOptions): () => number {
  return () => {
    let [successes, trials] = [0, 0];
    for (let drawn = 0; drawn < clusters.length; drawn++) {
      const cluster = clusters[Math.floor(random.uniform() * clusters.length)] as Successes;
      successes += cluster.successes;
      trials += cluster.trials;
    }
    return successes / trials;
  };
}
