import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { isTestOnly } from "./held-out.ts";
import { mutate } from "./mutation.ts";
import { kindsOf } from "./problem.ts";
import { countTokens, maximumTokens } from "./problem-draw.ts";
import { greatestSteps, randomProblem, seedProblems } from "./samplers.ts";
import { deserialize, serialize } from "./serialization.ts";
import { drawTestSet } from "./test-sets.ts";

test("mutations, and mutations of mutations, stay inside the space", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new RandomStream(seed);
      let problem = randomProblem(random);
      for (let generation = 0; generation < 10; generation++) {
        const mutation = mutate(problem, random);
        if (mutation === undefined) continue;
        problem = mutation.problem;
        // deserialize checks every rule of a story.
        expect(deserialize(JSON.parse(JSON.stringify(serialize(problem))))).toEqual(problem);
        expect(isTestOnly(problem)).toBe(false);
        expect(problem.steps.length).toBeLessThanOrEqual(greatestSteps);
        expect(countTokens(problem)).toBeLessThanOrEqual(maximumTokens);
        expect(mutation.description).toMatch(/^[a-z, -]+, new numbers and names$/);
      }
    }),
    { numRuns: 30 },
  );
});

test("mutations of test problems leave the test side", () => {
  const random = new RandomStream(1);
  for (const name of ["everything", "in-distribution"]) {
    for (const problem of drawTestSet(name, 50, random)) {
      const mutation = mutate(problem, random);
      if (mutation !== undefined) expect(isTestOnly(mutation.problem)).toBe(false);
    }
  }
});

test("every kind of edit happens, insertions about twice as often as the others", () => {
  const random = new RandomStream(2);
  const counts = new Map<string, number>();
  for (const problem of Array.from({ length: 3000 }, () => randomProblem(random))) {
    for (const edit of mutate(problem, random)?.description.split(", ").slice(0, -1) ?? []) {
      const name = edit.startsWith("drop") ? "distract" : (edit.split(" ")[0] as string);
      const key = edit === "change nothing else" ? "numbers" : name;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  expect([...counts.keys()].sort()).toEqual([
    "change",
    "delete",
    "distract",
    "insert",
    "new",
    "numbers",
    "swap",
    "tell",
  ]);
  const insertions = counts.get("insert") as number;
  // Some insertions fall away, at six steps or in reserved sequences.
  expect(insertions / (counts.get("change") as number)).toBeGreaterThan(1.2);
  expect(insertions / (counts.get("tell") as number)).toBeLessThan(2.4);
});

test("numbers and names are new, the rest of an unmutated problem is kept", () => {
  const random = new RandomStream(3);
  let seen = 0;
  for (const problem of seedProblems(300, random)) {
    const mutation = mutate(problem, random);
    if (mutation?.description !== "change nothing else, new numbers and names") continue;
    seen++;
    const { start, people, steps, distractors, ...kept } = mutation.problem;
    expect(problem).toMatchObject(kept);
    expect(kindsOf(mutation.problem)).toEqual(kindsOf(problem));
    expect(steps.map((step) => step.variant)).toEqual(problem.steps.map((step) => step.variant));
    expect(distractors.map(({ kind }) => kind)).toEqual(problem.distractors.map(({ kind }) => kind));
    expect([start, people, steps.map(({ number }) => number)]).not.toEqual([
      problem.start,
      problem.people,
      problem.steps.map(({ number }) => number),
    ]);
  }
  expect(seen).toBeGreaterThan(5);
});

test("mutation alone leads from seeds to stories of six steps and mixed groups", () => {
  const random = new RandomStream(4);
  const pool = seedProblems(50, random);
  for (let count = 0; count < 2000; count++) {
    const mutation = mutate(random.choice(pool), random);
    if (mutation !== undefined) pool.push(mutation.problem);
  }
  expect(pool.some((problem) => problem.steps.length === greatestSteps)).toBe(true);
  expect(new Set(pool.flatMap(kindsOf)).size).toBe(11);
});

test("equal streams give equal mutations", () => {
  const problem = randomProblem(new RandomStream(6));
  expect(mutate(problem, new RandomStream(7))).toEqual(mutate(problem, new RandomStream(7)));
});
