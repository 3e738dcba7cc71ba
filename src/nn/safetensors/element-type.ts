/** The element types of safetensors files that illume reads and writes, and how their bytes become typed arrays. */

/** bf16 and f16 are widened to 32 bits when read and rounded to nearest (ties to even) when written. */
export type ElementType = "f64" | "f32" | "f16" | "bf16" | "i64" | "i32" | "u8" | "bool";

/** A tensor's numbers in memory; half-precision floats are widened to Float32Array. */
export type TensorData = Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;

interface ElementFormat {
  /** The name in the file's header. */
  readonly code: string;
  readonly bytesPerElement: number;
  /** What `data` must be an instance of. */
  readonly array: new (
    length: number,
  ) => TensorData;
  decode(buffer: ArrayBuffer, offset: number, length: number): TensorData;
  encode(data: TensorData): Uint8Array;
}

interface ViewConstructor<Data> {
  new (buffer: ArrayBuffer, offset: number, length: number): Data;
  readonly BYTES_PER_ELEMENT: number;
}

/** A view where the offset is aligned, a copy elsewhere. */
function viewOf<Data>(array: ViewConstructor<Data>, buffer: ArrayBuffer, offset: number, length: number): Data {
  const width = array.BYTES_PER_ELEMENT;
  if (offset % width === 0) return new array(buffer, offset, length);
  return new array(buffer.slice(offset, offset + length * width), 0, length);
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function plainFormat(code: string, array: ViewConstructor<TensorData> & (new (length: number) => TensorData)) {
  return {
    code,
    bytesPerElement: array.BYTES_PER_ELEMENT,
    array,
    decode: (buffer: ArrayBuffer, offset: number, length: number) => viewOf(array, buffer, offset, length),
    encode: bytesOf,
  };
}

/** bfloat16 is the upper half of a float32. */
function decodeBrain(buffer: ArrayBuffer, offset: number, length: number): Float32Array {
  const halves = viewOf(Uint16Array, buffer, offset, length);
  const bits = new Uint32Array(length);
  for (let index = 0; index < length; index++) bits[index] = (halves[index] as number) << 16;
  return new Float32Array(bits.buffer);
}

function encodeBrain(data: TensorData): Uint8Array {
  const floats = data as Float32Array;
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let index = 0; index < halves.length; index++) {
    const word = bits[index] as number;
    // Rounding up could carry a NaN's payload into an infinity, so a NaN is kept quiet instead.
    if (Number.isNaN(floats[index])) halves[index] = (word >>> 16) | 0x40;
    else halves[index] = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return bytesOf(halves);
}

export const elementFormats: Readonly<Record<ElementType, ElementFormat>> = {
  f64: plainFormat("F64", Float64Array),
  f32: plainFormat("F32", Float32Array),
  f16: {
    code: "F16",
    bytesPerElement: 2,
    array: Float32Array,
    decode: (buffer, offset, length) => new Float32Array(viewOf(Float16Array, buffer, offset, length)),
    encode: (data) => bytesOf(new Float16Array(data as Float32Array)),
  },
  bf16: { code: "BF16", bytesPerElement: 2, array: Float32Array, decode: decodeBrain, encode: encodeBrain },
  i64: plainFormat("I64", BigInt64Array),
  i32: plainFormat("I32", Int32Array),
  u8: plainFormat("U8", Uint8Array),
  bool: plainFormat("BOOL", Uint8Array),
};

/** The element type of a name in a header, or undefined for one that illume does not read. */
export function elementTypeOf(code: string): ElementType | undefined {
  return (Object.keys(elementFormats) as ElementType[]).find((type) => elementFormats[type].code === code);
}
