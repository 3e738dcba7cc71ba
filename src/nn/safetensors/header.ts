/**
 * The header of a safetensors file: u64 length n (little-endian), then n bytes of JSON
 * {"__metadata__": {name: text}, tensor: {"dtype", "shape", "data_offsets": [begin, end]}}, offsets relative to 8 + n.
 *
 * A header is untrusted: every field is checked, and the tensors must tile the data without gap or overlap (which also
 * rejects torn files and repeated names).
 */
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { type ElementType, elementFormats, elementTypeOf } from "./element-type.ts";

/** As in the reference implementation. */
export const maximumHeaderBytes = 100_000_000;

export const metadataName = "__metadata__";

export interface TensorEntry {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  /** Bytes from the start of the data. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: readonly TensorEntry[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the data starts in the file. */
  readonly dataStart: number;
}

/**
 * The number of header bytes announced by the first eight bytes of a file.
 * Throws CorruptFileError where the file cannot hold that many.
 */
export function parseHeaderLength(start: Uint8Array, fileBytes: number, source: string): number {
  if (fileBytes < 8 || start.byteLength < 8) {
    throw corrupt(source, "at least 8 bytes", `${fileBytes}`);
  }
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes)) {
    throw corrupt(source, `a header of at most ${maximumHeaderBytes} bytes`, `a claim of ${length}`);
  }
  if (8 + Number(length) > fileBytes) {
    throw corrupt(source, `a header of ${length} bytes`, `a file of ${fileBytes} bytes`);
  }
  return Number(length);
}

/**
 * Reads and checks a header.
 * @param header its JSON bytes @param dataBytes how many bytes follow it in the file
 * Throws CorruptFileError for anything that is not a sound header, UnsupportedCapabilityError for other element types.
 */
export function parseHeader(header: Uint8Array, dataBytes: number, source: string): SafetensorsHeader {
  const fields = parseObject(header, source);
  const metadata = parseMetadata(Object.hasOwn(fields, metadataName) ? fields[metadataName] : {}, source);
  const tensors: TensorEntry[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (name !== metadataName) tensors.push(parseEntry(name, value, source));
  }
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const tensor of tensors) {
    if (tensor.begin !== position) {
      const fault = tensor.begin < position ? "overlaps its predecessor" : "leaves a gap before it";
      throw corrupt(
        source,
        `tensor ${quotedText(tensor.name)} to begin at byte ${position}`,
        `${tensor.begin} (${fault})`,
      );
    }
    position = tensor.end;
  }
  if (position !== dataBytes) throw corrupt(source, `${position} bytes of tensor data`, `${dataBytes}`);
  return { tensors, metadata, dataStart: 8 + header.byteLength };
}

/** The first bytes of a file: length and JSON, padded with spaces so that the data starts at a multiple of eight. */
export function formatHeader(tensors: readonly TensorEntry[], metadata: ReadonlyMap<string, string>): Uint8Array {
  const fields: string[] = [];
  if (metadata.size > 0) {
    const pairs = [...metadata].map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
    fields.push(`${JSON.stringify(metadataName)}:{${pairs.join(",")}}`);
  }
  for (const { name, dtype, shape, begin, end } of tensors) {
    const entry = { dtype: elementFormats[dtype].code, shape, data_offsets: [begin, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(json.byteLength / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

function parseObject(header: Uint8Array, source: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
  } catch (error) {
    throw corrupt(source, "a header of JSON", "bytes that are none", error);
  }
  if (!isRecord(value)) throw corrupt(source, "a JSON object as header", kindOf(value));
  return value;
}

function parseMetadata(value: unknown, source: string): ReadonlyMap<string, string> {
  if (!isRecord(value)) throw corrupt(source, `an object as ${metadataName}`, kindOf(value));
  const metadata = new Map<string, string>();
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== "string") throw corrupt(source, `text as metadata ${quotedText(name)}`, kindOf(text));
    metadata.set(name, text);
  }
  return metadata;
}

function parseEntry(name: string, value: unknown, source: string): TensorEntry {
  const tensor = `tensor ${quotedText(name)}`;
  if (!isRecord(value)) throw corrupt(source, `an object for ${tensor}`, kindOf(value));
  const field = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const [code, shape, offsets] = [field("dtype"), field("shape"), field("data_offsets")];
  if (typeof code !== "string") throw corrupt(source, `a dtype for ${tensor}`, kindOf(code));
  if (!isSizes(shape)) throw corrupt(source, `a shape of whole numbers for ${tensor}`, kindOf(shape));
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw corrupt(source, `two byte offsets for ${tensor}`, kindOf(offsets));
  }
  const dtype = elementTypeOf(code);
  if (dtype === undefined) {
    const known = Object.values(elementFormats).map((format) => format.code);
    throw new UnsupportedCapabilityError({
      expected: `an element type of ${known.join(", ")} for ${tensor} of ${quotedText(source)}`,
      received: quotedText(code),
      remedy: "convert the file to one of these first",
    });
  }
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, size) => product * size, elementFormats[dtype].bytesPerElement);
  // A product above 2^53 is inexact, but then far above any difference of offsets within a file.
  if (end - begin !== bytes) {
    throw corrupt(source, `${bytes} bytes for ${tensor} of shape [${shape.join(", ")}]`, `${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "another list" : `a ${typeof value}`;
}

export function corrupt(source: string, expected: string, received: string, cause?: unknown): CorruptFileError {
  return new CorruptFileError({
    expected: `${expected} in the safetensors file ${quotedText(source)}`,
    received,
    remedy: "restore the file from its source or an earlier checkpoint",
    cause,
  });
}
