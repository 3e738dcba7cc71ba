/** Data sets as files that training tools and spreadsheets read, each with its card beside it. */
import { extname } from "node:path";
import { writeFileAtomic } from "../core/atomic-file.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { DataCard } from "./card.ts";
import { type DataCardText, dataCardMarkdown } from "./card-markdown.ts";
import type { DataRow } from "./measures/measure.ts";

/** JSON Lines in one of three shapes, or a table. */
export type ExportFormat = "prompt-completion" | "chat" | "question-answer" | "csv";

/** How to write rows. */
export interface ExportRowsOptions {
  readonly format: ExportFormat;
  /** Whether attributes go along (default true): in a field "attributes", in CSV as columns. */
  readonly attributes?: boolean;
  /** The card to write beside the data. */
  readonly card?: { readonly measured: DataCard; readonly text: DataCardText };
}

/** What was written. */
export interface ExportedFiles {
  readonly dataPath: string;
  /** The data's path with the ending .card.md. */
  readonly cardPath?: string;
}

/**
 * Writes the rows, replacing a file of that name only when all is written.
 * Throws StorageError where it cannot be written, InvalidArgumentError for an attribute that a column of CSV is called by.
 */
export function exportRows(path: string, rows: readonly DataRow[], options: ExportRowsOptions): ExportedFiles {
  const { format, attributes = true, card } = options;
  const kept = attributes ? rows : rows.map(({ prompt, completion }) => ({ prompt, completion }));
  writeFileAtomic(path, format === "csv" ? csvLines(kept) : jsonLines(kept, format));
  if (card === undefined) return { dataPath: path };
  const extension = extname(path);
  const cardPath = `${extension === "" ? path : path.slice(0, -extension.length)}.card.md`;
  writeFileAtomic(cardPath, dataCardMarkdown(card.measured, card.text));
  return { dataPath: path, cardPath };
}

function* jsonLines(rows: readonly DataRow[], format: Exclude<ExportFormat, "csv">): Generator<string> {
  for (const row of rows) {
    const attributes = row.attributes === undefined ? {} : { attributes: row.attributes };
    yield `${JSON.stringify({ ...recordOf(row, format), ...attributes })}\n`;
  }
}

function recordOf({ prompt, completion }: DataRow, format: Exclude<ExportFormat, "csv">): object {
  if (format === "prompt-completion") return { prompt, completion };
  if (format === "question-answer") return { question: prompt, answer: completion };
  const answer = { role: "assistant", content: completion };
  return { messages: prompt === "" ? [answer] : [{ role: "user", content: prompt }, answer] };
}

const TEXT_COLUMNS = ["prompt", "completion"];

/** RFC 4180, lines ended by CR LF, the union of all attributes as columns. */
function* csvLines(rows: readonly DataRow[]): Generator<string> {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row.attributes ?? {})) names.add(name);
  const clash = TEXT_COLUMNS.find((column) => names.has(column));
  if (clash !== undefined) {
    throw new InvalidArgumentError({
      expected: `attributes with other names than the columns ${TEXT_COLUMNS.join(" and ")}`,
      received: JSON.stringify(clash),
      remedy: "rename the attribute, or leave attributes out",
    });
  }
  yield csvLine([...TEXT_COLUMNS, ...names]);
  for (const { prompt, completion, attributes } of rows) {
    yield csvLine([prompt, completion, ...[...names].map((name) => attributes?.[name] ?? "")]);
  }
}

/** What spreadsheets take for the start of a formula, also in full width and behind blanks; tab and CR start a new one. */
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;

/** Texts that a spreadsheet would run are marked as text by an apostrophe; numbers, also negative ones, stay. */
function csvLine(cells: readonly (string | number | boolean)[]): string {
  const quoted = cells.map((cell) => {
    if (typeof cell !== "string") return String(cell);
    const guarded = FORMULA.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
  });
  return `${quoted.join(",")}\r\n`;
}
