/** Choosing the next token from a row of scores. */
import type { RandomStream } from "../../core/random.ts";

/** The index of the greatest of a row's values, the first of equals. */
export function greatestToken(values: Float32Array, start: number, width: number): number {
  let best = 0;
  for (let token = 1; token < width; token++) {
    if ((values[start + token] as number) > (values[start + best] as number)) best = token;
  }
  return best;
}

/** A token drawn from a row of probabilities, by inversion of their running sum: one uniform number a token. */
export function drawToken(probabilities: Float32Array, start: number, width: number, random: RandomStream): number {
  let total = 0;
  for (let token = 0; token < width; token++) total += probabilities[start + token] as number;
  let remaining = random.uniform() * total;
  for (let token = 0; token < width; token++) {
    remaining -= probabilities[start + token] as number;
    if (remaining < 0) return token;
  }
  return greatestToken(probabilities, start, width);
}

/**
 * A token drawn from the nucleus: the fewest most probable tokens whose probabilities reach topP (Holtzman et al. 2020,
 * 1904.09751). Equal probabilities are taken in order of their ids.
 */
export function drawNucleusToken(
  probabilities: Float32Array,
  start: number,
  width: number,
  topP: number,
  random: RandomStream,
): number {
  const row = probabilities.subarray(start, start + width);
  const order = Array.from(row, (_, token) => token).sort((a, b) => (row[b] as number) - (row[a] as number) || a - b);
  let mass = 0;
  let size = 0;
  while (size < width && mass < topP) mass += row[order[size++] as number] as number;
  let remaining = random.uniform() * mass;
  for (let rank = 0; rank < size; rank++) {
    remaining -= row[order[rank] as number] as number;
    if (remaining < 0) return order[rank] as number;
  }
  // Rounding left something of the mass over: it belongs to the last one.
  return order[size - 1] as number;
}
