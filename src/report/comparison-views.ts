/**
 * Accuracy before and after: test sets with paired intervals, and the two attacks.
 *
 * Shares of test sets have Wilson's intervals; the difference on the same problems is bootstrapped (share-difference.ts says
 * what becomes of pairs that all changed alike). What a search finds comes in families, the descendants of one seed, so that
 * the attacks' intervals resample whole families.
 */
import type { Configuration } from "../closed-loop/configuration.ts";
import type { Domain } from "../closed-loop/domain.ts";
import { plannedTestSets } from "../closed-loop/examinations.ts";
import type { StoredFound } from "../closed-loop/found-problem.ts";
import { storedResult } from "../closed-loop/measurement.ts";
import { RandomStream } from "../core/random.ts";
import { clusteredShare, clusteredShareDifference } from "../core/statistics/clustered-share.ts";
import type { BootstrapOptions } from "../core/statistics/interval.ts";
import { pairedShareDifference, type Successes } from "../core/statistics/share-difference.ts";
import { wilsonInterval } from "../core/statistics/wilson-interval.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { ComparisonView, Interval } from "./view-model.ts";

export const attackComparison = "renewed attack";

interface ComparisonSource<Problem> {
  readonly store: RunStore;
  readonly configuration: Configuration;
  readonly domain: Domain<Problem>;
  /** What the first search and the attack on the taught model evaluated. */
  readonly first: readonly StoredFound<Problem>[];
  readonly renewed: readonly StoredFound<Problem>[];
}

/** The names of all comparisons that a finished run has. */
export function expectedComparisons<Problem>(configuration: Configuration, domain: Domain<Problem>): string[] {
  const names = plannedTestSets(configuration, domain).map(({ name }) => name);
  return comparesAttacks(configuration) ? [...names, attackComparison] : names;
}

/** The renewed attack is the main arm's; only a first search of the same kind can be compared with it. */
function comparesAttacks({ attack, search }: Configuration): boolean {
  return attack.renewed && search.arm === "quality-diversity";
}

/** What can be compared so far, in the order of expectedComparisons. */
export function comparisonViews<Problem>(source: ComparisonSource<Problem>): ComparisonView[] {
  const { configuration, domain } = source;
  const views: ComparisonView[] = [];
  for (const { name, description } of plannedTestSets(configuration, domain)) {
    const before = storedResult(source, "before", name)?.correct;
    const after = storedResult(source, "after", name)?.correct;
    if (before !== undefined && after !== undefined) {
      views.push(compareTestSet({ name, description, before, after, configuration }));
    }
  }
  const { first, renewed } = source;
  const complete = renewed.length > 0 && renewed.length >= first.length;
  if (comparesAttacks(configuration) && first.length > 0 && complete) {
    views.push(compareAttacks(first, renewed, configuration));
  }
  return views;
}

interface MeasuredTwice {
  readonly name: string;
  readonly description: string;
  /** 0 or 1 by problem; the same problems after. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  readonly configuration: Configuration;
}

function compareTestSet({ name, description, before, after, configuration }: MeasuredTwice): ComparisonView {
  const share = (correct: Uint8Array) =>
    wilsonInterval(
      correct.reduce((sum, one) => sum + one, 0),
      correct.length,
    );
  const difference = pairedShareDifference(before, after, bootstrapOf(configuration, name, "difference"));
  return {
    name,
    description,
    problems: before.length,
    before: share(before),
    after: share(after),
    difference,
    paired: true,
    verdict: verdictOfDifference(difference),
  };
}

function compareAttacks<Problem>(
  first: readonly StoredFound<Problem>[],
  renewed: readonly StoredFound<Problem>[],
  configuration: Configuration,
): ComparisonView {
  const bootstrap = (part: string) => bootstrapOf(configuration, attackComparison, part);
  const [before, after] = [familiesOf(first), familiesOf(renewed)];
  const difference = clusteredShareDifference(before, after, bootstrap("difference"));
  return {
    name: attackComparison,
    description:
      "problems that a search proposes against the model as it was and, renewed at an equal budget, as it is",
    problems: first.length,
    before: clusteredShare(before, bootstrap("before")),
    after: clusteredShare(after, bootstrap("after")),
    difference,
    paired: false,
    verdict: verdictOfDifference(difference),
  };
}

function bootstrapOf({ seed, measure }: Configuration, name: string, part: string): BootstrapOptions {
  return { resamples: measure.resamples, random: new RandomStream(seed, ["comparison", name, part]) };
}

/** Right answers among the descendants of each problem without a known parent, and itself. */
function familiesOf<Problem>(found: readonly StoredFound<Problem>[]): Successes[] {
  const families = new Map<string, { successes: number; trials: number }>();
  const familyOf = new Map<string, { successes: number; trials: number }>();
  // Parents stand before their children.
  for (const { id, parentId, correct } of found) {
    const family = familyOf.get(parentId ?? "") ?? { successes: 0, trials: 0 };
    if (family.trials === 0) families.set(id, family);
    familyOf.set(id, family);
    family.trials++;
    family.successes += Number(correct);
  }
  return [...families.values()];
}

function verdictOfDifference({ low, high }: Interval): ComparisonView["verdict"] {
  if (low > 0) return "better";
  return high < 0 ? "worse" : "no clear change";
}
