import { describe, expect, test } from "vitest";
import { parseConfiguration } from "../closed-loop/configuration.ts";
import { gradeSchoolDomain } from "../closed-loop/domains.ts";
import type { StoredFound } from "../closed-loop/found-problem.ts";
import { newcombeDifference } from "../core/statistics/share-difference.ts";
import { wilsonInterval } from "../core/statistics/wilson-interval.ts";
import type { GradeSchoolProblem } from "../reasoning/tasks/grade-school/problem.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import { attackComparison, comparisonViews } from "./comparison-views.ts";

const [testSet] = gradeSchoolDomain.testSets;
const domain = { ...gradeSchoolDomain, testSets: testSet === undefined ? [] : [testSet] };

/** The views of a run with these verdicts, one digit a problem, of a test set and of the two searches. */
function viewsOf(verdicts: { before: string; after: string; first?: string; renewed?: string }) {
  const { before, after, first = "", renewed = "" } = verdicts;
  const measure = { problems: before.length, resamples: 200 };
  const configuration = parseConfiguration({ model: "illume:none.safetensors", measure });
  const store = memoryRunStore({ configuration: {} });
  store.addCall(`measure/before/${testSet?.name}/0`, { correct: before });
  store.addCall(`measure/after/${testSet?.name}/0`, { correct: after });
  // Families of five: a seed and its descendants, each the child of the one before.
  const found = (digits: string) =>
    [...digits].map(
      (digit, index) =>
        ({
          id: `${index}`,
          parentId: index % 5 === 0 ? undefined : `${index - 1}`,
          correct: digit === "1",
        }) as StoredFound<GradeSchoolProblem>,
    );
  return comparisonViews({ store, configuration, domain, first: found(first), renewed: found(renewed) });
}

describe("intervals of comparisons", () => {
  test.each([
    ["0".repeat(40), "0".repeat(40), "no clear change"],
    ["1".repeat(40), "1".repeat(40), "no clear change"],
    ["0".repeat(40), "1".repeat(40), "better"],
    ["1".repeat(40), "0".repeat(40), "worse"],
    ["0", "1", "no clear change"],
  ])("%s, then %s: each has a width, and it is %s", (before, after, verdict) => {
    const [view] = viewsOf({ before, after });
    for (const interval of [view?.before, view?.after, view?.difference]) {
      expect(interval?.high).toBeGreaterThan(interval?.low as number);
    }
    expect(view?.verdict).toBe(verdict);
  });

  test("shares have Wilson's, and pairs are not taken for unrelated", () => {
    const [view] = viewsOf({ before: `${"01".repeat(50)}`, after: `${"01".repeat(45)}${"1".repeat(10)}` });
    expect(view).toMatchObject({ before: wilsonInterval(50, 100), after: wilsonInterval(55, 100), paired: true });
    expect(view?.difference.estimate).toBeCloseTo(0.05, 12);
    const unrelated = newcombeDifference({ successes: 50, trials: 100 }, { successes: 55, trials: 100 });
    expect(view?.difference.low).toBeGreaterThan(0);
    expect(unrelated.low).toBeLessThan(0);
  });

  test("searches' proposals come in families, which are resampled whole", () => {
    const first = "1000011111".repeat(8);
    const renewed = "1111100001".repeat(4) + "1".repeat(40);
    const views = viewsOf({ before: "01", after: "01", first, renewed });
    const attack = views.find(({ name }) => name === attackComparison);
    expect(attack).toMatchObject({ paired: false, problems: 80, verdict: "no clear change" });
    expect(attack?.before.estimate).toBeCloseTo(0.6, 12);
    expect(attack?.difference.estimate).toBeCloseTo(0.2, 12);
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    const single = newcombeDifference({ successes: 48, trials: 80 }, { successes: 64, trials: 80 });
    expect(single.low).toBeGreaterThan(0);
    expect(width(attack?.difference as typeof single)).toBeGreaterThan(1.3 * width(single));
  });
});
