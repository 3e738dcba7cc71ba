/** Initial weights, float32, drawn from a stream that is given. Weights of layers are [out, in]. */
import type { RandomStream } from "../core/random.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";

/** How a layer draws its weights. */
export type Initialisation = (shape: Shape, random: RandomStream) => Tensor;

/** Normal weights of mean 0. */
export function normalWeight(shape: Shape, deviation: number, random: RandomStream): Tensor {
  const data = new Float32Array(sizeOf(shape));
  for (let index = 0; index < data.length; index++) data[index] = random.normal() * deviation;
  return tensor(data, { shape });
}

/** Uniform weights in [-bound, bound). */
export function uniformWeight(shape: Shape, bound: number, random: RandomStream): Tensor {
  const data = new Float32Array(sizeOf(shape));
  for (let index = 0; index < data.length; index++) data[index] = (2 * random.uniform() - 1) * bound;
  return tensor(data, { shape });
}

/**
 * Uniform with variance 2 / in, which keeps the variance of activations through layers with ReLU
 * (He et al. 2015, 1502.01852, equation 10). Weights [out, in].
 */
export const kaimingUniform: Initialisation = (shape, random) =>
  uniformWeight(shape, Math.sqrt(6 / (shape[1] as number)), random);

/**
 * Uniform with variance 2 / (in + out), for tanh and linear layers (Glorot and Bengio 2010, equation 16).
 * Weights [out, in].
 */
export const xavierUniform: Initialisation = (shape, random) =>
  uniformWeight(shape, Math.sqrt(6 / ((shape[0] as number) + (shape[1] as number))), random);

/** Uniform with bound 1 / sqrt(in), as PyTorch's linear layers begin. Weights [out, in]. */
export const inverseRootUniform: Initialisation = (shape, random) =>
  uniformWeight(shape, 1 / Math.sqrt(shape[1] as number), random);
