/** CSV and TSV with a header (RFC 4180), read to the end although some records are malformed. */
import { type CsvError, type Info, parse } from "csv-parse/sync";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { terminalLine } from "../core/terminal-text.ts";
import type { RowFault } from "./malformed-rows-error.ts";
import type { ParsedRecords } from "./parse-records.ts";

interface CsvRow {
  readonly record: readonly string[];
  readonly info: Pick<Info, "lines">;
}

/** Records by the header's names, all values strings. Throws CorruptFileError for a bad header or other bytes than UTF-8. */
export function parseCsvRecords(bytes: Uint8Array, path: string, delimiter: "," | "\t"): ParsedRecords {
  const faults: RowFault[] = [];
  // With `info` every record comes as { record, info }, which the package's types leave out without `columns`.
  const rows = parse(decode(bytes, path), {
    delimiter,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error: CsvError | undefined) => {
      faults.push(faultOf(error));
      return undefined;
    },
  }) as unknown as CsvRow[];
  const first = rows[0];
  // A malformed header would be skipped as any other line, and the first record be taken for it.
  const fault = faults.find(({ line }) => first === undefined || (line > 0 && line < first.info.lines));
  if (fault !== undefined) throw badHeader(path, fault.fault);
  const header = first?.record ?? [];
  if (new Set(header).size < header.length) throw badHeader(path, terminalLine(header.join(", ")));
  const records = rows.slice(1).map(({ record, info }) => {
    // `info` counts to the record's last line.
    const lineEnds = record.reduce((sum, cell) => sum + cell.split("\n").length - 1, 0);
    return {
      line: info.lines - lineEnds,
      value: Object.fromEntries(header.map((name, column) => [name, record[column]])),
    };
  });
  const ends = [
    1,
    ...rows.map(({ info }) => info.lines),
    ...faults.filter((known) => known.line > 0).map(({ line }) => line),
  ];
  const afterLast = ends.reduce((greatest, line) => Math.max(greatest, line)) + 1;
  return { records, faults: faults.map((known) => (known.line > 0 ? known : { ...known, line: afterLast })) };
}

/** A quote that is never closed takes in the rest of the file; its line, marked 0 here, is the one after the last good one. */
function faultOf(error: CsvError | undefined): RowFault {
  if (error?.code === "CSV_QUOTE_NOT_CLOSED") return { line: 0, fault: "a quote that is not closed" };
  const lines = error?.lines;
  return { line: typeof lines === "number" ? lines : 0, fault: terminalLine(error?.message ?? "no CSV") };
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CorruptFileError({
      expected: `text in UTF-8 in ${JSON.stringify(path)}`,
      received: "other bytes",
      remedy: "save it as UTF-8",
      cause: error,
    });
  }
}

function badHeader(path: string, received: string): CorruptFileError {
  return new CorruptFileError({
    expected: `a first line with different column names in ${JSON.stringify(path)}`,
    received,
    remedy: "correct the header",
  });
}
