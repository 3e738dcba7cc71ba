/** What illume's sides of the engine's benchmarks share: the model that both sides load, and made tokens. */
import { join } from "node:path";
import { packageRoot } from "../src/core/package-root.ts";
import { loadTree } from "../src/nn/checkpoint.ts";
import { type TransformerParameters, type TransformerShape, transformerTemplate } from "../src/nn/transformer.ts";
import type { Request } from "./serve.ts";

export interface BenchmarkModel {
  readonly shape: TransformerShape;
  readonly parameters: TransformerParameters;
}

const vocabularySize = 256;
const sizeOfHead = 32;

/** The model of a request's `hidden`, `layers` and `weights`; peers/llama.py is the same. */
export function modelOf(request: Request): BenchmarkModel {
  const hiddenSize = Number(request.hidden);
  const heads = hiddenSize / sizeOfHead;
  const shape: TransformerShape = {
    vocabularySize,
    hiddenSize,
    layers: Number(request.layers),
    heads,
    keyValueHeads: heads,
    feedForwardSize: Math.ceil((8 * hiddenSize) / 3 / 32) * 32,
    rotaryBase: 10_000,
    epsilon: 1e-5,
  };
  const parameters = loadTree(join(packageRoot, String(request.weights)), transformerTemplate(shape));
  return { shape, parameters };
}

/** The token at a position of a row of a batch; peers/made_tokens.py is the same. */
export function madeToken(row: number, position: number, batch = 0): number {
  const mixed = (row * 7919 + position * 104_729 + batch * 1_299_709 + 12_345) % 46_337;
  return ((mixed * mixed) % 1_000_003) % vocabularySize;
}

export function madeTokens(rows: number, length: number, batch = 0): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length }, (_, position) => madeToken(row, position, batch)),
  );
}
