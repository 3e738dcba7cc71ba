/**
 * Tensors in files of the safetensors format (huggingface/safetensors): written atomically and with a checksum,
 * checked when read.
 */
import { createHash, type Hash } from "node:crypto";
import fs from "node:fs";
import { writeFileAtomic } from "../core/atomic-file.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { type ElementType, elementFormats, type TensorData } from "./safetensors/element-type.ts";
import {
  corrupt,
  formatHeader,
  maximumHeaderBytes,
  metadataName,
  parseHeader,
  parseHeaderLength,
  type SafetensorsHeader,
  type TensorEntry,
} from "./safetensors/header.ts";

export type { ElementType, TensorData } from "./safetensors/element-type.ts";

/** The metadata entry with the SHA-256 (hexadecimal) of all tensor data; it is not part of `metadata`. */
export const checksumName = "illume.sha256";

/** A tensor as a file holds it; `data` is row-major, and f16 and bf16 have it as a Float32Array. */
export interface StoredTensor {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** By name, in the order of the file. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A tensor to write; where `dtype` is missing it is that of `data` (f32 for Float32Array, and so on). */
export interface WritableTensor {
  readonly dtype?: ElementType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** How to write a safetensors file. */
export interface SafetensorsWriteOptions {
  /** Texts that travel with the tensors. */
  readonly metadata?: ReadonlyMap<string, string>;
  /** Stores every Float32Array in this type, unless its tensor names one: "f16" halves a checkpoint. */
  readonly floatType?: "f32" | "f16" | "bf16";
}

/**
 * Reads a whole file. Several tensors may be views of one buffer.
 * Throws StorageError where it cannot be read, CorruptFileError where it is torn or no safetensors file, and
 * UnsupportedCapabilityError for element types other than those of `ElementType`.
 */
export function readSafetensors(path: string): SafetensorsFile {
  let buffer: ArrayBuffer;
  let header: SafetensorsHeader;
  try {
    const descriptor = fs.openSync(path, "r");
    try {
      const fileBytes = fs.fstatSync(descriptor).size;
      const start = readRange(descriptor, 0, Math.min(8, fileBytes), path);
      const headerBytes = parseHeaderLength(start, fileBytes, path);
      const dataBytes = fileBytes - 8 - headerBytes;
      header = parseHeader(readRange(descriptor, 8, headerBytes, path), dataBytes, path);
      buffer = readRange(descriptor, header.dataStart, dataBytes, path).buffer;
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    throw fileSystemFailure(error, "to read", path);
  }
  return assemble(header, buffer, path);
}

/** Reads a file's bytes; `source` names them in errors. Throws as `readSafetensors` does. */
export function parseSafetensors(bytes: Uint8Array, source = "bytes"): SafetensorsFile {
  const headerBytes = parseHeaderLength(bytes, bytes.byteLength, source);
  const dataStart = 8 + headerBytes;
  const header = parseHeader(bytes.subarray(8, dataStart), bytes.byteLength - dataStart, source);
  // Not bytes.slice(), which for a Buffer shares the memory.
  return assemble(header, new Uint8Array(bytes.subarray(dataStart)).buffer, source);
}

/**
 * Writes a file atomically, with a checksum.
 * Throws ShapeError where a shape does not fit its data, InvalidArgumentError where the data is not of its element
 * type, NumericalError where a finite number has no finite f16, StorageError where the file cannot be written.
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, WritableTensor>,
  options: SafetensorsWriteOptions = {},
): void {
  writeFileAtomic(path, chunksOf(tensors, options));
}

/** The bytes that `writeSafetensors` writes: equal tensors and metadata give equal bytes. */
export function serializeSafetensors(
  tensors: ReadonlyMap<string, WritableTensor>,
  options: SafetensorsWriteOptions = {},
): Uint8Array {
  return new Uint8Array(Buffer.concat(chunksOf(tensors, options)));
}

function chunksOf(tensors: ReadonlyMap<string, WritableTensor>, options: SafetensorsWriteOptions): Uint8Array[] {
  const typed = [...tensors].map(([name, tensor]) => ({
    name,
    shape: tensor.shape,
    data: tensor.data,
    dtype: tensor.dtype ?? naturalType(tensor.data, options.floatType),
  }));
  // Wide elements first keeps every tensor aligned; then by name (in UTF-8), as the reference implementation does.
  const width = (type: ElementType): number => elementFormats[type].bytesPerElement;
  typed.sort((a, b) => width(b.dtype) - width(a.dtype) || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const hash = createHash("sha256");
  const chunks: Uint8Array[] = [];
  const entries: TensorEntry[] = [];
  let begin = 0;
  for (const { name, dtype, shape, data } of typed) {
    const bytes = encode(name, dtype, shape, data);
    updateHash(hash, bytes);
    chunks.push(bytes);
    entries.push({ name, dtype, shape, begin, end: begin + bytes.byteLength });
    begin += bytes.byteLength;
  }
  const header = formatHeader(entries, new Map([...(options.metadata ?? []), [checksumName, hash.digest("hex")]]));
  if (header.byteLength - 8 > maximumHeaderBytes) {
    throw new InvalidArgumentError({
      expected: `names and metadata of at most ${maximumHeaderBytes} bytes`,
      received: `${header.byteLength - 8}`,
      remedy: "store long texts in a file of their own",
    });
  }
  return [header, ...chunks];
}

function naturalType(data: TensorData, floatType: ElementType = "f32"): ElementType {
  if (data instanceof Float32Array) return floatType;
  if (data instanceof Float64Array) return "f64";
  if (data instanceof BigInt64Array) return "i64";
  return data instanceof Int32Array ? "i32" : "u8";
}

function encode(name: string, dtype: ElementType, shape: readonly number[], data: TensorData): Uint8Array {
  const format = elementFormats[dtype];
  if (name === metadataName || !(data instanceof format.array)) {
    throw new InvalidArgumentError({
      expected: `a ${format.array.name} for the tensor ${quotedText(name)} of type ${dtype}`,
      received: name === metadataName ? "a name that the format reserves" : `a ${data.constructor.name}`,
      remedy: name === metadataName ? "rename the tensor" : "convert the data or leave the dtype out",
    });
  }
  const whole = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!whole || shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new ShapeError({
      expected: `as many numbers as the shape [${shape.join(", ")}] of ${quotedText(name)} has`,
      received: `${data.length}`,
      remedy: "pass the tensor's own shape",
    });
  }
  if (dtype === "f16") requireHalfRange(name, data as Float32Array);
  return format.encode(data);
}

/** The first number above this rounds to infinity in f16 (largest finite value 65,504, next step 65,536, tie up). */
const halfOverflow = 65_520;

function requireHalfRange(name: string, data: Float32Array): void {
  for (let index = 0; index < data.length; index++) {
    const size = Math.abs(data[index] as number);
    if (size >= halfOverflow && size < Infinity) {
      throw new NumericalError({
        expected: `numbers below ${halfOverflow} in ${quotedText(name)}, to store it as f16`,
        received: `${data[index]} at index ${index}`,
        remedy: "store this tensor as f32 or bf16",
      });
    }
  }
}

function assemble(header: SafetensorsHeader, buffer: ArrayBuffer, source: string): SafetensorsFile {
  const metadata = new Map(header.metadata);
  const checksum = metadata.get(checksumName);
  metadata.delete(checksumName);
  if (checksum !== undefined) {
    const actual = updateHash(createHash("sha256"), new Uint8Array(buffer)).digest("hex");
    if (actual !== checksum) throw corrupt(source, `tensor data with the SHA-256 ${checksum.slice(0, 64)}`, actual);
  }
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, begin, end } of header.tensors) {
    const { decode, bytesPerElement } = elementFormats[dtype];
    tensors.set(name, { dtype, shape, data: decode(buffer, begin, (end - begin) / bytesPerElement) });
  }
  return { tensors, metadata };
}

/** In pieces, because node:crypto takes less than 2 GiB at once. */
function updateHash(hash: Hash, bytes: Uint8Array): Hash {
  for (let begin = 0; begin < bytes.byteLength; begin += 2 ** 30) hash.update(bytes.subarray(begin, begin + 2 ** 30));
  return hash;
}

/** Bytes of an open file into a buffer of their own. Throws CorruptFileError where it ends before. */
function readRange(descriptor: number, position: number, length: number, source: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const count = fs.readSync(descriptor, bytes, done, Math.min(length - done, 2 ** 30), position + done);
    if (count === 0) throw corrupt(source, `${length} bytes at ${position}`, `${done} (the file shrank)`);
    done += count;
  }
  return bytes;
}
