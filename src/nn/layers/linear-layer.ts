/** A linear map of the last axis, x W^T + b. */
import type { RandomStream } from "../../core/random.ts";
import { add } from "../../tensor/operations/arithmetic.ts";
import { linear } from "../../tensor/operations/matrix-product.ts";
import { type Tensor, zeros } from "../../tensor/tensor.ts";
import { type Initialisation, inverseRootUniform } from "../initialisation.ts";

/** Weight and bias of a linear layer. */
export type LinearParameters = {
  /** [out, in] */
  readonly weight: Tensor;
  /** [out] */
  readonly bias: Tensor;
};

/** Weights drawn by `initialisation` (default: PyTorch's uniform), bias 0. */
export function initialiseLinear(
  inputs: number,
  outputs: number,
  random: RandomStream,
  initialisation: Initialisation = inverseRootUniform,
): LinearParameters {
  return { weight: initialisation([outputs, inputs], random), bias: zeros([outputs]) };
}

/** Rows [..., in] to [..., out]. */
export function linearLayer(parameters: LinearParameters, x: Tensor): Tensor {
  return add(linear(x, parameters.weight), parameters.bias);
}
