/**
 * Judges a solution: the answer, and every step.
 *
 * A step is right where its arithmetic is, and where both operands are known: numbers of the story (distractors' are
 * not), results of earlier steps, and 100 where the story has a percentage. So another valid path to the answer counts
 * as correct. As with any check of answers, a path that reaches the right answer for a wrong reason does too.
 */
import type { Verdict } from "../../task.ts";
import type { Operator } from "./operations.ts";
import type { GradeSchoolProblem } from "./problem.ts";
import { answerOf } from "./trace.ts";

/** Longer completions are cut before they are read. */
const greatestLength = 4096;

const equationPattern = /^(\d{1,6})\s*(\+|-|\*|\/|%\s*of)\s*(\d{1,6})\s*=\s*(\d{1,6})$/;
const answerPattern = /^####\s*(\d{1,6})$/;

/** The number a run of digits writes, NaN where it starts with a needless zero. */
function numberOf(digits: string): number {
  return digits.length > 1 && digits.startsWith("0") ? Number.NaN : Number(digits);
}

function holds(left: number, operator: Operator, right: number, result: number): boolean {
  switch (operator) {
    case "+":
      return left + right === result;
    case "-":
      return left - right === result;
    case "*":
      return left * right === result;
    case "/":
      return right !== 0 && result * right === left;
    case "% of":
      return left * right === result * 100;
  }
}

function knownNumbers(problem: GradeSchoolProblem): Set<number> {
  const known = new Set([problem.start]);
  for (const { kind, number } of problem.steps) {
    if (number > 0) known.add(number);
    if (kind === "percentage") known.add(100);
  }
  return known;
}

/** The first fault of the steps before the answer, and the last step's result (NaN where there is none). */
function judgeSteps(problem: GradeSchoolProblem, lines: readonly string[]): { fault?: string; result: number } {
  const known = knownNumbers(problem);
  let last = Number.NaN;
  for (const [index, line] of lines.entries()) {
    const place = `line ${index + 1}`;
    const match = equationPattern.exec(line);
    if (match === null) return { fault: `${place} is no equation of two numbers`, result: last };
    const [, leftText, sign, rightText, resultText] = match as unknown as [string, string, string, string, string];
    const operator = (sign.startsWith("%") ? "% of" : sign) as Operator;
    const [left, right, result] = [numberOf(leftText), numberOf(rightText), numberOf(resultText)];
    if (!holds(left, operator, right, result)) {
      const gap = operator === "% of" ? "" : " ";
      return { fault: `${place}: ${leftText}${gap}${operator} ${rightText} is not ${resultText}`, result: last };
    }
    const unknown = [left, right].find((operand) => !known.has(operand));
    if (unknown !== undefined) return { fault: `${place} uses ${unknown}, which nothing gives`, result: last };
    known.add(result);
    last = result;
  }
  return { result: last };
}

/** The answer is that of the first line that starts with ####; blank lines and spaces around lines do not matter. */
export function verify(problem: GradeSchoolProblem, completion: string): Verdict {
  const lines = completion
    .slice(0, greatestLength)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const answer = answerOf(problem);
  const answerLine = lines.findIndex((line) => line.startsWith("####"));
  const steps = judgeSteps(problem, answerLine < 0 ? lines : lines.slice(0, answerLine));
  const given = numberOf(answerPattern.exec(lines[answerLine] ?? "")?.[1] ?? "00");
  const answerCorrect = given === answer;

  let fault = steps.fault;
  if (fault === undefined && answerLine < 0) fault = "there is no line with ####";
  if (fault === undefined && Number.isNaN(given)) fault = "the line with #### has no number";
  if (fault === undefined && !answerCorrect) fault = `the answer is ${answer}, not ${given}`;
  if (fault === undefined && steps.result !== answer) fault = "the last step does not give the answer";
  if (fault === undefined && (answerLine < lines.length - 1 || completion.length > greatestLength)) {
    fault = "the solution goes on after its answer";
  }
  return fault === undefined ? { answerCorrect, correct: true } : { answerCorrect, correct: false, fault };
}
