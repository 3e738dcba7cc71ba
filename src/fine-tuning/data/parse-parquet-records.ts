/** Parquet files as records, read by hyparquet. */
import { parquetReadObjects } from "hyparquet";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { parquetDecompressors } from "../../synthetic-data/parquet-codecs.ts";
import type { ParsedRecords } from "../../synthetic-data/parse-records.ts";

/** All rows. Throws CorruptFileError for what is no Parquet file, or one in a compression other than Snappy, gzip and Zstandard. */
export async function parseParquetRecords(bytes: Uint8Array, path: string): Promise<ParsedRecords> {
  try {
    // A buffer of the file's own: that of node:fs may be a part of a larger one.
    const file = new Uint8Array(bytes).buffer;
    const rows = await parquetReadObjects({ file, compressors: parquetDecompressors });
    return { records: rows.map((value, index) => ({ line: index + 1, value })), faults: [] };
  } catch (error) {
    throw new CorruptFileError({
      expected: `a Parquet file, uncompressed or in Snappy, gzip or Zstandard, in ${quotedText(path, 1000)}`,
      received: quotedText(error instanceof Error ? error.message : String(error)),
      remedy: "write it anew, or convert it to JSON Lines",
      cause: error,
    });
  }
}
