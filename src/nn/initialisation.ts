/** Initial weights. */
import type { RandomStream } from "../core/random.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";

/** Normal weights of mean 0 in float32. */
export function normalWeight(shape: Shape, deviation: number, random: RandomStream): Tensor {
  const data = new Float32Array(sizeOf(shape));
  for (let index = 0; index < data.length; index++) data[index] = random.normal() * deviation;
  return tensor(data, { shape });
}
