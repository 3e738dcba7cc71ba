/**
 * GGUF files (ggml's format, versions 2 and 3, little-endian): metadata and where tensors are. A file is untrusted: all
 * counts and lengths are checked against the file's size before anything of that size is made.
 */
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { FileSlices } from "../pretrained/file-slices.ts";
import { dequantise, type GgufElementType, ggufElementTypes } from "./element-types.ts";

/** Whole numbers of 64 bits come as numbers: models have none above 2^53. */
export type GgufValue = number | boolean | string | readonly GgufValue[];

/** One tensor of a file, its numbers still there. */
export interface GgufTensor {
  readonly name: string;
  /** Row-major, as everywhere here (ggml names axes in the opposite order). */
  readonly shape: readonly number[];
  readonly type: GgufElementType;
  /** Bytes from the start of the file. */
  readonly position: number;
  readonly bytes: number;
}

const magic = 0x46554747;
const mostEntries = 100_000;
/** Vocabularies have below a million tokens. */
const longestList = 4_194_304;
const longestText = 16_777_216;
const mostAxes = 4;

/** An open GGUF file; `close` it after use. */
export class GgufFile {
  readonly path: string;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  readonly #slices: FileSlices;

  /**
   * Throws StorageError where the file cannot be read, CorruptFileError where it is torn or no GGUF file,
   * UnsupportedCapabilityError for other versions and element types.
   */
  constructor(path: string) {
    this.path = path;
    this.#slices = new FileSlices(path);
    try {
      const cursor = new Cursor(this.#slices);
      if (this.#slices.size < 24 || cursor.uint32() !== magic) {
        throw corrupt(path, "the letters GGUF at its start", "other bytes");
      }
      const version = cursor.uint32();
      if (version !== 2 && version !== 3) {
        throw unsupported(path, "version 2 or 3", `version ${version}`, "convert the model with a current llama.cpp");
      }
      const tensors = cursor.count("tensors", mostEntries);
      const entries = cursor.count("metadata entries", mostEntries);
      const metadata = new Map<string, GgufValue>();
      for (let entry = 0; entry < entries; entry++) {
        const name = cursor.text();
        metadata.set(name, cursor.value(cursor.uint32(), 0));
      }
      this.metadata = metadata;
      this.tensors = readTensors(cursor, tensors, metadata, this.#slices.size);
    } catch (error) {
      this.#slices.close();
      throw error;
    }
  }

  /** The bytes of a tensor as the file has them. Throws CorruptFileError where the file was cut off. */
  bytesOf(tensor: GgufTensor): Uint8Array<ArrayBuffer> {
    return this.#slices.read(tensor.position, tensor.bytes);
  }

  /** A tensor's numbers. Throws CorruptFileError where the file was cut off. */
  numbersOf(tensor: GgufTensor): Float32Array<ArrayBuffer> {
    const numbers = new Float32Array(tensor.shape.reduce((product, size) => product * size, 1));
    dequantise(tensor.type, this.bytesOf(tensor), numbers);
    return numbers;
  }

  close(): void {
    this.#slices.close();
  }
}

function readTensors(
  cursor: Cursor,
  count: number,
  metadata: ReadonlyMap<string, GgufValue>,
  fileBytes: number,
): ReadonlyMap<string, GgufTensor> {
  const found = Array.from({ length: count }, () => {
    const name = cursor.text();
    const axes = cursor.uint32();
    if (axes > mostAxes) throw corrupt(cursor.path, `at most ${mostAxes} axes of ${quotedText(name)}`, `${axes}`);
    const shape = Array.from({ length: axes }, () => cursor.uint64()).reverse();
    const number = cursor.uint32();
    const type = ggufElementTypes.get(number);
    if (type === undefined) {
      const known = [...ggufElementTypes.values()].map((known) => known.name).join(", ");
      const remedy = "choose a file of one of these types, e.g. one that ends in Q8_0.gguf or Q4_K_M.gguf";
      throw unsupported(cursor.path, `an element type of ${known} for ${quotedText(name)}`, `type ${number}`, remedy);
    }
    return { name, shape, type, offset: cursor.uint64() };
  });
  const alignment = metadata.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || !(alignment >= 1 && alignment <= 65_536 && Number.isInteger(alignment))) {
    throw corrupt(cursor.path, "an alignment from 1 to 65,536", quotedText(String(alignment)));
  }
  const start = Math.ceil(cursor.position / alignment) * alignment;
  const tensors = new Map<string, GgufTensor>();
  for (const { name, shape, type, offset } of found) {
    const numbers = shape.reduce((product, size) => product * size, 1);
    const row = shape.at(-1) ?? 1;
    if (numbers === 0 || row % type.blockSize !== 0 || tensors.has(name)) {
      const expected = `one tensor ${quotedText(name)} with rows of whole blocks of ${type.blockSize}`;
      throw corrupt(cursor.path, expected, tensors.has(name) ? "two" : `shape [${shape.join(", ")}]`);
    }
    const [position, bytes] = [start + offset, (numbers / type.blockSize) * type.blockBytes];
    if (position + bytes > fileBytes) {
      throw corrupt(cursor.path, `tensor ${quotedText(name)} up to byte ${position + bytes}`, `${fileBytes} bytes`);
    }
    tensors.set(name, { name, shape, type, position, bytes });
  }
  return tensors;
}

/** Reads a header from its start on, a window of the file at a time. */
class Cursor {
  readonly path: string;
  position = 0;
  readonly #slices: FileSlices;
  #window = new Uint8Array();
  #view = new DataView(this.#window.buffer);
  #windowStart = 0;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  constructor(slices: FileSlices) {
    this.#slices = slices;
    this.path = slices.path;
  }

