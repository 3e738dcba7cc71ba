/**
 * Labels of people (or of a truth that is known) to measure judges by, from JSON Lines, JSON, CSV or TSV:
 *
 *   pairs   { prompt, first, second, label }   label: first, second or tie
 *   scores  { prompt, response, label }        label: a number from 0 to 1, true or false, yes or no, unsafe or safe
 *
 * with, where there is one, `second_prompt` (of the second response, default: the prompt), `reference` (a right answer) and
 * `categories` (an object of texts). Other fields are passed over.
 */
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { MalformedRowsError, type RowFault } from "../synthetic-data/malformed-rows-error.ts";
import { parseCsvRecords } from "../synthetic-data/parse-csv-records.ts";
import { type ParsedRecords, parseJsonLinesRecords, parseJsonRecords } from "../synthetic-data/parse-records.ts";
import type { JudgedItem, JudgedPair, Winner } from "./judge.ts";

/** A pair, and which of its items people prefer. */
export interface LabelledPair {
  readonly pair: JudgedPair;
  readonly label: Winner;
}

/** An item, and how much it is what is looked for. */
export interface LabelledItem {
  readonly item: JudgedItem;
  /** In [0, 1]. */
  readonly label: number;
}

/** Labels of one file, at least one. */
export type JudgeLabels =
  | { readonly kind: "pairs"; readonly pairs: readonly LabelledPair[] }
  | { readonly kind: "scores"; readonly items: readonly LabelledItem[] };

/** How numbers among the labels are meant. */
export interface ReadLabelsOptions {
  /** What is 0 and what is 1 (default: 0 and 1). */
  readonly scale?: readonly [minimum: number, maximum: number];
}

type Fields = Readonly<Record<string, unknown>>;
type Faulty = { readonly fault: string };

/**
 * Reads labels; the first row says whether they are of pairs or scores. Throws StorageError, CorruptFileError and
 * InvalidArgumentError as readRows does, MalformedRowsError with every row that is wrong.
 */
export async function readLabels(path: string, { scale = [0, 1] }: ReadLabelsOptions = {}): Promise<JudgeLabels> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileSystemFailure(error, "to read", path);
  }
  const { records, faults: unread } = parse(bytes, path);
  const faults: RowFault[] = [...unread];
  const isFaulty = (row: object): row is Faulty => "fault" in row;
  const rows = <Row extends object>(readRow: (fields: Fields) => Row | Faulty): Row[] =>
    records.flatMap(({ line, value }) => {
      const row = isObject(value) ? readRow(value) : { fault: "not an object with fields" };
      if (!isFaulty(row)) return [row];
      faults.push({ line, fault: row.fault });
      return [];
    });
  const first = records[0]?.value;
  const ofPairs = isObject(first) && Object.hasOwn(first, "first") && !Object.hasOwn(first, "response");
  const labels: JudgeLabels = ofPairs
    ? { kind: "pairs", pairs: rows(pairOf) }
    : { kind: "scores", items: rows((fields) => itemOf(fields, scale)) };
  if (faults.length > 0) {
    const sorted = faults.toSorted((a, b) => a.line - b.line);
    throw new MalformedRowsError({
      path,
      unit: extname(path).toLowerCase() === ".json" ? "item" : "line",
      faults: sorted,
    });
  }
  if (records.length > 0) return labels;
  throw new InvalidArgumentError({
    expected: `at least one labelled row in ${quotedText(path, 1000)}`,
    received: "none",
    remedy: 'write rows such as {"prompt": ..., "first": ..., "second": ..., "label": "first"}',
  });
}

function parse(bytes: Uint8Array, path: string): ParsedRecords {
  switch (extname(path).toLowerCase()) {
    case ".jsonl":
    case ".ndjson":
      return parseJsonLinesRecords(bytes);
    case ".json":
      return parseJsonRecords(bytes, path);
    case ".csv":
      return parseCsvRecords(bytes, path, ",");
    case ".tsv":
      return parseCsvRecords(bytes, path, "\t");
    default:
      throw new InvalidArgumentError({
        expected: "a file of labels (.jsonl, .json, .csv, .tsv)",
        received: quotedText(path, 1000),
        remedy: "convert it, or give it one of these endings",
      });
  }
}

function pairOf(fields: Fields): LabelledPair | Faulty {
  const [prompt, one, other] = [textIn(fields, "prompt"), textIn(fields, "first"), textIn(fields, "second")];
  const missing = Object.entries({ prompt, first: one, second: other }).find(([, text]) => text === undefined);
  if (missing !== undefined) return { fault: `no text in the field ${missing[0]}` };
  const label = winners.get(String(fields.label).trim().toLowerCase());
  if (label === undefined)
    return { fault: `the label ${quotedText(String(fields.label), 30)} in place of first, second or tie` };
  const more = commonParts(fields);
  return {
    pair: {
      first: { prompt: prompt as string, response: one as string, ...more },
      second: { prompt: textIn(fields, "second_prompt") || (prompt as string), response: other as string, ...more },
    },
    label,
  };
}

const winners = new Map<string, Winner>([
  ["first", "first"],
  ["a", "first"],
  ["second", "second"],
  ["b", "second"],
  ["tie", "tie"],
]);

function itemOf(fields: Fields, scale: readonly [number, number]): LabelledItem | Faulty {
  const [prompt, response] = [textIn(fields, "prompt"), textIn(fields, "response")];
  if (prompt === undefined) return { fault: "no text in the field prompt" };
  if (response === undefined) return { fault: "no text in the field response (or first and second, for pairs)" };
  const label = labelValue(fields.label, scale);
  if (label === undefined)
    return {
      fault: `the label ${quotedText(String(fields.label), 30)} in place of a number from ${scale.join(" to ")}`,
    };
  return { item: { prompt, response, ...commonParts(fields) }, label };
}

const words = new Map([
  ["true", 1],
  ["false", 0],
  ["yes", 1],
  ["no", 0],
  ["unsafe", 1],
  ["safe", 0],
]);

function labelValue(label: unknown, [minimum, maximum]: readonly [number, number]): number | undefined {
  const text = String(label ?? "")
    .trim()
    .toLowerCase();
  const word = words.get(text);
  if (word !== undefined) return word;
  const value = text === "" ? Number.NaN : (Number(text) - minimum) / (maximum - minimum);
  return value >= 0 && value <= 1 ? value : undefined;
}

function commonParts(fields: Fields): Pick<JudgedItem, "reference" | "categories"> {
  const reference = textIn(fields, "reference");
  const categories = isObject(fields.categories)
    ? Object.entries(fields.categories).filter(([, label]) => typeof label === "string")
    : [];
  return {
    ...(reference !== undefined && reference !== "" && { reference }),
    ...(categories.length > 0 && { categories: Object.fromEntries(categories) as Record<string, string> }),
  };
}

function textIn(fields: Fields, name: string): string | undefined {
  const text = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof text === "string" ? text : undefined;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
