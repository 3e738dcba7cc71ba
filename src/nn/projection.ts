/** Linear maps of a transformer: every one goes through `project`, so that biases and adapters have one place. */
import { add } from "../tensor/operations/arithmetic.ts";
import { concatenate } from "../tensor/operations/layout.ts";
import { linear } from "../tensor/operations/matrix-product.ts";
import { type Tensor, zeros } from "../tensor/tensor.ts";

// A type alias, not an interface: only those are trees to the compiler.
/** A weight as checkpoints name it: a matrix [out, in], an embedding [tokens, size] or a norm's factors [size]. */
export type Weight = {
  readonly weight: Tensor;
  /** [out], of a matrix. */
  readonly bias?: Tensor;
  /** A low-rank addition of a matrix, [rank, in] and [out, rank]; both or none. See lora.ts. */
  readonly lora_A?: { readonly weight: Tensor };
  readonly lora_B?: { readonly weight: Tensor };
};

/** x W^T, plus the bias and (x A^T) B^T where there are such: rows [..., in] to [..., out]. */
export function project(x: Tensor, weight: Weight): Tensor {
  const { bias, lora_A, lora_B } = weight;
  const product = linear(x, weight.weight);
  const adapted =
    lora_A === undefined || lora_B === undefined
      ? product
      : add(product, linear(linear(x, lora_A.weight), lora_B.weight));
  return bias === undefined ? adapted : add(adapted, bias);
}

/**
 * Several projections of the same rows in one product, side by side: rows [..., in] to [..., sum of outs]. For weights
 * that are constants, which are joined once; trained ones are better projected one by one.
 */
export function projectTogether(x: Tensor, weights: readonly Weight[]): Tensor {
  const weight = concatenate(weights.map((part) => part.weight));
  if (weights.every((part) => part.bias === undefined)) return project(x, { weight });
  const biases = weights.map((part) => part.bias ?? zeros([part.weight.shape[0] as number]));
  return project(x, { weight, bias: concatenate(biases) });
}
