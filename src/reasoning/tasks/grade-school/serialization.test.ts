import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../../core/random.ts";
import type { GradeSchoolProblem } from "./problem.ts";
import { randomProblem } from "./samplers.ts";
import { deserialize, serialize } from "./serialization.ts";
import { drawTestSet, testSets } from "./test-sets.ts";

test("problems come back as they were, also as text", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const text = JSON.stringify(serialize(randomProblem(new RandomStream(seed))));
      expect(JSON.stringify(serialize(deserialize(JSON.parse(text))))).toBe(text);
    }),
  );
  for (const { name } of testSets) {
    for (const problem of drawTestSet(name, 20, new RandomStream(1))) expect(deserialize(problem)).toEqual(problem);
  }
});

const valid: GradeSchoolProblem = {
  start: 12,
  steps: [
    { kind: "more", number: 7, variant: 0 },
    { kind: "together", number: 0, variant: 0 },
  ],
  people: ["Mia", "Ben"],
  object: "apples",
  container: "boxes",
  surface: "people",
  variant: 0,
  distractors: [{ kind: "object", number: 5, object: "coins", variant: 0, after: 2 }],
};

function withStep(step: object): object {
  return { ...valid, people: ["Mia"], distractors: [], steps: [{ variant: 0, ...step }] };
}

function withDistractor(distractor: object): object {
  return { ...valid, distractors: [{ ...valid.distractors[0], ...distractor }] };
}

describe("JSON that is no problem", () => {
  test("the one it is made of is a problem", () => {
    expect(deserialize(valid)).toEqual(valid);
    expect(deserialize(withStep({ kind: "divide", number: 4 }))).toBeDefined();
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "12 apples"],
    ["a missing field", { ...valid, start: undefined }],
    ["an unknown field", { ...valid, answer: 31 }],
    ["an unknown name", { ...valid, people: ["Mia", "\u001b[31m"] }],
    ["an unknown surface", { ...valid, surface: "loud" }],
    ["a start that is no integer", { ...valid, start: 1.5 }],
    ["no steps", { ...valid, steps: [] }],
    ["the same person twice", { ...valid, people: ["Mia", "Mia"] }],
    ["a person too few", { ...valid, people: ["Mia"] }],
    ["a person too many", { ...valid, people: ["Mia", "Ben", "Ana"] }],
    ["together without a previous person", withStep({ kind: "together", number: 0 })],
    ["a quotient that is no integer", withStep({ kind: "divide", number: 5 })],
    ["a value below 1", withStep({ kind: "subtract", number: 12 })],
    ["a percentage that stories do not use", withStep({ kind: "percentage", number: 30 })],
    ["a percentage of which the result is no integer", withStep({ kind: "percentage", number: 20 })],
    ["a factor beyond 9", withStep({ kind: "multiply", number: 11 })],
    ["a number that the step does not have", { ...valid, steps: [valid.steps[0], { ...valid.steps[1], number: 3 }] }],
    ["boxes in the middle", { ...valid, steps: [valid.steps[0], { kind: "boxes", number: 3, variant: 0 }] }],
    ["a distractor about the thing itself", withDistractor({ object: "apples" })],
    ["a distractor without its thing", withDistractor({ object: "" })],
    ["a distractor after the end", withDistractor({ after: 3 })],
    ["a distractor's number out of range", withDistractor({ number: 100 })],
    ["a bus with a thing", withDistractor({ kind: "bus" })],
    ["three distractors", { ...valid, distractors: [1, 2, 3].map(() => valid.distractors[0]) }],
  ])("%s", (_, json) => {
    expect(() => deserialize(json)).toThrow(InvalidArgumentError);
  });

  test("the message says where", () => {
    expect(() => deserialize({ ...valid, surface: "loud" })).toThrow(/at surface: use what serialize gave/);
  });
});
