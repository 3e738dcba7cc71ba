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
    const texts = new TextBytes();
    const columnData = (column: ParquetColumn) => encoded(column, texts);
    const schema = schemaFromColumnData({ columnData: columnsOf(0, 0).map(columnData) });
    const parquet = new ParquetWriter({ writer, schema, codec, compressors: parquetCompressors });
    for (let from = 0; from < rows; from += rowsInGroup) {
      texts.clear();
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
function encoded({ name, type, data }: ParquetColumn, texts: TextBytes) {
  if (type !== "STRING") return { name, type, data: [...data] };
  // The least and the greatest of texts help nobody to leave pages out.
  const column = { name, type, statistics: false };
  const first = data.slice(0, rowsLookedAt);
  if (new Set(first).size <= first.length / 2) {
    return { ...column, data: data.map((text) => text?.toWellFormed() ?? null) };
  }
  return { ...column, encoding: "PLAIN" as const, data: texts.encode(data) };
}

/** Whether texts repeat, so that a dictionary pays, is seen in as many. */
const rowsLookedAt = 100;

/** UTF-8 of a row group's texts in one block, which the next group takes over: a block a text costs more than the texts. */
class TextBytes {
  #block = Buffer.allocUnsafeSlow(2 ** 20);
  #used = 0;

  clear(): void {
    this.#used = 0;
  }

  encode(texts: readonly (string | null)[]): (Uint8Array | null)[] {
    let size = 0;
    for (const text of texts) if (text !== null) size += Buffer.byteLength(text);
    if (this.#used + size > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(2 * this.#block.length, size));
      this.#used = 0;
    }
    return texts.map((text) => {
      if (text === null) return null;
      const from = this.#used;
      this.#used += this.#block.write(text, from);
      return new Uint8Array(this.#block.buffer, from, this.#used - from);
    });
  }
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
