/**
 * Data sets from files: JSON Lines, JSON, CSV and TSV; chats, prompt and completion, question and answer (GSM8K),
 * instruction and output, plain text.
 */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { MalformedRowsError, type RowFault } from "./malformed-rows-error.ts";
import type { DataRow } from "./measures/measure.ts";
import { parseCsvRecords } from "./parse-csv-records.ts";
import { type ParsedRecords, parseJsonLinesRecords, parseJsonRecords } from "./parse-records.ts";
import { type ChatPart, rowsOfRecord, type TextFields } from "./rows-of-record.ts";

/** A format of files with rows. */
export type DataFormat = "jsonl" | "json" | "csv" | "tsv";

/** How to read a file with rows. */
export interface ReadRowsOptions {
  /** Where the text is; default: found by the usual names. */
  readonly field?: TextFields;
  /** Default: by the file's extension (.jsonl, .ndjson, .json, .csv, .tsv). */
  readonly format?: DataFormat;
  /** What to do about rows without text or that are not of the format; default "throw". */
  readonly malformed?: "throw" | "skip";
  /** What is taken of a conversation; default "answer": the assistant's last message, and all before it as the prompt. */
  readonly chats?: ChatPart;
}

/** The rows of a file. */
export interface ReadRows {
  readonly rows: readonly DataRow[];
  /** Where each row stands, from 1: its line, or its item in a JSON list. */
  readonly lines: readonly number[];
  /** Rows that were left out, on request. */
  readonly skipped: readonly RowFault[];
}

const EXTENSIONS: Readonly<Record<string, DataFormat>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
  ".csv": "csv",
  ".tsv": "tsv",
};

/**
 * Reads a data set. Throws StorageError where the file cannot be read, InvalidArgumentError for an unknown format,
 * CorruptFileError where it is not of the format as a whole, MalformedRowsError (with every line) for single rows.
 */
export async function readRows(path: string, options: ReadRowsOptions = {}): Promise<ReadRows> {
  const format = options.format ?? EXTENSIONS[extname(path).toLowerCase()];
  if (format === undefined) {
    throw new InvalidArgumentError({
      expected: `a file of rows (${Object.keys(EXTENSIONS).join(", ")})`,
      received: JSON.stringify(path),
      remedy: "convert it, or say which format it has",
    });
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileSystemFailure(error, "to read", path);
  }
  const parsed = parseRecords(bytes, path, format);
  const faults = [...parsed.faults];
  const rows: DataRow[] = [];
  const lines: number[] = [];
  for (const { line, value } of parsed.records) {
    const made = rowsOfRecord(value, options.field, options.chats);
    if ("fault" in made) {
      faults.push({ line, fault: made.fault });
      continue;
    }
    for (const row of made) {
      rows.push(format === "csv" || format === "tsv" ? withTypedAttributes(row) : row);
      lines.push(line);
    }
  }
  faults.sort((a, b) => a.line - b.line);
  if (faults.length > 0 && options.malformed !== "skip") {
    throw new MalformedRowsError({ path, unit: format === "json" ? "item" : "line", faults });
  }
  return { rows, lines, skipped: faults };
}

function parseRecords(bytes: Uint8Array, path: string, format: DataFormat): ParsedRecords {
  if (format === "jsonl") return parseJsonLinesRecords(bytes);
  if (format === "json") return parseJsonRecords(bytes, path);
  return parseCsvRecords(bytes, path, format === "csv" ? "," : "\t");
}

/** CSV knows only text: attributes that read as numbers or truth values become such, empty ones are left out. */
function withTypedAttributes(row: DataRow): DataRow {
  if (row.attributes === undefined) return row;
  const entries = Object.entries(row.attributes).filter(([, value]) => value !== "");
  if (entries.length === 0) return { prompt: row.prompt, completion: row.completion };
  return { ...row, attributes: Object.fromEntries(entries.map(([name, value]) => [name, typed(String(value))])) };
}

function typed(cell: string): string | number | boolean {
  if (cell === "true" || cell === "false") return cell === "true";
  // Only what a number prints as, so that "007" and "1e999" stay text.
  return String(Number(cell)) === cell && Number.isFinite(Number(cell)) ? Number(cell) : cell;
}
