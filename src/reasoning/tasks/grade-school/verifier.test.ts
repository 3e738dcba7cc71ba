import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import type { GradeSchoolProblem } from "./problem.ts";
import { renderSolution } from "./render-solution.ts";
import { randomProblem } from "./samplers.ts";
import { verify } from "./verifier.ts";

/** 80 -> 85 -> 34 (another person) -> 40 % ... worked out by hand: 80 + 20 = 100, 25% of 100 = 25, 25 * 3 = 75. */
const problem: GradeSchoolProblem = {
  start: 80,
  steps: [
    { kind: "add", number: 20, variant: 0 },
    { kind: "percentage", number: 25, variant: 0 },
    { kind: "times", number: 3, variant: 0 },
  ],
  people: ["Mia", "Ben"],
  object: "apples",
  container: "boxes",
  surface: "people",
  variant: 0,
  distractors: [{ kind: "bus", number: 7, object: "", variant: 0, after: 1 }],
};

const right = "80 + 20 = 100\n25% of 100 = 25\n25 * 3 = 75\n#### 75";

describe("right solutions", () => {
  test("the reference solution", () => {
    expect(renderSolution(problem)).toBe(right);
    expect(verify(problem, right)).toEqual({ answerCorrect: true, correct: true });
  });

  test.each([
    ["operands the other way round", "20 + 80 = 100\n25% of 100 = 25\n3 * 25 = 75\n#### 75"],
    ["the steps in another order", "80 * 3 = 240\n20 * 3 = 60\n240 + 60 = 300\n25% of 300 = 75\n#### 75"],
    [
      "a percentage as a product and a quotient",
      "80 + 20 = 100\n100 * 25 = 2500\n2500 / 100 = 25\n25 * 3 = 75\n#### 75",
    ],
    ["other spaces and blank lines", " 80+20=100\r\n\n25 % of 100=25 \n25*3 = 75\n####75\n"],
  ])("%s", (_, completion) => {
    expect(verify(problem, completion)).toEqual({ answerCorrect: true, correct: true });
  });

  test("every reference solution of the space", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const drawn = randomProblem(new RandomStream(seed));
        expect(verify(drawn, renderSolution(drawn))).toEqual({ answerCorrect: true, correct: true });
      }),
    );
  });
});

describe("wrong solutions", () => {
  test.each([
    ["a wrong result", "80 + 20 = 110\n25% of 100 = 25\n25 * 3 = 75\n#### 75", true, "line 1: 80 + 20 is not 110"],
    ["a wrong percentage", "80 + 20 = 100\n25% of 100 = 20\n#### 20", false, "line 2: 25% of 100 is not 20"],
    ["a wrong answer", "80 + 20 = 100\n25% of 100 = 25\n25 * 3 = 75\n#### 74", false, "the answer is 75, not 74"],
    ["an invented number", "80 - 5 = 75\n#### 75", true, "line 1 uses 5, which nothing gives"],
    ["a distractor's number", "80 - 7 = 73\n#### 73", false, "line 1 uses 7, which nothing gives"],
    ["a result used before it is there", "25 * 3 = 75\n80 / 7 = 25\n#### 75", true, "line 2: 80 / 7 is not 25"],
    ["no steps", "#### 75", true, "the last step does not give the answer"],
    ["steps that end elsewhere", "80 + 20 = 100\n#### 75", true, "the last step does not give the answer"],
    ["no answer", "80 + 20 = 100", false, "there is no line with ####"],
    ["nothing", "", false, "there is no line with ####"],
    ["an answer that is no number", "80 + 20 = 100\n#### apples", false, "the line with #### has no number"],
    ["words", "Let us see\n#### 75", true, "line 1 is no equation of two numbers"],
    ["needless zeros", "80 + 20 = 0100\n#### 75", true, "line 1: 80 + 20 is not 0100"],
    ["needless zeros in the answer", right.replace("#### 75", "#### 075"), false, "the line with #### has no number"],
    ["more after the answer", `${right}\n#### 75`, true, "the solution goes on after its answer"],
    ["a quotient by zero", "80 / 0 = 0\n#### 75", true, "line 1: 80 / 0 is not 0"],
  ])("%s", (_, completion, answerCorrect, fault) => {
    expect(verify(problem, completion)).toEqual({ answerCorrect, correct: false, fault });
  });

  test("every change of one digit", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.integer({ min: 1, max: 9 }), (seed, place, shift) => {
        const drawn = randomProblem(new RandomStream(seed));
        const solution = renderSolution(drawn);
        const digits = [...solution.matchAll(/\d/g)];
        const { index, 0: digit } = digits[place % digits.length] as RegExpExecArray;
        const changed = solution.slice(0, index) + ((Number(digit) + shift) % 10) + solution.slice(index + 1);
        const verdict = verify(drawn, changed);
        expect(verdict.correct).toBe(false);
        expect(verdict.answerCorrect).toBe(index < solution.indexOf("####"));
      }),
      { numRuns: 500 },
    );
  });

  test("hostile text gives a fault of one plain line, quickly", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { maxLength: 200 }), (codes) => {
        const completion = String.fromCharCode(...codes);
        const { correct, fault } = verify(problem, completion);
        expect(correct).toBe(false);
        expect(fault).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
    expect(verify(problem, `${right}\n`.repeat(100_000)).correct).toBe(false);
    expect(verify(problem, "1".repeat(1_000_000)).correct).toBe(false);
  });
});
