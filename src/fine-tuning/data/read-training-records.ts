/** Files to learn from: JSON Lines, JSON, CSV, TSV and Parquet; the format of the records is that of the first one. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { fileSystemFailure } from "../../core/errors/file-system-failure.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { MalformedRowsError, type RowFault } from "../../synthetic-data/malformed-rows-error.ts";
import { parseCsvRecords } from "../../synthetic-data/parse-csv-records.ts";
import { type ParsedRecords, parseJsonLinesRecords, parseJsonRecords } from "../../synthetic-data/parse-records.ts";
import { parseParquetRecords } from "./parse-parquet-records.ts";
import { type RecordFormat, type TrainingRecord, trainingRecord } from "./training-record.ts";

/** What a file holds to learn from. */
export interface TrainingRecords {
  readonly records: readonly TrainingRecord[];
  /** Where each record stands, from 1: its line, or its item or row. */
  readonly places: readonly number[];
  /** What a place counts. */
  readonly unit: "line" | "item" | "row";
  readonly format: RecordFormat;
  /** Records that were left out, on request. */
  readonly skipped: readonly RowFault[];
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string;
}

type Parse = (bytes: Uint8Array, path: string) => ParsedRecords | Promise<ParsedRecords>;

const formats: Readonly<Record<string, { readonly unit: TrainingRecords["unit"]; readonly parse: Parse }>> = {
  ".jsonl": { unit: "line", parse: parseJsonLinesRecords },
  ".ndjson": { unit: "line", parse: parseJsonLinesRecords },
  ".json": { unit: "item", parse: parseJsonRecords },
  ".csv": { unit: "line", parse: (bytes, path) => parseCsvRecords(bytes, path, ",") },
  ".tsv": { unit: "line", parse: (bytes, path) => parseCsvRecords(bytes, path, "\t") },
  ".parquet": { unit: "row", parse: parseParquetRecords },
};

/**
 * Reads a file for fine-tuning.
 * @param malformed what to do about records that are broken or of another format than the first (default "throw")
 * Throws StorageError where it cannot be read, InvalidArgumentError for an unknown kind of file and one without records,
 * CorruptFileError where it is not what its ending says, MalformedRowsError with every broken record and its place.
 */
export async function readTrainingRecords(
  path: string,
  malformed: "throw" | "skip" = "throw",
): Promise<TrainingRecords> {
  const kind = formats[extname(path).toLowerCase()];
  if (kind === undefined) {
    throw new InvalidArgumentError({
      expected: `a file to learn from (${Object.keys(formats).join(", ")})`,
      received: JSON.stringify(path),
      remedy: "convert it to one of these",
    });
  }
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileSystemFailure(error, "to read", path);
  });
  const parsed = await kind.parse(bytes, path);
  const faults = [...parsed.faults];
  const records: TrainingRecord[] = [];
  const places: number[] = [];
  for (const { line, value } of parsed.records) {
    const record = trainingRecord(value);
    const format = records[0]?.format;
    if ("fault" in record) faults.push({ line, fault: record.fault });
    else if (format !== undefined && record.format !== format) {
      faults.push({ line, fault: `${record.format}, in a file of ${format}` });
    } else {
      records.push(record);
      places.push(line);
    }
  }
  faults.sort((a, b) => a.line - b.line);
  if (faults.length > 0 && malformed === "throw") throw new MalformedRowsError({ path, unit: kind.unit, faults });
  const [first] = records;
  if (first === undefined) {
    throw new InvalidArgumentError({
      expected: "at least one example to learn from",
      received: `none in ${JSON.stringify(path)}`,
      remedy: 'write one example a line, e.g. {"prompt": "1 + 1 =", "completion": " 2"}',
    });
  }
  const checksum = createHash("sha256").update(bytes).digest("hex");
  return { records, places, unit: kind.unit, format: first.format, skipped: faults, checksum };
}
