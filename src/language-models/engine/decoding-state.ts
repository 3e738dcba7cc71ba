/** What decoding keeps of a batch of sequences between its steps: caches and positions, as the decoding graph takes them. */
import { type RotaryTables, rotaryTables } from "../../nn/rotary-tables.ts";
import { headSize, type TransformerShape } from "../../nn/transformer.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import type { DecodingInput, KeysAndValues } from "./decoding-step.ts";
import { type ArrayPool, type KeyValueArrays, KeyValueCache } from "./key-value-cache.ts";

/** Caches grow by this many positions: few sizes, because each has its own graph. */
const capacityStep = 32;
const hidden = -1e9;

export interface DecodingStart {
  readonly shape: TransformerShape;
  /** Of each prompt, without padding. */
  readonly promptLengths: readonly number[];
  /** Length to which prompts are padded. */
  readonly promptPositions: number;
  /** By layer, each [prompts, heads, prompt positions, size]. */
  readonly promptCaches: readonly KeyValueArrays[];
  /** Sequences of each prompt; those of one prompt stand together. */
  readonly samples: number;
  /** Whether prompts are kept once for all of their samples, or at the beginning of each one's own cache. */
  readonly shared: boolean;
  readonly maximumTokens: number;
}

export class DecodingState {
  readonly #start: DecodingStart;
  /** Angles of all positions that a sequence can reach. */
  readonly #tables: RotaryTables;
  /** Length of each sequence's prompt. */
  #promptLengths: number[];
  #caches: KeyValueCache[];

  constructor(start: DecodingStart, pool: ArrayPool) {
    const { shape, promptLengths, promptPositions, promptCaches, samples, maximumTokens } = start;
    this.#start = start;
    this.#tables = rotaryTables(promptPositions + maximumTokens, shape);
    const promptOf = Array.from({ length: promptLengths.length * samples }, (_, row) => Math.floor(row / samples));
    this.#promptLengths = promptOf.map((prompt) => promptLengths[prompt] as number);
    const cacheShape = { sequences: promptOf.length, keyValueHeads: shape.keyValueHeads, headSize: headSize(shape) };
    this.#caches = promptCaches.map((prompts) => {
      const cache = new KeyValueCache(cacheShape, this.#promptShare + capacityStep, pool);
      cache.fill(prompts, promptPositions, promptOf, this.#promptShare);
      return cache;
    });
  }

  /** Positions at the beginning of own caches that prompts take up. */
  get #promptShare(): number {
    return this.#start.shared ? 0 : this.#start.promptPositions;
  }

  get #capacity(): number {
    return (this.#caches[0] as KeyValueCache).capacity;
  }

  /** Where a step's row stands in each sequence's own cache. */
  #cachePositions(step: number): number[] {
    return this.#promptLengths.map((length) => (this.#start.shared ? step : length + step));
  }

  /** The graph's input for the step after `step` new tokens, of which `tokens` are the last. Makes room for its rows. */
  input(tokens: Int32Array, step: number): DecodingInput {
    if (this.#promptShare + step === this.#capacity) {
      const all = this.#promptLengths.map((_, row) => row);
      this.#caches = this.#caches.map((cache) => cache.replace(all, this.#capacity, this.#capacity + capacityStep));
    }
    const { shape, shared } = this.#start;
    const sequences = tokens.length;
    const positions = shared ? [step] : this.#cachePositions(step);
    const cacheShape = [sequences, shape.keyValueHeads, this.#capacity, headSize(shape)];
    return {
      tokens: tensor(tokens),
      cosine: this.#angles(this.#tables.cosine, step),
      sine: this.#angles(this.#tables.sine, step),
      mask: hiddenFrom(positions, this.#capacity),
      caches: this.#caches.map((cache) => tensors(cache, cacheShape)),
      shared: shared ? [this.#sharedPrompts()] : [],
    };
  }

  #angles(table: Tensor, step: number): Tensor {
    const half = table.shape[2] as number;
    const angles = new Float32Array(this.#promptLengths.length * half);
    this.#promptLengths.forEach((length, row) => {
      const start = (length + step) * half;
      for (let index = 0; index < half; index++) angles[row * half + index] = table.data[start + index] as number;
    });
    return tensor(angles, { shape: [this.#promptLengths.length, 1, half] });
  }

  #sharedPrompts() {
    const { shape, promptLengths, promptPositions, promptCaches } = this.#start;
    const cacheShape = [promptLengths.length, shape.keyValueHeads, promptPositions, headSize(shape)];
    return {
      mask: hiddenFrom(promptLengths, promptPositions),
      caches: promptCaches.map((cache) => tensors(cache, cacheShape)),
    };
  }

  /** Appends the rows that the graph returned for `input`. */
  append(rows: readonly KeysAndValues[], step: number): void {
    const positions = this.#cachePositions(step);
    rows.forEach(({ keys, values }, layer) => {
      const arrays = { keys: keys.data as Float32Array, values: values.data as Float32Array };
      (this.#caches[layer] as KeyValueCache).write(positions, arrays);
    });
  }

  /** Goes on with some of the sequences, which do not share prompts, in the given order. */
  keep(sequences: readonly number[]): void {
    this.#promptLengths = sequences.map((row) => this.#promptLengths[row] as number);
    this.#caches = this.#caches.map((cache) => cache.replace(sequences, cache.capacity, cache.capacity));
  }

  /** Ends its use. */
  close(): void {
    for (const cache of this.#caches) cache.giveBack();
  }
}

function tensors({ keys, values }: KeyValueArrays, shape: readonly number[]): KeysAndValues {
  return { keys: tensor(keys, { shape }), values: tensor(values, { shape }) };
}

/** Rows [rows, 1, 1, width] of zeros, and of a large negative number from each row's position on. */
function hiddenFrom(positions: readonly number[], width: number): Tensor {
  const mask = new Float32Array(positions.length * width);
  positions.forEach((position, row) => {
    mask.fill(hidden, row * width + position, (row + 1) * width);
  });
  return tensor(mask, { shape: [positions.length, 1, 1, width] });
}
