/** The sizes that define a transformer of the Llama family. */
import { ShapeError } from "../core/errors/shape-error.ts";

/** How Llama 3.1 stretches rotary angles beyond the context of its first training (see rotary-tables.ts). */
export interface RotaryScaling {
  /** Low frequencies are divided by it. */
  readonly factor: number;
  /** Wavelengths above originalContextLength / lowFrequencyFactor are stretched in full. */
  readonly lowFrequencyFactor: number;
  /** Wavelengths below originalContextLength / highFrequencyFactor stay; above lowFrequencyFactor. */
  readonly highFrequencyFactor: number;
  /** Tokens of context in the first training. */
  readonly originalContextLength: number;
}

/** The sizes that define a transformer; all above 0. */
export interface TransformerShape {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Divides `heads`; each is shared by heads / keyValueHeads queries. */
  readonly keyValueHeads: number;
  readonly feedForwardSize: number;
  /** Base of the rotary angles (Llama: 10,000). */
  readonly rotaryBase: number;
  /** Added to the mean square in RMSNorm. */
  readonly epsilon: number;
  /** Numbers of one head's queries, keys and values, even (default hiddenSize / heads). */
  readonly headSize?: number;
  /** Whether queries, keys and values have biases, as in Qwen2 (default false). */
  readonly attentionBiases?: boolean;
  /** Whether the output has a weight of its own, not the embedding's (default false). */
  readonly untiedHead?: boolean;
  /** Llama 3.1's; angles are not scaled where it is missing. */
  readonly rotaryScaling?: RotaryScaling;
}

/** Size of one head's queries, keys and values. */
export function headSize(shape: TransformerShape): number {
  return shape.headSize ?? shape.hiddenSize / shape.heads;
}

/** Throws ShapeError unless sizes are whole, heads even, and as many heads as keys want queries. */
export function checkTransformerShape(shape: TransformerShape): void {
  const { hiddenSize, heads, keyValueHeads } = shape;
  const counts = [shape.vocabularySize, hiddenSize, shape.layers, heads, keyValueHeads, shape.feedForwardSize];
  const whole = [...counts, headSize(shape)].every((count) => Number.isInteger(count) && count >= 1);
  if (whole && headSize(shape) % 2 === 0 && heads % keyValueHeads === 0) return;
  throw new ShapeError({
    expected: "whole sizes, a hidden size of an even number for each head, and heads in whole groups for each key",
    received: `hidden size ${hiddenSize}, ${heads} heads of ${headSize(shape)}, ${keyValueHeads} key-value heads, ${shape.layers} layers`,
    remedy: "correct the shape, e.g. hidden size 64, 4 heads, 2 key-value heads",
  });
}
