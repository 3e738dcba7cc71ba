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
};

/** x W^T, plus the bias where there is one: rows [..., in] to [..., out]. */
export function project(x: Tensor, weight: Weight): Tensor {
  const product = linear(x, weight.weight);
  return weight.bias === undefined ? product : add(product, weight.bias);
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
