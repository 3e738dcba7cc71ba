/**
 * The element types of GGUF files: how a block of bytes becomes numbers. Layouts are those of ggml (ggml-common.h); the
 * numbers are equal to the bit to those of the Python package `gguf`, which computes in float32 throughout.
 */

/** One element type. Bytes of a tensor are blocks one after the other; a row is a whole number of blocks. */
export interface GgufElementType {
  readonly name: string;
  /** Numbers in a block. */
  readonly blockSize: number;
  readonly blockBytes: number;
  /** Writes the numbers of the block at `from` to `target` from `to` on. */
  readonly decode: (bytes: Uint8Array, from: number, target: Float32Array, to: number) => void;
}

/** Half-precision numbers by their 16 bits: blocks are not aligned to them. */
const halves = new Float32Array(new Float16Array(Uint16Array.from({ length: 65_536 }, (_, bits) => bits).buffer));
const word = (bytes: Uint8Array, at: number) => (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
const half = (bytes: Uint8Array, at: number) => halves[word(bytes, at)] as number;
const byte = (bytes: Uint8Array, at: number) => bytes[at] as number;
const signedByte = (bytes: Uint8Array, at: number) => ((bytes[at] as number) << 24) >> 24;

const floatBits = new Uint32Array(1);
const floatOfBits = new Float32Array(floatBits.buffer);
function float(bits: number): number {
  floatBits[0] = bits;
  return floatOfBits[0] as number;
}

/**
 * A block of 32 numbers of four bits, the low halves of 16 bytes and then the high ones; a fifth bit of each, where there
 * is one, comes in four bytes before them. Before all that stands the scale, and the minimum where numbers have one;
 * without it they are around zero. (Loops without calls: a file holds millions of blocks, of several of these types.)
 */
function aroundZero(bytes: Uint8Array, from: number, target: Float32Array, to: number, fifthBit: boolean): void {
  const scale = half(bytes, from);
  const highs = fifthBit ? word(bytes, from + 2) | (word(bytes, from + 4) << 16) : 0;
  const lows = from + (fifthBit ? 6 : 2);
  const zero = fifthBit ? 16 : 8;
  for (let index = 0; index < 16; index++) {
    const pair = byte(bytes, lows + index);
    target[to + index] = scale * (((pair & 15) | (((highs >>> index) & 1) << 4)) - zero);
    target[to + 16 + index] = scale * (((pair >> 4) | (((highs >>> (16 + index)) & 1) << 4)) - zero);
  }
}

function aboveMinimum(bytes: Uint8Array, from: number, target: Float32Array, to: number, fifthBit: boolean): void {
  const scale = half(bytes, from);
  const minimum = half(bytes, from + 2);
  const highs = fifthBit ? word(bytes, from + 4) | (word(bytes, from + 6) << 16) : 0;
  const lows = from + (fifthBit ? 8 : 4);
  for (let index = 0; index < 16; index++) {
    const pair = byte(bytes, lows + index);
    const low = (pair & 15) | (((highs >>> index) & 1) << 4);
    const high = (pair >> 4) | (((highs >>> (16 + index)) & 1) << 4);
    target[to + index] = Math.fround(scale * low) + minimum;
    target[to + 16 + index] = Math.fround(scale * high) + minimum;
  }
}

/** Scale and minimum of one of the eight parts of a block of 256: six bits each, packed into twelve bytes. */
function scaleAndMinimum(bytes: Uint8Array, from: number, part: number): [scale: number, minimum: number] {
  const [first, second] = [byte(bytes, from + (part % 4)), byte(bytes, from + 4 + (part % 4))];
  if (part < 4) return [first & 63, second & 63];
  const rest = byte(bytes, from + 4 + part);
  return [(rest & 15) | ((first >> 2) & 48), (rest >> 4) | ((second >> 2) & 48)];
}

/** Blocks of 256 in eight parts of 32, each with a scale and a minimum; high bits, where there are any, come first. */
function decodeParts(bytes: Uint8Array, from: number, target: Float32Array, to: number, highBits: boolean): void {
  const scale = half(bytes, from);
  const minimum = half(bytes, from + 2);
  const highs = from + 16;
  const lows = highs + (highBits ? 32 : 0);
  for (let part = 0; part < 8; part++) {
    const [partScale, partMinimum] = scaleAndMinimum(bytes, from + 4, part);
    const factor = Math.fround(scale * partScale);
    const offset = Math.fround(minimum * partMinimum);
    for (let index = 0; index < 32; index++) {
      const pair = byte(bytes, lows + 32 * (part >> 1) + index);
      const low = part % 2 === 0 ? pair & 15 : pair >> 4;
      const high = highBits ? ((byte(bytes, highs + index) >> part) & 1) << 4 : 0;
      target[to + 32 * part + index] = Math.fround(factor * (low | high)) - offset;
    }
  }
}

/** By the type's number in the file. */
export const ggufElementTypes: ReadonlyMap<number, GgufElementType> = new Map<number, GgufElementType>([
  [
    0,
    {
      name: "F32",
      blockSize: 1,
      blockBytes: 4,
      decode: (bytes, from, target, to) => {
        target[to] = float(word(bytes, from) | (word(bytes, from + 2) << 16));
      },
    },
  ],
  [
    1,
    {
      name: "F16",
      blockSize: 1,
      blockBytes: 2,
      decode: (bytes, from, target, to) => {
        target[to] = half(bytes, from);
      },
    },
  ],
  [
    30,
    {
      name: "BF16",
      blockSize: 1,
      blockBytes: 2,
      decode: (bytes, from, target, to) => {
        target[to] = float(word(bytes, from) << 16);
      },
    },
  ],
  [
    2,
    {
      name: "Q4_0",
      blockSize: 32,
      blockBytes: 18,
      decode: (bytes, from, target, to) => aroundZero(bytes, from, target, to, false),
    },
  ],
  [
    3,
    {
      name: "Q4_1",
      blockSize: 32,
      blockBytes: 20,
      decode: (bytes, from, target, to) => aboveMinimum(bytes, from, target, to, false),
    },
  ],
  [
    6,
    {
      name: "Q5_0",
      blockSize: 32,
      blockBytes: 22,
      decode: (bytes, from, target, to) => aroundZero(bytes, from, target, to, true),
    },
  ],
  [
    7,
    {
      name: "Q5_1",
      blockSize: 32,
      blockBytes: 24,
      decode: (bytes, from, target, to) => aboveMinimum(bytes, from, target, to, true),
    },
  ],
  [
    8,
    {
      name: "Q8_0",
      blockSize: 32,
      blockBytes: 34,
      decode: (bytes, from, target, to) => {
        const scale = half(bytes, from);
        for (let index = 0; index < 32; index++) target[to + index] = scale * signedByte(bytes, from + 2 + index);
      },
    },
  ],
  [
    12,
    {
      name: "Q4_K",
      blockSize: 256,
      blockBytes: 144,
      decode: (bytes, from, target, to) => decodeParts(bytes, from, target, to, false),
    },
  ],
  [
    13,
    {
      name: "Q5_K",
      blockSize: 256,
      blockBytes: 176,
      decode: (bytes, from, target, to) => decodeParts(bytes, from, target, to, true),
    },
  ],
  [
    14,
    {
      name: "Q6_K",
      blockSize: 256,
      blockBytes: 210,
      decode: (bytes, from, target, to) => {
        const scale = half(bytes, from + 208);
        for (let index = 0; index < 256; index++) {
          // Halves of 128: low bits in 64 bytes (their low halves first), high bits in 32 bytes, two for each quarter.
          const [part, place] = [index >> 7, index & 127];
          const pair = byte(bytes, from + 64 * part + (place & 63));
          const low = place < 64 ? pair & 15 : pair >> 4;
          const high = (byte(bytes, from + 128 + 32 * part + (place & 31)) >> (2 * (place >> 5))) & 3;
          const factor = Math.fround(scale * signedByte(bytes, from + 192 + (index >> 4)));
          target[to + index] = factor * ((low | (high << 4)) - 32);
        }
      },
    },
  ],
]);

/** The numbers of whole blocks of a type. */
export function dequantise(type: GgufElementType, bytes: Uint8Array, target: Float32Array): void {
  const blocks = target.length / type.blockSize;
  for (let block = 0; block < blocks; block++) {
    type.decode(bytes, block * type.blockBytes, target, block * type.blockSize);
  }
}
