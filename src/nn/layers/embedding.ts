/** A vector for each token. */
import type { RandomStream } from "../../core/random.ts";
import { gatherRows } from "../../tensor/operations/indexing.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { normalWeight } from "../initialisation.ts";

/** The vectors of an embedding. */
export type EmbeddingParameters = {
  /** [tokens, size] */
  readonly weight: Tensor;
};

/** Normal vectors of the given deviation (default 1, as in PyTorch). */
export function initialiseEmbedding(
  tokens: number,
  size: number,
  random: RandomStream,
  deviation = 1,
): EmbeddingParameters {
  return { weight: normalWeight([tokens, size], deviation, random) };
}

/** int32 tokens [...] to vectors [..., size]. */
export function embedding(parameters: EmbeddingParameters, tokens: Tensor): Tensor {
  return gatherRows(parameters.weight, tokens);
}
