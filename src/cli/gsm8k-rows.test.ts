import { expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../core/random.ts";
import { gradeSchool } from "../reasoning/tasks/grade-school/grade-school.ts";
import { randomProblem } from "../reasoning/tasks/grade-school/samplers.ts";
import { verifyGsm8k } from "../reasoning/tasks/gsm8k/verify.ts";
import { gsm8kRow } from "./gsm8k-rows.ts";

test("steps get GSM8K's annotations", () => {
  const row = gsm8kRow({ prompt: "How many?\n", completion: "25% of 8 = 2\n2 * 52 = 104\n#### 104" });
  expect(row).toEqual({
    question: "How many?",
    answer: "25% of 8 = <<(25/100)*8=2>>2\n2 * 52 = <<2*52=104>>104\n#### 104",
  });
});

test("every kind of problem can be written, and GSM8K's own verifier accepts it", () => {
  const random = new RandomStream(11);
  for (let index = 0; index < 300; index++) {
    const problem = randomProblem(random);
    const row = gsm8kRow({ prompt: gradeSchool.prompt(problem), completion: gradeSchool.solution(problem) });
    expect(verifyGsm8k(row, row.answer)).toMatchObject({ correct: true });
  }
});

test("what is no solution is refused", () => {
  expect(() => gsm8kRow({ prompt: "How many?", completion: "Two." })).toThrow(InvalidArgumentError);
  expect(() => gsm8kRow({ prompt: "How many?", completion: "1 + 1 = 2" })).toThrow(InvalidArgumentError);
});
