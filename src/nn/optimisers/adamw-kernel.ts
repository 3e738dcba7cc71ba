/**
 * AdamW's step on four numbers at a time: a WebAssembly function of one loop, because JavaScript has no vector
 * instructions. Arithmetic is in single precision. The arrays are copied through the module's memory in pieces that stay
 * in the processor's nearest caches, so that parameters can live anywhere.
 */

/** Numbers in a piece, and bytes. */
const pieceLength = 4096;
const pieceSize = 4 * pieceLength;
/** Where the pieces of weights, both moments and gradients stand in the module's memory. */
const offsets = { w: 0, m: pieceSize, v: 2 * pieceSize, g: 3 * pieceSize } as const;
type ArrayName = keyof typeof offsets;
const pageSize = 0x10000;

/** What multiplies, in the order of the function's parameters after the length in bytes. */
const factorNames = ["scale", "beta1", "rest1", "beta2", "rest2", "rate", "correction", "keep", "epsilon"] as const;
type FactorName = (typeof factorNames)[number];
export type AdamWFactors = Readonly<Record<FactorName, number>>;

// The binary format: WebAssembly core specification 2.0, chapter 5.
type Code = readonly number[];
const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;

function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
const getLocal = (index: number): Code => [0x20, ...unsigned(index)];
const setLocal = (index: number): Code => [0x21, ...unsigned(index)];
const vector = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const splat = (a: Code): Code => [...a, ...vector(0x13)];
const sqrt = (a: Code): Code => [...a, ...vector(0xe3)];
const add = (a: Code, b: Code): Code => [...a, ...b, ...vector(0xe4)];
const sub = (a: Code, b: Code): Code => [...a, ...b, ...vector(0xe5)];
const mul = (a: Code, b: Code): Code => [...a, ...b, ...vector(0xe6)];
const div = (a: Code, b: Code): Code => [...a, ...b, ...vector(0xe7)];
const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const text = (characters: string): Code => [characters.length, ...Buffer.from(characters)];

/** Locals: the length, the factors, the factors four times over, then these. */
const length = 0;
const spreadFactors = 1 + factorNames.length;
const position = spreadFactors + factorNames.length;
const [gradient, first, second] = [position + 1, position + 2, position + 3];

const factor = (name: FactorName): Code => getLocal(spreadFactors + factorNames.indexOf(name));
/** Aligned to 2^4 bytes. */
const load = (name: ArrayName): Code => [...getLocal(position), ...vector(0x00), 4, ...unsigned(offsets[name])];
const store = (name: ArrayName, value: Code): Code => [
  ...getLocal(position),
  ...value,
  ...vector(0x0b),
  4,
  ...unsigned(offsets[name]),
];

/** The formulas of stepAdamW for the four numbers at the position. */
const formulas: Code = [
  ...mul(load("g"), factor("scale")),
  ...setLocal(gradient),
  ...add(mul(load("m"), factor("beta1")), mul(getLocal(gradient), factor("rest1"))),
  ...setLocal(first),
  ...add(mul(load("v"), factor("beta2")), mul(mul(getLocal(gradient), factor("rest2")), getLocal(gradient))),
  ...setLocal(second),
  ...store("m", getLocal(first)),
  ...store("v", getLocal(second)),
  ...store(
    "w",
    sub(
      mul(load("w"), factor("keep")),
      div(
        mul(getLocal(first), factor("rate")),
        add(mul(sqrt(getLocal(second)), factor("correction")), factor("epsilon")),
      ),
    ),
  ),
];

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const spread = factorNames.flatMap((_, index) => [...splat(getLocal(1 + index)), ...setLocal(spreadFactors + index)]);
  // loop { formulas; position += 16; if position < length, again }
  const advance: Code = [...getLocal(position), 0x41, 16, 0x6a, 0x22, ...unsigned(position)];
  const loop: Code = [0x03, 0x40, ...formulas, ...advance, ...getLocal(length), 0x49, 0x0d, 0, 0x0b];
  const locals: Code = [3, factorNames.length, types.v128, 1, types.i32, 3, types.v128];
  const body: Code = [...locals, ...spread, ...loop, 0x0b];
  const parameters: Code = [types.i32, ...factorNames.map(() => types.f32)];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, parameters.length, ...parameters, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0x00, (4 * pieceSize) / pageSize]),
    ...section(7, [2, ...text("step"), 0x00, 0, ...text("memory"), 0x02, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

/** What of WebAssembly is used; TypeScript knows it only together with browsers' types. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
  ) => { readonly exports: { readonly step: Kernel["step"]; readonly memory: { readonly buffer: ArrayBuffer } } };
};

interface Kernel {
  readonly step: (length: number, ...factors: number[]) => void;
  readonly pieces: Readonly<Record<ArrayName, Float32Array>>;
}

function makeKernel(): Kernel {
  const { step, memory } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports;
  const piece = (name: ArrayName) => new Float32Array(memory.buffer, offsets[name], pieceLength);
  return {
    step,
    pieces: { w: piece("w"), m: piece("m"), v: piece("v"), g: piece("g") },
  };
}

let kernel: Kernel | undefined;

/**
 * One step in place on weights w and moments m and v with gradients g, all of one length:
 *   g' = scale g,  m = beta1 m + rest1 g',  v = beta2 v + rest2 g'^2,  w = keep w - rate m / (correction sqrt(v) + epsilon)
 */
export function stepAdamW(arrays: Readonly<Record<ArrayName, Float32Array>>, factors: AdamWFactors): void {
  kernel ??= makeKernel();
  const { step, pieces } = kernel;
  const { w, m, v, g } = arrays;
  const values = factorNames.map((name) => factors[name]);
  for (let start = 0; start < w.length; start += pieceLength) {
    const end = Math.min(start + pieceLength, w.length);
    pieces.w.set(w.subarray(start, end));
    pieces.m.set(m.subarray(start, end));
    pieces.v.set(v.subarray(start, end));
    pieces.g.set(g.subarray(start, end));
    step(4 * (end - start), ...values);
    w.set(pieces.w.subarray(0, end - start), start);
    m.set(pieces.m.subarray(0, end - start), start);
    v.set(pieces.v.subarray(0, end - start), start);
  }
}
