/** Judging a completion against a row: the final answer, and every annotated step. */
import { quotedText } from "../../../core/quoted-text.ts";
import type { Verdict } from "../../task.ts";
import { annotationFault, findAnnotations } from "./annotation.ts";
import { extractAnswer, rationalOfAnswer } from "./answer.ts";
import { equal, formatRational } from "./rational.ts";
import { type Gsm8kRow, requireFinalAnswer } from "./row.ts";

/**
 * Compares a completion's final answer (`extractAnswer`, read by `rationalOfAnswer`) with the row's, exactly, and
 * evaluates each of its annotations; arithmetic outside annotations is not judged.
 * Throws CorruptFileError where the row itself has no readable answer.
 */
export function verifyGsm8k(problem: Gsm8kRow, completion: string): Verdict {
  const answerMistake = answerFault(problem, completion);
  const fault = firstAnnotationFault(completion) ?? answerMistake;
  const answerCorrect = answerMistake === undefined;
  return fault === undefined ? { answerCorrect, correct: true } : { answerCorrect, correct: false, fault };
}

function answerFault(problem: Gsm8kRow, completion: string): string | undefined {
  const right = requireFinalAnswer(problem);
  const text = extractAnswer(completion);
  if (text === undefined) return 'there is no final answer ("#### number")';
  const answer = rationalOfAnswer(text);
  if (answer === undefined) return `the final answer ${quotedText(text, 60)} is not one number`;
  if (equal(answer, right)) return undefined;
  return `the final answer is ${quotedText(text, 60)}, not ${formatRational(right)}`;
}

function firstAnnotationFault(completion: string): string | undefined {
  for (const annotation of findAnnotations(completion)) {
    const fault = annotationFault(annotation);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
