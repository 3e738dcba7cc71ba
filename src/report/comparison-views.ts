/**
 * Accuracy before and after: test sets with paired intervals, and the two attacks.
 *
 * Shares have Wilson's intervals; the difference of the same problems is bootstrapped (share-difference.ts says what
 * becomes of pairs that all changed alike), that of different problems has Newcombe's.
 */
import type { Configuration } from "../closed-loop/configuration.ts";
import type { Domain } from "../closed-loop/domain.ts";
import type { StoredFound } from "../closed-loop/found-problem.ts";
import { storedResult } from "../closed-loop/measurement.ts";
import { RandomStream } from "../core/random.ts";
import { newcombeDifference, pairedShareDifference, type Successes } from "../core/statistics/share-difference.ts";
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
  const names = measuredSets(configuration, domain).map(({ name }) => name);
  return comparesAttacks(configuration) ? [...names, attackComparison] : names;
}

/** The test sets that a run measures, in the domain's order. */
function measuredSets<Problem>({ measure }: Configuration, { testSets }: Domain<Problem>): Domain<Problem>["testSets"] {
  return testSets.filter(({ name }) => measure.sets.some((set) => set === name));
}

/** The renewed attack is the main arm's; only a first search of the same kind can be compared with it. */
function comparesAttacks({ attack, search }: Configuration): boolean {
  return attack.renewed && search.arm === "quality-diversity";
}

/** What can be compared so far, in the order of expectedComparisons. */
export function comparisonViews<Problem>(source: ComparisonSource<Problem>): ComparisonView[] {
  const { configuration, domain } = source;
  const views: ComparisonView[] = [];
  for (const { name, description } of measuredSets(configuration, domain)) {
    const before = storedResult(source, "before", name)?.correct;
    const after = storedResult(source, "after", name)?.correct;
    if (before !== undefined && after !== undefined) {
      views.push(compare({ name, description, before, after, paired: true, configuration }));
    }
  }
  const { first, renewed } = source;
  const complete = renewed.length > 0 && renewed.length >= first.length;
  if (comparesAttacks(configuration) && first.length > 0 && complete) {
    const correct = (found: typeof first) => Uint8Array.from(found, (entry) => Number(entry.correct));
    views.push(
      compare({
        name: attackComparison,
        description:
          "problems that a search proposes against the model as it was and, renewed at an equal budget, as it is",
        before: correct(first),
        after: correct(renewed),
        paired: false,
        configuration,
      }),
    );
  }
  return views;
}

interface Compared {
  readonly name: string;
  readonly description: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** Whether both are of the same problems. */
  readonly paired: boolean;
  readonly configuration: Configuration;
}

function compare({ name, description, before, after, paired, configuration }: Compared): ComparisonView {
  const { resamples } = configuration.measure;
  const random = new RandomStream(configuration.seed, ["comparison", name, "difference"]);
  const [first, second] = [successesOf(before), successesOf(after)];
  const difference = paired
    ? pairedShareDifference(before, after, { resamples, random })
    : newcombeDifference(first, second);
  return {
    name,
    description,
    problems: before.length,
    before: wilsonInterval(first.successes, first.trials),
    after: wilsonInterval(second.successes, second.trials),
    difference,
    paired,
    verdict: verdictOfDifference(difference),
  };
}

function successesOf(correct: Uint8Array): Successes {
  return { successes: correct.reduce((sum, one) => sum + one, 0), trials: correct.length };
}

function verdictOfDifference({ low, high }: Interval): ComparisonView["verdict"] {
  if (low > 0) return "better";
  return high < 0 ? "worse" : "no clear change";
}
