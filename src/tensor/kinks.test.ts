/** Derivatives at ties, kinks and bounds, where differences say nothing: what the docstrings promise, on both backends. */
import { describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { gradient } from "./gradient.ts";
import { maximum, minimum, mul, pow } from "./operations/arithmetic.ts";
import { clip } from "./operations/clip.ts";
import { abs, relu } from "./operations/elementwise.ts";
import { reshape } from "./operations/layout.ts";
import { maxPool1d } from "./operations/pooling.ts";
import { max, min, sum } from "./operations/reduction.ts";
import { topK } from "./operations/sorting.ts";
import { type Tensor, tensor } from "./tensor.ts";

const weighted = (y: Tensor, weights: readonly number[]) => sum(mul(y, tensor(weights)));

const cases: readonly (readonly [string, (x: Tensor) => Tensor, readonly number[], readonly number[]])[] = [
  ["max of equals shares", (x) => mul(max(x), 6), [1, 3, 3, 3], [0, 2, 2, 2]],
  ["min of equals shares", (x) => mul(min(x), 6), [1, 1, 3, 3], [3, 3, 0, 0]],
  [
    "max over rows shares within each",
    (x) => sum(max(reshape(x, [2, 2]), { axes: 1 })),
    [1, 1, 0, 5],
    [0.5, 0.5, 0, 1],
  ],
  ["maximum of equals: the first operand's", (x) => sum(maximum(x, mul(x, 1))), [2, -3], [1, 1]],
  ["maximum against an equal constant: all of it", (x) => sum(maximum(x, tensor([2, 0]))), [2, -1], [1, 0]],
  ["maximum second to an equal constant: nothing", (x) => sum(maximum(tensor([2, 0]), x)), [2, 1], [0, 1]],
  ["minimum against an equal constant: all of it", (x) => sum(minimum(x, tensor([2, 0]))), [2, 1], [1, 0]],
  ["relu at 0", (x) => sum(relu(x)), [0, 1, -1], [0, 1, 0]],
  ["abs at 0", (x) => sum(abs(x)), [0, 2, -2], [0, 1, -1]],
  ["clip at its bounds passes", (x) => weighted(clip(x, -1, 1), [1, 2, 3, 4]), [-1, 1, 1.5, 0], [1, 2, 0, 4]],
  [
    "maxPool of equals: the first",
    (x) => weighted(maxPool1d(reshape(x, [1, 1, 4]), { size: 2 }), [3, 5]),
    [7, 7, 1, 1],
    [3, 0, 5, 0],
  ],
  ["topK of equals: the first ones", (x) => weighted(topK(x, 2).values, [3, 5]), [1, 7, 7, 7], [0, 3, 5, 0]],
  ["pow at 0", (x) => sum(pow(x, tensor([0, 1, 2, 3]))), [0, 0, 0, 0], [0, 1, 0, 0]],
];

describe.each(["onnx", "reference"] as const)("derivatives at kinks, %s backend", (backend) => {
  test.each(cases)("%s", async (_, f, x, expected) => {
    const slopes = compile((point: Tensor) => gradient(f)(point), { backend });
    expect(Array.from((await slopes(tensor(x))).data, (value) => value + 0)).toEqual(expected);
    await slopes.close();
  });
});
