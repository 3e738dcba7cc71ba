/** Drawing a token in two stages: its block by running sums over blocks, then the token from the block's scores. */
import { blockSize } from "./token-choice-graph.ts";

/** A row of what the graph tells (token-choice-graph.ts). Scores are natural logs, less the row's greatest. */
export interface ChoiceRow {
  /** Running sums of e^(score * sharpness) over blocks. */
  readonly running: Float32Array;
  readonly block: number;
  /** Of the block's tokens. */
  readonly blockScores: Float32Array;
}

export interface Choice {
  readonly token: number;
  readonly score: number;
}

/** The block in which a uniform number in [0, 1) falls; the graph's own rule. */
export function drawBlock(running: Float32Array, uniform: number): number {
  const passed = Math.fround((running.at(-1) as number) * Math.fround(uniform));
  let block = 0;
  while (block + 1 < running.length && (running[block] as number) <= passed) block++;
  return block;
}

/** The first of the block's greatest scores. */
export function greatestOfBlock({ block, blockScores }: ChoiceRow): Choice {
  let best = 0;
  for (let index = 1; index < blockScores.length; index++) {
    if ((blockScores[index] as number) > (blockScores[best] as number)) best = index;
  }
  return { token: block * blockSize + best, score: blockScores[best] as number };
}

/** A token of the block by inversion: what the uniform number has left over is used for it. */
export function drawFromBlock(row: ChoiceRow, uniform: number, sharpness: number): Choice {
  const { running, block } = row;
  const before = block === 0 ? 0 : (running[block - 1] as number);
  const mass = (running[block] as number) - before;
  const share = (uniform * (running.at(-1) as number) - before) / mass;
  if (!(share >= 0 && share < 1)) return share >= 1 ? lastOfBlock(row, sharpness) : drawAt(row, 0, sharpness);
  return drawAt(row, share, sharpness);
}

function drawAt(row: ChoiceRow, share: number, sharpness: number): Choice {
  const { block, blockScores } = row;
  let total = 0;
  for (const score of blockScores) total += Math.exp(score * sharpness);
  let remaining = share * total;
  for (let index = 0; index < blockScores.length; index++) {
    const score = blockScores[index] as number;
    remaining -= Math.exp(score * sharpness);
    if (remaining < 0) return { token: block * blockSize + index, score };
  }
  return greatestOfBlock(row);
}

/** Rounding took the number past the block's end: its last token that can be drawn. */
function lastOfBlock(row: ChoiceRow, sharpness: number): Choice {
  const index = row.blockScores.findLastIndex((score) => Math.exp(score * sharpness) > 0);
  if (index < 0) return greatestOfBlock(row);
  return { token: row.block * blockSize + index, score: row.blockScores[index] as number };
}

/**
 * A token of the nucleus: the fewest most probable tokens that reach topP (Holtzman et al. 2020, 1904.09751), equal ones
 * in order of their ids. Only tokens that may be in it are sorted, since the vocabulary is large.
 * @param scores of the whole vocabulary @param mass the sum of e^(score * sharpness)
 */
export function drawFromNucleus(
  scores: Float32Array,
  options: { readonly mass: number; readonly topP: number; readonly uniform: number; readonly sharpness: number },
): Choice {
  const { topP, uniform, sharpness } = options;
  const wanted = topP * options.mass;
  for (let depth = 8; ; depth *= 4) {
    const all = depth > 1e6;
    const tokens: number[] = [];
    for (let token = 0; token < scores.length; token++) {
      if (all || (scores[token] as number) * sharpness >= -depth) tokens.push(token);
    }
    tokens.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
    let mass = 0;
    let size = 0;
    while (size < tokens.length && mass < wanted)
      mass += Math.exp((scores[tokens[size++] as number] as number) * sharpness);
    if (mass < wanted && !all) continue;
    let remaining = uniform * mass;
    for (let rank = 0; rank < size; rank++) {
      const token = tokens[rank] as number;
      remaining -= Math.exp((scores[token] as number) * sharpness);
      if (remaining < 0) return { token, score: scores[token] as number };
    }
    // Rounding left something of the mass over: it belongs to the last one.
    const token = tokens[size - 1] as number;
    return { token, score: scores[token] as number };
  }
}
