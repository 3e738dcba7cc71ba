/** Normalisation of rows with learnt scale and shift (Ba et al. 2016, 1607.06450). */
import { layerNorm } from "../../tensor/operations/normalisation.ts";
import { ones, type Tensor, zeros } from "../../tensor/tensor.ts";

/** Factors and offsets of a layer norm. */
export type LayerNormParameters = {
  /** [size], multiplies. */
  readonly weight: Tensor;
  /** [size], is added. */
  readonly bias: Tensor;
};

/** Scale 1 and shift 0. */
export function initialiseLayerNorm(size: number): LayerNormParameters {
  return { weight: ones([size]), bias: zeros([size]) };
}

/** Rows [..., size] of mean 0 and variance 1, scaled and shifted. */
export function layerNormLayer(parameters: LayerNormParameters, x: Tensor, epsilon = 1e-5): Tensor {
  return layerNorm(x, parameters.weight, parameters.bias, epsilon);
}
