/**
 * Angles of rotary positions: position * base^(-2 i / size) for i in [0, size / 2) (Su et al. 2021, 2104.09864, equation
 * 15), the frequencies scaled where the shape says so, as Llama 3.1 does.
 */
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { headSize, type RotaryScaling, type TransformerShape } from "./transformer-shape.ts";

/** Cosines and sines of the rotary angles by position; both of one shape. */
export interface RotaryTables {
  /** [1, positions, head size / 2] */
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/** Tables for positions start, ..., start + positions - 1 of a transformer's heads. */
export function rotaryTables(positions: number, shape: TransformerShape, start = 0): RotaryTables {
  const size = headSize(shape);
  const half = size / 2;
  const frequencies = Float64Array.from({ length: half }, (_, index) =>
    scaledFrequency(shape.rotaryBase ** ((-2 * index) / size), shape.rotaryScaling),
  );
  const cosine = new Float32Array(positions * half);
  const sine = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let index = 0; index < half; index++) {
      const angle = (start + position) * (frequencies[index] as number);
      cosine[position * half + index] = Math.cos(angle);
      sine[position * half + index] = Math.sin(angle);
    }
  }
  const tableShape = [1, positions, half];
  return { cosine: tensor(cosine, { shape: tableShape }), sine: tensor(sine, { shape: tableShape }) };
}

/**
 * A frequency in radians a position as Llama 3.1 scales it: long wavelengths are divided by the factor, short ones stay,
 * those between pass over linearly in originalContextLength / wavelength.
 */
function scaledFrequency(frequency: number, scaling: RotaryScaling | undefined): number {
  if (scaling === undefined) return frequency;
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalContextLength } = scaling;
  const turns = (originalContextLength * frequency) / (2 * Math.PI);
  const share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  const kept = Math.min(1, Math.max(0, share));
  return (1 - kept) * (frequency / factor) + kept * frequency;
}
