/** Angles of rotary positions: position * base^(-2 i / size) for i in [0, size / 2). */
import { type Tensor, tensor } from "../tensor/tensor.ts";

/** Cosines and sines of the rotary angles by position; both of one shape. */
export interface RotaryTables {
  /** [1, positions, size / 2] */
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/**
 * Tables for positions start, ..., start + positions - 1: angle = position * base^(-2 index / size) (Su et al. 2021,
 * 2104.09864, equation 15).
 * @param size numbers of a head, even @param base above 0 (Llama: 10,000)
 */
export function rotaryTables(positions: number, size: number, base: number, start = 0): RotaryTables {
  const half = size / 2;
  const cosine = new Float32Array(positions * half);
  const sine = new Float32Array(positions * half);
  for (let position = 0; position < positions; position++) {
    for (let index = 0; index < half; index++) {
      const angle = (start + position) * base ** ((-2 * index) / size);
      cosine[position * half + index] = Math.cos(angle);
      sine[position * half + index] = Math.sin(angle);
    }
  }
  const shape = [1, positions, half];
  return { cosine: tensor(cosine, { shape }), sine: tensor(sine, { shape }) };
}
