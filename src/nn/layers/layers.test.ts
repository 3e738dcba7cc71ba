import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { compile } from "../../tensor/compile.ts";
import { tanh } from "../../tensor/operations/elementwise.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import {
  type Initialisation,
  inverseRootUniform,
  kaimingUniform,
  normalWeight,
  uniformWeight,
  xavierUniform,
} from "../initialisation.ts";
import { embedding, initialiseEmbedding } from "./embedding.ts";
import { initialiseLayerNorm, layerNormLayer } from "./layer-norm.ts";
import { initialiseLinear, linearLayer } from "./linear-layer.ts";
import { initialiseMlp, type MlpParameters, mlp } from "./mlp.ts";

const random = (label: string) => new RandomStream(0, [label]);

function moments(data: Tensor["data"]): { mean: number; variance: number; greatest: number } {
  let [total, squares, greatest] = [0, 0, 0];
  for (const value of data) {
    total += value;
    squares += value * value;
    greatest = Math.max(greatest, Math.abs(value));
  }
  return { mean: total / data.length, variance: squares / data.length, greatest };
}

describe("initialisations", () => {
  const [outputs, inputs] = [150, 200];
  const draws: readonly (readonly [string, Initialisation, number, number])[] = [
    ["normal", (shape, stream) => normalWeight(shape, 0.3, stream), 0.09, Infinity],
    ["uniform", (shape, stream) => uniformWeight(shape, 0.3, stream), 0.03, 0.3],
    ["Kaiming", kaimingUniform, 2 / inputs, Math.sqrt(6 / inputs)],
    ["Xavier", xavierUniform, 2 / (inputs + outputs), Math.sqrt(6 / (inputs + outputs))],
    ["inverse root", inverseRootUniform, 1 / (3 * inputs), Math.sqrt(1 / inputs)],
  ];
  test.each(draws)("%s: mean 0, variance and bound as published", (name, draw, variance, bound) => {
    const weight = draw([outputs, inputs], random(name));
    expect(weight.shape).toEqual([outputs, inputs]);
    const measured = moments(weight.data);
    // 30,000 numbers: five standard errors of mean and variance.
    expect(Math.abs(measured.mean)).toBeLessThan(5 * Math.sqrt(variance / 30_000));
    expect(Math.abs(measured.variance / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 30_000));
    expect(measured.greatest).toBeLessThanOrEqual(bound * (1 + 1e-7));
    if (bound < Infinity) expect(measured.greatest).toBeGreaterThan(0.99 * bound);
    expect(draw([outputs, inputs], random(name)).data).toEqual(weight.data);
  });
});

describe("layers", () => {
  test("linear: x W^T + b, over any leading axes", () => {
    const parameters = {
      weight: tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      bias: tensor([10, 20]),
    };
    const rows = linearLayer(
      parameters,
      tensor([
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
        [
          [0, 0, 1],
          [1, 1, 1],
        ],
      ]),
    );
    expect(rows.shape).toEqual([2, 2, 2]);
    expect([...rows.data]).toEqual([11, 24, 12, 25, 13, 26, 16, 35]);
    const fresh = initialiseLinear(3, 2, random("linear"));
    expect([fresh.weight.shape, [...fresh.bias.data]]).toEqual([
      [2, 3],
      [0, 0],
    ]);
  });

  test("embedding: a row for each token", () => {
    const parameters = initialiseEmbedding(5, 3, random("embedding"), 2);
    const rows = embedding(parameters, tensor([[4, 0]], { elementType: "int32" }));
    expect(rows.shape).toEqual([1, 2, 3]);
    expect([...rows.data]).toEqual([...parameters.weight.data.slice(12), ...parameters.weight.data.slice(0, 3)]);
  });

  test("layer norm: mean 0 and variance 1, then scale and shift", () => {
    const plain = layerNormLayer(initialiseLayerNorm(4), tensor([[1, 2, 3, 6]]), 0);
    const wanted = [-2, -1, 0, 3].map((value) => value / Math.sqrt(3.5));
    plain.data.forEach((value, index) => {
      expect(value).toBeCloseTo(wanted[index] as number, 6);
    });
    const moved = layerNormLayer(
      { weight: tensor([2, 2, 2, 2]), bias: tensor([1, 1, 1, 1]) },
      tensor([[1, 2, 3, 6]]),
      0,
    );
    moved.data.forEach((value, index) => {
      expect(value).toBeCloseTo(1 + 2 * (wanted[index] as number), 6);
    });
  });

  test("perceptron: the same as loops over its numbers, compiled or not", async () => {
    const parameters = initialiseMlp([3, 5, 4, 2], random("mlp"), kaimingUniform);
    const input = [0.5, -1, 2];
    for (const nonlinearity of [undefined, tanh]) {
      let rows = input;
      parameters.layers.forEach((layer, index) => {
        const [outputs, inputs] = layer.weight.shape as [number, number];
        const activated =
          index === 0 ? rows : rows.map((value) => (nonlinearity ? Math.tanh(value) : Math.max(0, value)));
        rows = Array.from({ length: outputs }, (_, output) =>
          activated.reduce(
            (total, value, position) => total + value * (layer.weight.data[output * inputs + position] as number),
            layer.bias.data[output] as number,
          ),
        );
      });
      const run = (p: MlpParameters, x: Tensor) => mlp(p, x, nonlinearity);
      for (const result of [run(parameters, tensor([input])), await compile(run)(parameters, tensor([input]))]) {
        expect(result.shape).toEqual([1, 2]);
        result.data.forEach((value, index) => {
          expect(value).toBeCloseTo(rows[index] as number, 5);
        });
      }
    }
    expect(() => initialiseMlp([3], random("mlp"))).toThrow(InvalidArgumentError);
  });
});
