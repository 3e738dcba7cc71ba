/** Parts of a file that may be larger than memory. */
import fs from "node:fs";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../../core/errors/file-system-failure.ts";
import { quotedText } from "../../core/quoted-text.ts";

/** A file that is open for reading; `close` it after use. */
export class FileSlices {
  readonly path: string;
  /** Bytes of the file when it was opened. */
  readonly size: number;
  readonly #descriptor: number;

  /** Throws StorageError where the file cannot be opened. */
  constructor(path: string) {
    this.path = path;
    try {
      this.#descriptor = fs.openSync(path, "r");
      this.size = fs.fstatSync(this.#descriptor).size;
    } catch (error) {
      throw fileSystemFailure(error, "to read", path);
    }
  }

  /** Fills an array's bytes from a position of the file on. Throws CorruptFileError where the file ends before. */
  readInto(position: number, target: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>): void {
    const length = target.byteLength;
    if (position + length > this.size) throw this.#ended(position, length);
    for (let done = 0; done < length; ) {
      const wanted = Math.min(length - done, 2 ** 30);
      let count: number;
      try {
        count = fs.readSync(this.#descriptor, target, done, wanted, position + done);
      } catch (error) {
        throw fileSystemFailure(error, "to read", this.path);
      }
      if (count === 0) throw this.#ended(position, length);
      done += count;
    }
  }

  /** Bytes from a position on. Throws CorruptFileError where the file ends before, so that no claim takes memory. */
  read(position: number, length: number): Uint8Array<ArrayBuffer> {
    if (position + length > this.size) throw this.#ended(position, length);
    const bytes = new Uint8Array(length);
    this.readInto(position, bytes);
    return bytes;
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }

  #ended(position: number, length: number): CorruptFileError {
    return new CorruptFileError({
      expected: `${length} bytes from byte ${position} on in ${quotedText(this.path, 1000)}`,
      received: `a file of ${this.size} bytes`,
      remedy: "fetch the file again: it was cut off",
    });
  }
}
