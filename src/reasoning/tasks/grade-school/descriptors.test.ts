import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { descriptors, operationBin, operationBins } from "./descriptors.ts";
import type { OperationKind } from "./operations.ts";
import { randomProblem, seedProblems } from "./samplers.ts";
import { drawTestSet, testSets } from "./test-sets.ts";

test("there are 11 x 6 x 4 bins", () => {
  expect(descriptors.map(({ bins }) => bins.length)).toEqual([11, 6, 4]);
  for (const { bins } of descriptors) expect(new Set(bins).size).toBe(bins.length);
});

test.each<[OperationKind[], string]>([
  [["add", "subtract"], "change"],
  [["boxes", "divide"], "groups"],
  [["more", "together", "times"], "comparison"],
  [["percentage"], "percentage"],
  [["boxes", "add"], "change + groups"],
  [["percentage", "fewer"], "comparison + percentage"],
  [["add", "multiply", "more"], "three or more"],
  [["add", "multiply", "more", "percentage"], "three or more"],
])("%s is in %s", (kinds, label) => {
  expect(operationBins[operationBin(kinds)]).toBe(label);
});

test("bins are in range, and say what the problem has", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const problem = randomProblem(new RandomStream(seed));
      const labels = descriptors.map(({ bins, bin }) => bins[bin(problem)] as string);
      expect(labels[0]).toBeDefined();
      expect(labels[1]).toBe(String(problem.steps.length));
      expect(labels[2]?.includes("rare wording")).toBe(problem.surface === "supply");
      expect(labels[2]?.includes("distractors")).toBe(problem.distractors.length > 0);
    }),
  );
});

test("seven steps fall into the last bin", () => {
  const [problem] = drawTestSet("seven-steps", 1, new RandomStream(0));
  expect(descriptors[1]?.bin(problem as NonNullable<typeof problem>)).toBe(5);
  expect(testSets.map(({ name }) => name)).toContain("seven-steps");
});

test("ordinary problems fill few of the cells that the complete sampler fills", () => {
  const random = new RandomStream(1);
  const cell = (problem: Parameters<(typeof descriptors)[0]["bin"]>[0]): string =>
    descriptors.map(({ bin }) => bin(problem)).join();
  const ordinary = new Set(seedProblems(1000, random).map(cell));
  const all = new Set(Array.from({ length: 4000 }, () => cell(randomProblem(random))));
  expect(ordinary.size).toBeLessThan(30);
  expect(all.size).toBeGreaterThan(180);
  expect(all.size).toBeLessThanOrEqual(228);
});
