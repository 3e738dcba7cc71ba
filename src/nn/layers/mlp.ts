/** Multi-layer perceptron: linear layers with a nonlinearity between them. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../../core/random.ts";
import { relu } from "../../tensor/operations/elementwise.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { Initialisation } from "../initialisation.ts";
import { initialiseLinear, type LinearParameters, linearLayer } from "./linear-layer.ts";

/** The linear layers of an MLP, first to last. */
export type MlpParameters = { readonly layers: readonly LinearParameters[] };

/**
 * Layers of the given sizes, input first: [8, 64, 4] has one hidden layer of 64.
 * Throws InvalidArgumentError for less than two sizes.
 */
export function initialiseMlp(
  sizes: readonly number[],
  random: RandomStream,
  initialisation?: Initialisation,
): MlpParameters {
  if (sizes.length < 2) {
    throw new InvalidArgumentError({
      expected: "at least two sizes, of input and output",
      received: `${sizes.length}`,
      remedy: "pass e.g. [8, 64, 4]",
    });
  }
  const layers = sizes
    .slice(1)
    .map((outputs, layer) =>
      initialiseLinear(sizes[layer] as number, outputs, random.split("layer", layer), initialisation),
    );
  return { layers };
}

/** Rows [..., first size] to [..., last size]; no nonlinearity (default ReLU) after the last layer. */
export function mlp(parameters: MlpParameters, x: Tensor, nonlinearity: (x: Tensor) => Tensor = relu): Tensor {
  return parameters.layers.reduce(
    (rows, layer, index) => linearLayer(layer, index === 0 ? rows : nonlinearity(rows)),
    x,
  );
}
