import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { chapters } from "./chapters.ts";
import { isStoryValue } from "./operations.ts";
import { kindsOf } from "./problem.ts";
import { countTokens, maximumTokens } from "./problem-draw.ts";
import { renderPrompt } from "./render-problem.ts";
import { renderSolution } from "./render-solution.ts";
import { drawChapterProblem, drawOrdinaryProblem, greatestSteps, randomProblem, seedProblems } from "./samplers.ts";
import { isStorySequence } from "./sequences.ts";
import { traceOf } from "./trace.ts";

describe("every drawn problem", () => {
  test("is a story: values from 1 to 999, nobody twice, no more than the most tokens", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new RandomStream(seed);
        for (const problem of [randomProblem(random), drawOrdinaryProblem("test", random)]) {
          expect(isStorySequence(kindsOf(problem))).toBe(true);
          expect(problem.steps.length).toBeLessThanOrEqual(greatestSteps);
          const equations = traceOf(problem.start, problem.steps);
          expect(equations?.length).toBe(problem.steps.length);
          expect(equations?.every(({ result }) => isStoryValue(result))).toBe(true);
          expect(new Set(problem.people).size).toBe(problem.people.length);
          expect(problem.distractors.every(({ object }) => object !== problem.object)).toBe(true);
          expect(countTokens(problem)).toBeLessThanOrEqual(maximumTokens);
        }
      }),
    );
  });
});

describe("determinism", () => {
  test.each(chapters.map((chapter) => [chapter.name, chapter] as const))("chapter %s", (_, chapter) => {
    const problem = drawChapterProblem(chapter, "training", new RandomStream(11, ["snapshot"]));
    expect(renderPrompt(problem) + renderSolution(problem)).toMatchSnapshot();
  });

  test("the complete sampler", () => {
    const problem = randomProblem(new RandomStream(12, ["snapshot"]));
    expect(renderPrompt(problem) + renderSolution(problem)).toMatchSnapshot();
  });

  test("equal streams give equal seeds", () => {
    expect(seedProblems(20, new RandomStream(3))).toEqual(seedProblems(20, new RandomStream(3)));
  });
});

describe("distribution", () => {
  const random = new RandomStream(4);

  test("chapters have their shares", () => {
    const counts = new Map<string, number>();
    const all = 4000;
    for (let count = 0; count < all; count++) {
      const kinds = kindsOf(drawOrdinaryProblem("training", random));
      const name = chapters.find((chapter) => chapter.includes(kinds))?.name as string;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const { name, share } of chapters) {
      expect(Math.abs((counts.get(name) as number) - all * share)).toBeLessThan(
        4 * Math.sqrt(all * share * (1 - share)),
      );
    }
  });

  test("the complete sampler reaches every number of steps, surface and number of distractors", () => {
    const drawn = Array.from({ length: 500 }, () => randomProblem(random));
    expect(new Set(drawn.map(({ steps }) => steps.length))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(new Set(drawn.map(({ surface }) => surface)).size).toBe(3);
    expect(new Set(drawn.map(({ distractors }) => distractors.length))).toEqual(new Set([0, 1, 2]));
    expect(new Set(drawn.flatMap(kindsOf)).size).toBe(11);
  });
});
