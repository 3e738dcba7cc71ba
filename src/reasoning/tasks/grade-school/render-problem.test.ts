import { describe, expect, test } from "vitest";
import type { GradeSchoolProblem, Step } from "./problem.ts";
import { renderProblem, renderPrompt } from "./render-problem.ts";
import { renderSolution } from "./render-solution.ts";
import type { SurfaceName } from "./surfaces.ts";

const steps: readonly Step[] = [
  { kind: "boxes", number: 4, variant: 0 },
  { kind: "add", number: 7, variant: 0 },
  { kind: "subtract", number: 5, variant: 1 },
  { kind: "fewer", number: 10, variant: 0 },
  { kind: "difference", number: 0, variant: 0 },
];

function story(surface: SurfaceName, changed: Partial<GradeSchoolProblem> = {}): GradeSchoolProblem {
  const problem: GradeSchoolProblem = {
    start: 12,
    steps,
    people: ["Mia", "Ben"],
    object: "apples",
    container: "jars",
    surface,
    variant: 0,
    distractors: [],
  };
  return { ...problem, ...changed };
}

describe("text", () => {
  const simple = { steps: [{ kind: "add", number: 7, variant: 0 } as Step], people: ["Mia"] };

  test("is English", () => {
    expect(renderProblem(story("people", simple))).toBe(
      "Mia has 12 apples. Mia buys 7 more apples. How many apples does Mia have now?",
    );
    expect(renderProblem(story("events", simple))).toBe(
      "There are 12 apples in Mia's room. Then 7 more apples come to Mia. What is the number of apples Mia has now?",
    );
    expect(renderProblem(story("supply", simple))).toBe(
      "Mia starts with a supply of 12 apples. Mia's supply grows by 7 apples. How many apples are in Mia's supply at last?",
    );
  });

  test("has distractors where they are said to be, about the person in focus", () => {
    const distractors = [
      { kind: "age", number: 9, object: "", variant: 0, after: 3 },
      { kind: "object", number: 3, object: "coins", variant: 0, after: 0 },
    ] as const;
    expect(renderProblem(story("people", { distractors, steps: steps.slice(0, 4) }))).toBe(
      "Mia has 4 jars with 12 apples each. Mia also has 3 coins. Mia buys 7 more apples. Mia loses 5 apples. " +
        "Ben has 10 fewer apples than Mia. Ben is 9 years old. How many apples does Ben have now?",
    );
  });

  test("a prompt ends its line, a solution has a line for every step", () => {
    expect(renderPrompt(story("people", simple)).endsWith("now?\n")).toBe(true);
    const feasible = [...steps.slice(0, 3), { kind: "times", number: 3, variant: 0 }, steps[4]] as Step[];
    expect(renderSolution(story("people", { steps: feasible }))).toBe(
      "12 * 4 = 48\n48 + 7 = 55\n55 - 5 = 50\n50 * 3 = 150\n150 - 50 = 100\n#### 100",
    );
  });
});
