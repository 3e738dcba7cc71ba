/** What is odd in a data set of GSM8K's format: wrong arithmetic, rows without steps, answers that no step computes. */
import { annotationFault, annotationResult, findAnnotations } from "./annotation.ts";
import { rationalOfAnswer } from "./answer.ts";
import { equal } from "./rational.ts";
import { answerText, type Gsm8kLine, requireFinalAnswer } from "./row.ts";

/** What is odd about the rows of a file, by line (from 1). */
export interface Gsm8kAudit {
  readonly rows: number;
  readonly annotations: number;
  /** Annotations whose arithmetic is wrong, or that the text behind them contradicts. */
  readonly wrongAnnotations: readonly { readonly line: number; readonly annotation: string; readonly fault: string }[];
  /** Lines of rows without any annotation. */
  readonly withoutAnnotations: readonly number[];
  /** Rows whose last annotation has another result than the final answer (not necessarily a mistake). */
  readonly lastResultDiffers: readonly {
    readonly line: number;
    readonly lastResult: string;
    readonly answer: string;
  }[];
}

/** Throws CorruptFileError for a row without readable answer. */
export async function auditGsm8k(lines: Iterable<Gsm8kLine> | AsyncIterable<Gsm8kLine>): Promise<Gsm8kAudit> {
  let rows = 0;
  let count = 0;
  const wrongAnnotations: { line: number; annotation: string; fault: string }[] = [];
  const withoutAnnotations: number[] = [];
  const lastResultDiffers: { line: number; lastResult: string; answer: string }[] = [];
  for await (const { line, row } of lines) {
    rows++;
    const annotations = findAnnotations(row.answer);
    count += annotations.length;
    for (const annotation of annotations) {
      const fault = annotationFault(annotation);
      if (fault !== undefined) wrongAnnotations.push({ line, annotation: annotation.text, fault });
    }
    const last = annotations.at(-1);
    if (last === undefined) {
      withoutAnnotations.push(line);
      continue;
    }
    const lastResult = annotationResult(last) ?? last.text;
    const value = rationalOfAnswer(lastResult);
    if (value === undefined || !equal(value, requireFinalAnswer(row))) {
      lastResultDiffers.push({ line, lastResult, answer: answerText(row) });
    }
  }
  return { rows, annotations: count, wrongAnnotations, withoutAnnotations, lastResultDiffers };
}
