import { describe, expect, test } from "vitest";
import { type Doubling, doubling } from "../../tests/fixtures/doubling/domain.ts";
import { type ConfigurationInput, parseConfiguration } from "../closed-loop/configuration.ts";
import type { StoredFound } from "../closed-loop/found-problem.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import { attackComparison, comparisonViews, expectedComparisons } from "./comparison-views.ts";

/** What a search evaluated, "1" for a right answer. */
function found(verdicts: string): StoredFound<Doubling>[] {
  return [...verdicts].map((verdict, index) => ({
    id: String(index),
    parentId: undefined,
    problem: { number: index },
    mutation: "",
    answer: "",
    correct: verdict === "1",
    iteration: 0,
    cell: 0,
    fitness: 1,
    status: 1,
    descriptor: [],
  }));
}

interface Source {
  readonly settings?: ConfigurationInput;
  /** Verdicts by "label/set". */
  readonly measured?: Readonly<Record<string, string>>;
  readonly first?: string;
  readonly renewed?: string;
}

function views({ settings = {}, measured = {}, first = "", renewed = "" }: Source) {
  const problems = Object.values(measured)[0]?.length ?? 1;
  const configuration = parseConfiguration({ measure: { problems }, ...settings });
  const store = memoryRunStore({ configuration: {} });
  for (const [key, correct] of Object.entries(measured)) store.addCall(`measure/${key}/0`, { correct });
  return comparisonViews({ store, configuration, domain: doubling, first: found(first), renewed: found(renewed) });
}

describe("test sets", () => {
  // Of ten problems the first four were right, now the first eight.
  const before = "1111000000";
  const after = "1111111100";

  test("accuracies, and the difference paired by problem", () => {
    const [low, ...others] = views({ measured: { "before/in-distribution": before, "after/in-distribution": after } });
    expect(others).toEqual([]);
    expect(low).toMatchObject({ name: "in-distribution", description: "below fifty", problems: 10, paired: true });
    expect(low?.before.estimate).toBeCloseTo(0.4, 12);
    expect(low?.after.estimate).toBeCloseTo(0.8, 12);
    expect(low?.difference.estimate).toBeCloseTo(0.4, 12);
    // The difference is 1 on four problems and 0 on six: a resample's mean is binomial(10, 0.4) / 10, whose 2.5 % and
    // 97.5 % points are 0.1 and 0.7. Unpaired it would reach to 0 and below.
    expect(low?.difference).toMatchObject({ low: expect.closeTo(0.1, 12), high: expect.closeTo(0.7, 12) });
    expect(low?.verdict).toBe("better");
  });

  test("are worse, or not clearly changed, by the interval alone", () => {
    expect(views({ measured: { "before/in-distribution": after, "after/in-distribution": before } })[0]?.verdict).toBe(
      "worse",
    );
    const [same] = views({ measured: { "before/in-distribution": "1100", "after/in-distribution": "0011" } });
    expect(same?.verdict).toBe("no clear change");
    const [equal] = views({ measured: { "before/in-distribution": "1100", "after/in-distribution": "1100" } });
    expect(equal?.difference.estimate).toBe(0);
    expect(equal?.verdict).toBe("no clear change");
  });

  test("are compared in the domain's order, once both sides are complete", () => {
    const measured = { "before/in-distribution": "10", "before/more-steps": "10", "after/more-steps": "11" };
    expect(views({ measured }).map(({ name }) => name)).toEqual(["more-steps"]);
    expect(views({ measured: { ...measured, "after/in-distribution": "01" } }).map(({ name }) => name)).toEqual([
      "in-distribution",
      "more-steps",
    ]);
  });

  test("are those that the run measures", () => {
    const measured = { "before/in-distribution": "10", "after/in-distribution": "10" };
    const settings: ConfigurationInput = { measure: { problems: 2, sets: ["more-steps"] } };
    expect(views({ measured, settings })).toEqual([]);
  });

  test("equal runs have equal intervals, whatever else is compared", () => {
    const measured = { "before/in-distribution": before, "after/in-distribution": after };
    const [alone] = views({ measured });
    expect(views({ measured: { ...measured, "before/more-steps": before, "after/more-steps": after } })[0]).toEqual(
      alone,
    );
  });
});

describe("the attack", () => {
  const attacks = { first: "1000".repeat(50), renewed: "1110".repeat(50) };

  test("what each search's proposals were solved, unpaired", () => {
    const [attack] = views(attacks);
    expect(attack).toMatchObject({ name: attackComparison, problems: 200, paired: false, verdict: "better" });
    expect(attack?.before.estimate).toBeCloseTo(0.25, 12);
    expect(attack?.after.estimate).toBeCloseTo(0.75, 12);
    // Two binomials of 200: a standard error of sqrt(2 * 0.1875 / 200) = 0.0433, times 1.96.
    expect(attack?.difference.low).toBeCloseTo(0.5 - 0.085, 1);
    expect(attack?.difference.high).toBeCloseTo(0.5 + 0.085, 1);
  });

  test("is left out until the renewed one has as many evaluations, or where there was none", () => {
    expect(views({ ...attacks, renewed: "111" })).toEqual([]);
    expect(views({ ...attacks, first: "" })).toEqual([]);
    expect(views({ first: "", renewed: "" })).toEqual([]);
  });

  test("is left out where the first search was of another arm", () => {
    expect(views({ ...attacks, settings: { search: { arm: "no-stepping-stones" } } })).toEqual([]);
  });
});

test("the comparisons that a finished run has", () => {
  const names = (settings: ConfigurationInput) => expectedComparisons(parseConfiguration(settings), doubling);
  expect(names({})).toEqual(["in-distribution", "more-steps", attackComparison]);
  expect(names({ attack: { renewed: false } })).toEqual(["in-distribution", "more-steps"]);
  expect(names({ measure: { sets: ["more-steps"] }, attack: { renewed: false } })).toEqual(["more-steps"]);
  expect(names({ search: { arm: "full-sampler" } })).toEqual(["in-distribution", "more-steps"]);
});
