/** Rows of sequences as the arrays of a training step. */
import type { PackedSequences } from "../../nn/transformer.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import type { TokenSequence } from "./encode-record.ts";

// A type alias, not an interface: only those are trees to the compiler.
/** One batch; what is learnt stands at `places`, so that only those rows reach the head. */
export type TrainingBatch = {
  /** int32 [rows, positions] */
  readonly tokens: Tensor;
  /** Of each token its position in its sequence and its sequence's number in the row. */
  readonly packing: PackedSequences;
  /** int32 [learnt]: flat indices into [rows, positions]. */
  readonly places: Tensor;
  /** int32 [learnt]: the tokens that come behind these places. */
  readonly targets: Tensor;
  /** float32 [learnt]: factors of their losses; 0 for those that fill up. */
  readonly weights: Tensor;
};

/** The shape of a batch and the factor of its losses. */
export interface TrainingBatchOptions {
  /** Rows; those that are missing are filled up with nothing. */
  readonly rows: number;
  /** Positions of a row where it is not the longest one's, rounded up. */
  readonly positions?: number;
  /** Factor of every learnt token's loss. */
  readonly weight: number;
}

/** Sizes grow in steps of a quarter of a power of two, so that few shapes occur and each needs its graph only once. */
export function roundedSize(size: number): number {
  const step = Math.max(16, 2 ** Math.floor(Math.log2(Math.max(1, size - 1))) / 4);
  return Math.max(16, Math.ceil(size / step) * step);
}

/** @param rows sequences that share a row, of at least two tokens each; they do not see each other */
export function trainingBatch(
  rows: readonly (readonly TokenSequence[])[],
  options: TrainingBatchOptions,
): TrainingBatch {
  const longest = rows.reduce((most, row) => Math.max(most, inputsOf(row)), 1);
  const positions = options.positions ?? roundedSize(longest);
  const size = options.rows * positions;
  const [tokens, position, segment] = [new Int32Array(size), new Int32Array(size), new Int32Array(size).fill(-1)];
  const [places, targets]: [number[], number[]] = [[], []];
  rows.forEach((row, rowIndex) => {
    let start = rowIndex * positions;
    row.forEach((sequence, index) => {
      // The last token is only a target.
      const inputs = sequence.tokens.length - 1;
      for (let offset = 0; offset < inputs; offset++) {
        tokens[start + offset] = sequence.tokens[offset] as number;
        position[start + offset] = offset;
        segment[start + offset] = index;
        if (sequence.taught[offset + 1] !== true) continue;
        places.push(start + offset);
        targets.push(sequence.tokens[offset + 1] as number);
      }
      start += inputs;
    });
  });
  const count = roundedSize(places.length);
  const shape = [options.rows, positions];
  return {
    tokens: tensor(tokens, { shape }),
    packing: { positions: tensor(position, { shape }), segments: tensor(segment, { shape }) },
    places: filled(places, count),
    targets: filled(targets, count),
    weights: tensor(new Float32Array(count).fill(options.weight, 0, places.length)),
  };
}

/** Positions that the sequences of a row take. */
export function inputsOf(row: readonly TokenSequence[]): number {
  return row.reduce((sum, { tokens }) => sum + tokens.length - 1, 0);
}

function filled(values: readonly number[], count: number): Tensor {
  const array = new Int32Array(count);
  array.set(values);
  return tensor(array);
}
