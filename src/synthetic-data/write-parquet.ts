/** Tables as Parquet files, which data-set libraries and databases read fastest. */
import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { AtomicFile } from "../core/atomic-file.ts";
import { parquetCompressors } from "./parquet-codecs.ts";

/** A column; null where a row has no value. Texts are written as UTF-8: a lone surrogate becomes U+FFFD. */
export type ParquetColumn = { readonly name: string } & (
  | { readonly type: "STRING"; readonly data: readonly (string | null)[] }
  | { readonly type: "DOUBLE" | "INT32"; readonly data: readonly (number | null)[] }
  | { readonly type: "BOOLEAN"; readonly data: readonly (boolean | null)[] }
);

/** Rows a group: what is encoded and compressed at a time, and held in memory. */
const rowsInGroup = 10_000;

/**
 * Writes a table, compressed by Zstandard, replacing a file of that name once all is written. Throws StorageError.
 *
 * @param rows how many
 * @param columnsOf the columns of rows from `from` to before `to`, the same ones whatever the rows; asked for in order
 */
export function writeParquet(
  path: string,
  rows: number,
  columnsOf: (from: number, to: number) => readonly ParquetColumn[],
): void {
  const file = new AtomicFile(path);
  try {
    const codec = "ZSTD";
    const writer = new FileBytes(file);
    const schema = schemaFromColumnData({ columnData: columnsOf(0, 0).map(columnData) });
    const parquet = new ParquetWriter({ writer, schema, codec, compressors: parquetCompressors });
    for (let from = 0; from < rows; from += rowsInGroup) {
      const group = columnsOf(from, Math.min(rows, from + rowsInGroup)).map(columnData);
      parquet.write({ columnData: group, rowGroupSize: rowsInGroup });
    }
    parquet.finish();
    file.commit();
  } finally {
    file.discard();
  }
}

// Without a value in it a column has no values to guess a type from, and no bounds to tell.
function columnData({ name, type, data }: ParquetColumn) {
  if (type !== "STRING") return { name, type, data: [...data] };
  // The least and the greatest of texts help nobody to leave pages out.
  return { name, type, data: data.map((text) => text?.toWellFormed() ?? null), statistics: false };
}

/** Collects a row group's bytes, and gives them to the file. */
class FileBytes extends ByteWriter {
  readonly #file: AtomicFile;

  constructor(file: AtomicFile) {
    super();
    this.#file = file;
  }

  flush(): void {
    this.#file.write(this.getBytes());
    this.index = 0;
  }

  override finish(): void {
    this.flush();
  }
}
