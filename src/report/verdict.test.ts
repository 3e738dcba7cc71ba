import { describe, expect, test } from "vitest";
import { type ConfigurationInput, parseConfiguration } from "../closed-loop/configuration.ts";
import type { DataCard } from "../synthetic-data/card.ts";
import { type JudgedRun, verdictOf } from "./verdict.ts";
import type { ComparisonView } from "./view-model.ts";

const interval = (estimate: number, half: number) => ({ estimate, low: estimate - half, high: estimate + half });

/** A comparison whose difference has an interval of one point to either side. */
function comparison(name: string, difference: number, options: Partial<ComparisonView> = {}): ComparisonView {
  const verdict = difference > 0.01 ? "better" : difference < -0.01 ? "worse" : "no clear change";
  return {
    name,
    description: "",
    problems: 2000,
    before: interval(0.5, 0.01),
    after: interval(0.5 + difference, 0.01),
    difference: interval(difference, 0.01),
    paired: name !== "renewed attack",
    verdict,
    ...options,
  };
}

function card(rowCount: number, duplicates: number[][] = []): DataCard {
  return { format: 1, rowCount, rows: [], undefinedMeasures: [], duplicates, regions: [] as never };
}

function judge(run: Partial<JudgedRun> & { readonly settings?: ConfigurationInput }) {
  const { settings = {}, ...rest } = run;
  const configuration = parseConfiguration(settings);
  return verdictOf({
    configuration,
    comparisons: [],
    complete: true,
    before: [],
    found: [],
    card: undefined,
    endedEarly: [],
    ...rest,
  });
}

/** In distribution, three sets out of it, and the attack. */
function improvement(differences: readonly number[]): ComparisonView[] {
  const names = ["in-distribution", "more-steps", "distractors", "unseen-wording", "renewed attack"];
  return differences.map((difference, index) => comparison(names[index] as string, difference));
}

describe("a finished run", () => {
  test("that gained on two sets and under attack, and lost little, is good", () => {
    expect(judge({ comparisons: improvement([-0.015, 0.2, 0.1, 0, 0.25]) })).toMatchObject({
      verdict:
        "The taught model is better on 2 of 3 out-of-distribution sets; worse on none; under a renewed attack it solves 75.0 % instead of 50.0 % of what the search proposes; in distribution it loses 1.5 points (95 % interval −2.5 to −0.5).",
      verdictTone: "good",
    });
  });

  test.each([
    ["gains nothing clearly", [0, 0, 0, 0, 0.2], "bad"],
    ["gains on one set only", [0, 0.2, 0, 0, 0.2], "mixed"],
    ["does not gain under attack", [0, 0.2, 0.2, 0.2, 0], "mixed"],
    ["loses on another set", [0, 0.2, 0.2, -0.05, 0.2], "mixed"],
    ["loses more than two points in distribution", [-0.03, 0.2, 0.2, 0.2, 0.2], "mixed"],
    ["gains everywhere", [0.05, 0.2, 0.2, 0.2, 0.2], "good"],
  ] as const)("that %s", (_, differences, tone) => {
    expect(judge({ comparisons: improvement(differences) }).verdictTone).toBe(tone);
  });

  test("without an attack is judged by its test sets", () => {
    const { verdict, verdictTone } = judge({ comparisons: improvement([0, 0.2, 0.1, 0]) });
    expect(verdictTone).toBe("good");
    expect(verdict).not.toContain("attack");
  });

  test("that measured one set out of distribution, and gained there, is good", () => {
    expect(judge({ comparisons: improvement([0, 0.2]) })).toMatchObject({
      verdict: expect.stringContaining("better on 1 of 1 out-of-distribution sets"),
      verdictTone: "good",
    });
    expect(judge({ comparisons: improvement([0, 0]) }).verdictTone).toBe("bad");
  });

  test("that measured none says so, and is never good", () => {
    const ordinary = comparison("in-distribution", 0.05);
    const { verdict, verdictTone } = judge({ comparisons: [ordinary, comparison("renewed attack", 0.2)] });
    expect(verdict).toMatch(/^No out-of-distribution set was measured; under a renewed attack it solves /);
    expect(verdictTone).toBe("mixed");
    expect(judge({ comparisons: [comparison("in-distribution", -0.05)] }).verdictTone).toBe("bad");
  });

  test("does not count the whole space as out of distribution", () => {
    const comparisons = [...improvement([0, 0.2, 0.1]), comparison("whole-space", 0.3)];
    const { verdict, verdictTone } = judge({ comparisons });
    expect(verdict).toContain("better on 2 of 2 out-of-distribution sets; worse on none; on the whole space, ");
    expect(verdict).toContain("it gains 30.0 points (95 % interval +29.0 to +31.0); in distribution");
    expect(verdictTone).toBe("good");
    const lost = [...improvement([0, 0.2, 0.1]), comparison("whole-space", -0.1)];
    expect(judge({ comparisons: lost }).verdictTone).toBe("mixed");
    expect(judge({ comparisons: [comparison("whole-space", 0.3)] }).verdictTone).toBe("mixed");
  });

  test("names the sets on which it became worse", () => {
    const { verdict } = judge({ comparisons: improvement([0, -0.05, 0.1, -0.2, 0]) });
    expect(verdict).toContain("better on 1 of 3 out-of-distribution sets; worse on more-steps, unseen-wording; ");
  });

  test.each([
    [-0.031, "in distribution it loses 3.1 points (95 % interval −4.1 to −2.1), more than the 2 aimed at."],
    // Not clear by its interval, and still more than is aimed at: the larger loss is stated.
    [-0.02001, "in distribution it loses 2.0 points (95 % interval −3.0 to −1.0), more than the 2 aimed at."],
    [-0.02, "in distribution it loses 2.0 points (95 % interval −3.0 to −1.0)."],
    [0.004, "in distribution it changes by +0.4 points, within noise."],
    [-0.004, "in distribution it changes by −0.4 points, within noise."],
    [0.05, "in distribution it gains 5.0 points (95 % interval +4.0 to +6.0)."],
  ])("a change of %d in distribution", (difference, said) => {
    expect(judge({ comparisons: [comparison("in-distribution", difference)] }).verdict.endsWith(said)).toBe(true);
  });
});

