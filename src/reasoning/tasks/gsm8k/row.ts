/**
 * Rows of GSM8K (Cobbe et al., 2110.14168) as its files hold them: one JSON object a line with a question and an answer,
 * the answer a worked solution with "<<48/2=24>>" annotations and a last line "#### 24".
 */
import { CorruptFileError } from "../../../core/errors/corrupt-file-error.ts";
import { corruptLine, readJsonLines, writeJsonLines } from "../../../core/json-lines.ts";
import { quotedText } from "../../../core/quoted-text.ts";
import { rationalOfAnswer } from "./answer.ts";
import type { Rational } from "./rational.ts";

/** A problem with its solution, as in the files of GSM8K. */
export interface Gsm8kRow {
  readonly question: string;
  /** The worked solution; holds a line "#### n". */
  readonly answer: string;
}

/** A row with the number of its line, from 1. */
export interface Gsm8kLine {
  readonly line: number;
  readonly row: Gsm8kRow;
}

/**
 * The rows of a file, one at a time; fields beside question and answer are kept on the row and written again.
 * Throws StorageError where the file cannot be read, CorruptFileError with the line's number for a malformed row.
 */
export async function* readGsm8k(path: string): AsyncGenerator<Gsm8kLine, void, undefined> {
  for await (const { line, value } of readJsonLines(path)) yield { line, row: parseGsm8kRow(value, line, path) };
}

/**
 * Writes rows as GSM8K's own files are written (bytes included), atomically. @returns the number of rows
 * Throws StorageError where the file cannot be written.
 */
export function writeGsm8k(path: string, rows: Iterable<Gsm8kRow> | AsyncIterable<Gsm8kRow>): Promise<number> {
  return writeJsonLines(path, rows, formatGsm8kRow);
}

/** A parsed JSON value as a row. Throws CorruptFileError, which names the line, for anything else. */
export function parseGsm8kRow(value: unknown, line = 1, source = "row"): Gsm8kRow {
  const fault = faultOfRow(value);
  if (fault !== undefined) throw corruptLine(source, line, fault.expected, fault.received);
  return value as Gsm8kRow;
}

/** What makes a parsed JSON value no row, or undefined where it is one. */
export function faultOfRow(value: unknown): { readonly expected: string; readonly received: string } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { expected: 'an object {"question", "answer"}', received: kindOf(value) };
  }
  for (const name of ["question", "answer"]) {
    const field = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (typeof field !== "string") return { expected: `text as "${name}"`, received: kindOf(field) };
    if (field.trim() === "") return { expected: `text as "${name}"`, received: "blank text" };
  }
  const row = value as Gsm8kRow;
  if (finalAnswer(row) !== undefined) return undefined;
  const received = row.answer.includes("####") ? quotedText(answerText(row), 60) : 'no "####"';
  return { expected: 'an answer that ends with a line "#### number"', received };
}

/**
 * The line of a row, without line end: ASCII with a blank after each comma and colon, as Python's json.dumps writes it
 * and the files of GSM8K were written.
 */
export function formatGsm8kRow(row: Gsm8kRow): string {
  const fields = Object.entries(row).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{${fields.join(", ")}}`.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** What stands behind the last "####" of a row's answer, e.g. "1,200". */
export function answerText({ answer }: Gsm8kRow): string {
  const hashes = answer.lastIndexOf("####");
  return hashes < 0 ? "" : answer.slice(hashes + 4).trim();
}

/** The exact final answer of a row, or undefined where it has no readable one. */
export function finalAnswer(row: Gsm8kRow): Rational | undefined {
  return rationalOfAnswer(answerText(row));
}

/** As `finalAnswer`. Throws CorruptFileError where there is none. */
export function requireFinalAnswer(row: Gsm8kRow): Rational {
  const answer = finalAnswer(row);
  if (answer !== undefined) return answer;
  throw new CorruptFileError({
    expected: 'a row whose answer ends with a line "#### number"',
    received: quotedText(row.answer.slice(-60)),
    remedy: "correct the row",
  });
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
