import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Doubling, doubling, doublingContext } from "../../tests/fixtures/doubling/domain.ts";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { RandomStream } from "../core/random.ts";
import type { SearchArm } from "./configuration.ts";
import type { StoredFound } from "./found-problem.ts";
import { drawTrainingSet, exampleOf, type TrainingBudget } from "./training-set.ts";

const context = doublingContext({});
const unlimited = { tokens: 100_000_000, replay: 0 };

/** Problems as a search found them, in the cell of their tens. */
function found(numbers: readonly number[], correct = false): StoredFound<Doubling>[] {
  return numbers.map((number, index) => ({
    id: `${number}/${index}`,
    parentId: undefined,
    problem: { number },
    mutation: "",
    answer: "",
    correct,
    iteration: 0,
    cell: Math.floor(number / 10),
    fitness: 1,
    status: 1,
    descriptor: [],
  }));
}

function draw(
  entries: readonly StoredFound<Doubling>[],
  budget: Partial<TrainingBudget> & { readonly examples: number },
  arm: SearchArm = "quality-diversity",
  seed = 0,
) {
  return drawTrainingSet(context, arm, entries, { ...unlimited, ...budget }, new RandomStream(seed));
}

const counts = (values: readonly number[]) => {
  const counted = new Map<number, number>();
  for (const value of values) counted.set(value, (counted.get(value) ?? 0) + 1);
  return counted;
};

const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 60 });
const seed = fc.integer({ min: 0, max: 1000 });

describe("what a search found", () => {
  test("is taken from its cells in turn: none has two more than another that is not used up", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 60 }), seed, (wrong, examples, seed) => {
        const { problems } = draw(found(wrong), { examples }, "quality-diversity", seed);
        const taken = counts(problems.slice(0, wrong.length).map(({ number }) => Math.floor(number / 10)));
        const size = counts(wrong.map((number) => Math.floor(number / 10)));
        const open = [...size]
          .filter(([cell, count]) => (taken.get(cell) ?? 0) < count)
          .map(([cell]) => taken.get(cell) ?? 0);
        const most = Math.max(...taken.values());
        expect(open.every((count) => most - count <= 1)).toBe(true);
      }),
    );
  });

  test("repeats where it is too little, every problem before any comes again", () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 200 }), seed, (wrong, examples, seed) => {
        const { problems, different } = draw(found(wrong), { examples }, "quality-diversity", seed);
        expect(problems).toHaveLength(examples);
        const taken = counts(problems.map(({ number }) => number));
        expect(different).toBe(taken.size);
        expect(different).toBe(Math.min(examples, wrong.length));
        for (const count of taken.values()) {
          expect([Math.floor(examples / wrong.length), Math.ceil(examples / wrong.length)]).toContain(count);
        }
      }),
    );
  });

  test("has no solved problems; with nothing else there is nothing to teach", () => {
    const entries = [...found([1, 2, 3]), ...found([4, 5, 6], true)];
    const { problems } = draw(entries, { examples: 9 });
    expect(new Set(problems.map(({ number }) => number))).toEqual(new Set([1, 2, 3]));
    expect(draw(found([4, 5], true), { examples: 9 })).toMatchObject({ problems: [], different: 0, tokens: 0 });
  });

  test("equal texts count once among the different ones", () => {
    expect(draw([...found([7]), ...found([7]), ...found([8])], { examples: 3 }).different).toBe(2);
  });

  test("of a sampler is shuffled, not balanced", () => {
    // Nineteen of twenty in one cell: balanced, the first two would be of both cells.
    const entries = found([...Array.from({ length: 9 }, (_, number) => number), 90]);
    const firsts = Array.from({ length: 60 }, (_, seed) =>
      draw(entries, { examples: 2 }, "full-sampler-failures", seed),
    );
    const both = firsts.filter(({ problems }) => problems.some(({ number }) => number === 90));
    expect(both.length).toBeGreaterThan(2);
    expect(both.length).toBeLessThan(30);
    expect(draw(entries, { examples: 25 }, "full-sampler-failures").different).toBe(10);
  });
});

describe("arms without evaluation", () => {
  test("in-distribution: ordinary problems", () => {
    const { problems } = draw([], { examples: 250 }, "in-distribution");
    expect(problems).toHaveLength(250);
    expect(problems.every(({ number }) => number < 20)).toBe(true);
    expect(new Set(problems.slice(0, 100).map(({ number }) => number))).not.toEqual(new Set([0]));
    expect(problems.slice(0, 100)).not.toEqual(problems.slice(100, 200));
  });

  test("full-sampler: the whole space; not without a sampler", () => {
    const { problems } = draw([], { examples: 250 }, "full-sampler");
    expect(new Set(problems.map(({ number }) => Math.floor(number / 10))).size).toBe(10);
    const { randomProblem: _, ...domain } = doubling;
    expect(() =>
      drawTrainingSet(
        doublingContext({}, { domain }),
        "full-sampler",
        [],
        { ...unlimited, examples: 1 },
        new RandomStream(0),
      ),
    ).toThrow(UnsupportedCapabilityError);
  });
});

test("tokens: as many problems as fit, prompts, solutions, begin and end counted", () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 300 }), seed, (wrong, tokens, seed) => {
      const limited = draw(found(wrong), { examples: 50, tokens }, "quality-diversity", seed);
      const free = draw(found(wrong), { examples: 50 }, "quality-diversity", seed);
      expect(limited.problems).toEqual(free.problems.slice(0, limited.problems.length));
      const cost = (problem: Doubling) => exampleOf(context, problem).tokens.length;
      const sum = limited.problems.reduce((total, problem) => total + cost(problem), 0);
      expect(limited.tokens).toBe(sum);
      expect(sum).toBeLessThanOrEqual(tokens);
      const next = free.problems[limited.problems.length];
      if (next !== undefined) expect(sum + cost(next)).toBeGreaterThan(tokens);
    }),
  );
  // begin, "4", "2", "*", "2", "?", "8", "4", end
  expect(exampleOf(context, { number: 42 })).toEqual({ tokens: [0, 6, 4, 12, 4, 13, 10, 6, 1], promptLength: 6 });
});

test("replay: ordinary problems that do not depend on what was found; equal streams draw equal sets", () => {
  const one = draw(found([1, 2, 3]), { examples: 3, replay: 7 });
  const other = draw(found([50, 60]), { examples: 30, replay: 7 });
  expect(one.replayed).toHaveLength(7);
  expect(other.replayed).toEqual(one.replayed);
  expect(draw(found([1, 2, 3]), { examples: 3, replay: 7 })).toEqual(one);
  expect(draw(found([1, 2, 3]), { examples: 3, replay: 7 }, "quality-diversity", 1).replayed).not.toEqual(one.replayed);
});
