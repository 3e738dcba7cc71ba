/** Files of records: JSON Lines and JSON, read to the end although some records are malformed. */
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { terminalLine } from "../core/terminal-text.ts";
import type { RowFault } from "./malformed-rows-error.ts";

/** A record and its line (or its item in a JSON list), from 1. */
interface FileRecord {
  readonly line: number;
  readonly value: unknown;
}

export interface ParsedRecords {
  readonly records: readonly FileRecord[];
  readonly faults: readonly RowFault[];
}

const LINE_FEED = 10;

/** A value a line; blank lines are passed over. */
export function parseJsonLinesRecords(bytes: Uint8Array): ParsedRecords {
  const records: FileRecord[] = [];
  const faults: RowFault[] = [];
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 0;
  for (let begin = 0; begin < bytes.length; line++) {
    const found = bytes.indexOf(LINE_FEED, begin);
    const end = found === -1 ? bytes.length : found;
    try {
      const text = decoder.decode(bytes.subarray(begin, end));
      if (text.trim() !== "") records.push({ line: line + 1, value: JSON.parse(text) });
    } catch (error) {
      faults.push({ line: line + 1, fault: reason(error) });
    }
    begin = end + 1;
  }
  return { records, faults };
}

/** A list, or an object with one list in it ("data", "rows", ...). Throws CorruptFileError for anything else. */
export function parseJsonRecords(bytes: Uint8Array, path: string): ParsedRecords {
  let content: unknown;
  try {
    content = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new CorruptFileError({
      expected: `JSON in ${JSON.stringify(path)}`,
      received: reason(error),
      remedy: "name it .jsonl if it has one value a line",
      cause: error,
    });
  }
  const lists = Array.isArray(content) ? [content] : Object.values(content ?? {}).filter(Array.isArray);
  if (lists.length !== 1) {
    throw new CorruptFileError({
      expected: `one list of rows in ${JSON.stringify(path)}`,
      received: `${lists.length} lists`,
      remedy: "write the rows as one JSON list, or one a line as .jsonl",
    });
  }
  return { records: (lists[0] as unknown[]).map((value, index) => ({ line: index + 1, value })), faults: [] };
}

function reason(error: unknown): string {
  return terminalLine(error instanceof Error ? error.message : String(error));
}