describe("an unfinished run", () => {
  test("that has nothing yet", () => {
    expect(judge({ complete: false })).toEqual({
      verdict: "Nothing has been measured yet.",
      verdictTone: "unfinished",
      notes: [],
    });
  });

  const before = [
    { name: "in-distribution", correct: Uint8Array.of(1, 1, 1, 0) },
    { name: "more-steps", correct: Uint8Array.of(0, 0, 1, 0) },
  ];
  const found = [
    { correct: false, cell: 3 },
    { correct: false, cell: 3 },
    { correct: true, cell: 4 },
    { correct: false, cell: 9 },
  ];

  test("says what was measured, found and taught so far", () => {
    const measured = "the model is right on 75.0 % of in-distribution, 25.0 % of more-steps";
    const searched = "3 of 4 problems that the search evaluated were wrong, in 2 cells";
    expect(judge({ complete: false, before }).verdict).toBe(`So far ${measured}.`);
    expect(judge({ complete: false, before, found }).verdict).toBe(`So far ${measured}; ${searched}.`);
    expect(judge({ complete: false, found }).verdict).toBe(`So far ${searched}.`);
    const lesson = card(5, [[0, 1, 2]]);
    expect(judge({ complete: false, found, card: lesson }).verdict).toBe(
      `So far ${searched}; 3 different problems were taught.`,
    );
  });

  test("with some comparisons is no success yet", () => {
    const { verdict, verdictTone } = judge({ complete: false, comparisons: improvement([0, 0.2, 0.2]) });
    expect(verdict).toMatch(/^So far the taught model is better on 2 of 2 out-of-distribution sets; /);
    expect(verdictTone).toBe("unfinished");
  });
});

describe("notes", () => {
  test("name the sets without a shown gain, the ordinary one left out", () => {
    expect(judge({ comparisons: improvement([0, 0.2, 0, -0.1]) }).notes).toEqual([
      "No gain shown on: distractors, unseen-wording.",
    ]);
    expect(judge({ comparisons: improvement([0, 0.2, 0.2, 0.2]) }).notes).toEqual([]);
  });

  test("say which searches ended below their budget", () => {
    const endedEarly = [{ name: "round 1", evaluations: 812 }];
    expect(judge({ complete: false, endedEarly }).notes).toEqual([
      "The search of round 1 ended after 812 of 2000 evaluations: no mutation was possible any more.",
    ]);
  });

  test("say that an attack's problems depend on each other", () => {
    expect(judge({ comparisons: improvement([0, 0.2, 0.2, 0.2, 0.2]) }).notes).toEqual([
      "A search's proposals depend on each other: the attack's intervals resample whole families, the descendants of one seed.",
    ]);
  });

  test("say that an attack is compared with nothing where the first search was of another arm", () => {
    const settings: ConfigurationInput = { search: { arm: "full-sampler" } };
    const comparisons = improvement([0, 0.2]);
    const [note, ...others] = judge({ settings, comparisons }).notes;
    expect(others).toEqual([]);
    expect(note).toContain("the arm full-sampler made no such attack before");
    expect(judge({ settings: { ...settings, attack: { renewed: false } }, comparisons }).notes).toEqual([]);
  });

  test("say how many new examples there were, where that is fewer than asked for", () => {
    const settings = { learn: { examples: 10 } };
    expect(judge({ settings, card: card(10) }).notes).toEqual([]);
    expect(
      judge({
        settings,
        card: card(10, [
          [0, 1, 2],
          [4, 7],
        ]),
      }).notes,
    ).toEqual(["Only 7 of the 10 new examples are different: the others repeat them."]);
    expect(judge({ settings: { ...settings, rounds: 2 }, card: card(10) }).notes).toEqual([
      "Only 10 of 20 new examples were found to learn from.",
    ]);
    // A limit on tokens ends a training set before its examples are used up.
    expect(judge({ settings: { learn: { examples: 10, tokens: 500 } }, card: card(6) }).notes).toEqual([]);
  });
});
