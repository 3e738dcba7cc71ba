/** Solutions as lists of steps, to rows of GSM8K and back. */
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../../core/quoted-text.ts";
import { annotationResult, findAnnotations } from "./annotation.ts";
import { rationalOfAnswer } from "./answer.ts";
import { evaluateExpression } from "./expression.ts";
import { equal, formatRational } from "./rational.ts";
import { type Gsm8kRow, requireFinalAnswer } from "./row.ts";

/** One equation of a solution. */
export interface SolutionStep {
  /** Arithmetic as people write it, e.g. "48 / 2", "25% of 80". */
  readonly expression: string;
  /** As it is to be written; a wrong result is written too. */
  readonly result: number | string;
}

/** A problem with its solution as a list of equations. */
export interface StepwiseSolution {
  readonly question: string;
  readonly steps: readonly SolutionStep[];
  readonly answer: number | string;
}

/**
 * The row of a solution: a line "48 / 2 = <<48/2=24>>24" a step, and "#### answer".
 * Throws InvalidArgumentError where the question is blank, an expression or result is no arithmetic, or the answer is
 * not one number.
 */
export function writeGsm8kRow({ question, steps, answer }: StepwiseSolution): Gsm8kRow {
  const lines = steps.map(({ expression, result }) => {
    evaluateExpression(expression);
    evaluateExpression(String(result));
    return `${expression} = <<${annotated(expression)}=${annotated(String(result))}>>${result}`;
  });
  const final = String(answer).trim();
  if (question.trim() === "" || rationalOfAnswer(final) === undefined || final.includes("\n")) {
    throw new InvalidArgumentError({
      expected: "a question and one number as answer",
      received: `${quotedText(question, 60)} and ${quotedText(final, 60)}`,
      remedy: "complete the solution before writing it",
    });
  }
  return { question, answer: [...lines, `#### ${final}`].join("\n") };
}

/**
 * The annotated steps of a row, and its answer without commas and trailing zeros. A step keeps the spelling of the text
 * before its annotation where that is the same arithmetic, so that what `writeGsm8kRow` wrote comes back.
 * Throws CorruptFileError for a row without readable answer, InvalidArgumentError for an annotation that is no equation.
 */
export function readGsm8kSteps(row: Gsm8kRow): StepwiseSolution {
  const steps = findAnnotations(row.answer).map((annotation) => {
    const result = annotation.unfinished ? undefined : annotationResult(annotation);
    if (result === undefined) {
      throw new InvalidArgumentError({
        expected: "annotations <<expression=result>>",
        received: quotedText(annotation.text, 60),
        remedy: "correct the row's answer",
      });
    }
    const expression = annotation.text.slice(0, annotation.text.indexOf("=")).trim();
    const lineBegin = row.answer.lastIndexOf("\n", annotation.begin) + 1;
    const spelled = row.answer.slice(lineBegin, annotation.begin).replace(/\s*=\s*$/, "");
    return { expression: sameArithmetic(spelled, expression) ? spelled : expression, result };
  });
  return { question: row.question, steps, answer: formatRational(requireFinalAnswer(row)) };
}

/** In the characters of GSM8K's own annotations: digits, points, + - * / and parentheses. */
function annotated(expression: string): string {
  return expression
    .replace(/([\d.,]+)\s*%/g, "($1/100)")
    .replace(/[×·xX]|of/g, "*")
    .replaceAll("÷", "/")
    .replace(/[−–]/g, "-")
    .replace(/[\s,\p{Sc}]/gu, "");
}

function sameArithmetic(a: string, b: string): boolean {
  // Most lines begin with words; asking the evaluator would cost an error each.
  if (/^\s*\p{L}/u.test(a)) return false;
  try {
    return equal(evaluateExpression(a), evaluateExpression(b));
  } catch (error) {
    if (error instanceof InvalidArgumentError) return false;
    throw error;
  }
}