  /** Where the next `length` bytes are in the window. */
  #take(length: number): number {
    if (this.position < this.#windowStart || this.position + length > this.#windowStart + this.#window.length) {
      const rest = this.#slices.size - this.position;
      this.#window = this.#slices.read(this.position, Math.max(length, Math.min(rest, 1_048_576)));
      this.#view = new DataView(this.#window.buffer);
      this.#windowStart = this.position;
    }
    const at = this.position - this.#windowStart;
    this.position += length;
    return at;
  }

  uint32(): number {
    const at = this.#take(4);
    return this.#view.getUint32(at, true);
  }

  uint64(): number {
    const at = this.#take(8);
    return this.#whole(this.#view.getBigUint64(at, true));
  }

  #whole(value: bigint): number {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw corrupt(this.path, "whole numbers below 2^53", String(value));
    return number;
  }

  count(of: string, most: number): number {
    const count = this.uint64();
    if (count > most) throw corrupt(this.path, `at most ${most} ${of}`, String(count));
    return count;
  }

  text(): string {
    const length = this.count("bytes in a text", longestText);
    const at = this.#take(length);
    return this.#decoder.decode(this.#window.subarray(at, at + length));
  }

  /** A value of a type by its number in the file. */
  value(type: number, depth: number): GgufValue {
    const number = this.#number(type);
    if (number !== undefined) return type === 7 ? number !== 0 : number;
    if (type === 8) return this.text();
    if (type !== 9 || depth > 1) throw corrupt(this.path, "a metadata value of a known type", `type ${type}`);
    const element = this.uint32();
    const length = this.count("values in a list", longestList);
    const list: GgufValue[] = [];
    for (let index = 0; index < length; index++) list.push(this.value(element, depth + 1));
    return list;
  }

  #number(type: number): number | undefined {
    const width = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8][type] ?? 0;
    if (width === 0) return undefined;
    const at = this.#take(width);
    const view = this.#view;
    if (type === 0 || type === 7) return view.getUint8(at);
    if (type === 1) return view.getInt8(at);
    if (type === 2) return view.getUint16(at, true);
    if (type === 3) return view.getInt16(at, true);
    if (type === 4) return view.getUint32(at, true);
    if (type === 5) return view.getInt32(at, true);
    if (type === 6) return view.getFloat32(at, true);
    if (type === 12) return view.getFloat64(at, true);
    return this.#whole(type === 10 ? view.getBigUint64(at, true) : view.getBigInt64(at, true));
  }
}

export function corrupt(path: string, expected: string, received: string): CorruptFileError {
  return new CorruptFileError({
    expected: `${expected} in the GGUF file ${quotedText(path, 1000)}`,
    received,
    remedy: "fetch the file again, or name another one",
  });
}

function unsupported(path: string, expected: string, received: string, remedy: string): UnsupportedCapabilityError {
  return new UnsupportedCapabilityError({
    expected: `${expected} in the GGUF file ${quotedText(path, 1000)}`,
    received,
    remedy,
  });
}
