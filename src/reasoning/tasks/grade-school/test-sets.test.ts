import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { chapterOf } from "./chapters.ts";
import { operationBin } from "./descriptors.ts";
import { isReservedSequence, isTestOnly, isTestOnlyByNumbers } from "./held-out.ts";
import { rareNames, rareObjects } from "./lexicon.ts";
import { type GradeSchoolProblem, kindsOf } from "./problem.ts";
import { renderPrompt } from "./render-problem.ts";
import { drawOrdinaryProblem, randomProblem } from "./samplers.ts";
import { drawTestSet, testSets } from "./test-sets.ts";

const drawn = new Map(testSets.map(({ name }) => [name, drawTestSet(name, 200, new RandomStream(1))]));

function set(name: string): readonly GradeSchoolProblem[] {
  return drawn.get(name) as readonly GradeSchoolProblem[];
}

function hasRareWordsOnly(problem: GradeSchoolProblem): boolean {
  return (
    problem.surface === "supply" &&
    rareObjects.some((object) => object === problem.object) &&
    problem.people.every((person) => rareNames.some((name) => name === person))
  );
}

describe.each(testSets.map(({ name }) => name))("%s", (name) => {
  test("has only problems of the test side, all different, and depends on the seed alone", () => {
    const problems = set(name);
    expect(problems.every((problem) => isTestOnlyByNumbers(problem.start, problem.steps))).toBe(true);
    expect(problems.every(isTestOnly)).toBe(true);
    expect(new Set(problems.map(renderPrompt)).size).toBe(200);
    expect(drawTestSet(name, 200, new RandomStream(1))).toEqual(problems);
    expect(drawTestSet(name, 50, new RandomStream(1))).toEqual(problems.slice(0, 50));
    expect(drawTestSet(name, 50, new RandomStream(2))).not.toEqual(problems.slice(0, 50));
  });
});

test("no test problem occurs in pretraining or search", () => {
  const key = (problem: GradeSchoolProblem): string =>
    JSON.stringify([problem.start, problem.steps.map(({ kind, number }) => [kind, number])]);
  const tested = new Set([...drawn.values()].flat().map(key));
  const random = new RandomStream(8);
  for (let count = 0; count < 3000; count++) {
    expect(tested.has(key(drawOrdinaryProblem("training", random)))).toBe(false);
    expect(tested.has(key(randomProblem(random)))).toBe(false);
  }
});

test("in distribution, every sequence is a chapter's", () => {
  expect(set("in-distribution").every((problem) => chapterOf(kindsOf(problem)) !== undefined)).toBe(true);
});

test("unseen sequences are reserved, of 2 and 3 steps, told in the usual way", () => {
  for (const problem of set("unseen-sequences")) {
    expect(isReservedSequence(kindsOf(problem))).toBe(true);
    expect([2, 3]).toContain(problem.steps.length);
    expect(problem.surface).not.toBe("supply");
    expect(problem.distractors).toEqual([]);
  }
});

test("more steps are 4 and 5, in reserved sequences", () => {
  for (const problem of set("more-steps")) {
    expect(isReservedSequence(kindsOf(problem))).toBe(true);
    expect([4, 5]).toContain(problem.steps.length);
    expect(problem.surface).not.toBe("supply");
  }
});

test("distractors are in chapters that were pretrained without", () => {
  for (const problem of set("distractors")) {
    expect(["change", "comparison", "percentage"]).toContain(chapterOf(kindsOf(problem))?.name);
    expect([1, 2]).toContain(problem.distractors.length);
  }
});

test("unseen wording is in chapters that were pretrained without it", () => {
  for (const problem of set("unseen-wording")) {
    expect(["groups", "comparison", "percentage"]).toContain(chapterOf(kindsOf(problem))?.name);
    expect(hasRareWordsOnly(problem)).toBe(true);
    expect(problem.distractors).toEqual([]);
  }
});

test("everything has all of it at once", () => {
  for (const problem of set("everything")) {
    expect(isReservedSequence(kindsOf(problem))).toBe(true);
    expect([4, 5]).toContain(problem.steps.length);
    expect(hasRareWordsOnly(problem)).toBe(true);
    expect([1, 2]).toContain(problem.distractors.length);
  }
});

test("seven steps are seven", () => {
  expect(set("seven-steps").every(({ steps }) => steps.length === 7)).toBe(true);
});

test("the whole space has every cell of operations and steps alike often", () => {
  const counts = new Map<string, number>();
  for (const problem of set("whole-space").slice(0, 112)) {
    const cell = `${operationBin(kindsOf(problem))} ${problem.steps.length}`;
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  // Groups alone 3 * 6 and percentages 4, pairs 6 * 5, three or more 4.
  expect(counts.size).toBe(56);
  expect(new Set(counts.values())).toEqual(new Set([2]));
});

test("an unknown set is named with the nearest known one", () => {
  expect(() => drawTestSet("distractor", 1, new RandomStream(0))).toThrow(/did you mean "distractors"/);
});
