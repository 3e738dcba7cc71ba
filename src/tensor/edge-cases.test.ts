/** Where numbers end: both backends agree, or the difference is written down here and in the README. */
import { describe, expect, test } from "vitest";
import { compile } from "./compile.ts";
import { geluTanh, logSigmoid, softplus } from "./operations/activations.ts";
import { add, div, maximum, minimum, mul, sub } from "./operations/arithmetic.ts";
import { clip } from "./operations/clip.ts";
import { equal, greater, greaterEqual, less, lessEqual } from "./operations/comparison.ts";
import { cumulativeSum } from "./operations/cumulative-sum.ts";
import { abs, cast, exp, log, neg, reciprocal, relu, sigmoid, sign, sqrt, tanh } from "./operations/elementwise.ts";
import { gatherRows, oneHot, pick } from "./operations/indexing.ts";
import { matrixProduct } from "./operations/matrix-product.ts";
import { logSumExp, max, mean, min, sum } from "./operations/reduction.ts";
import { logSoftmax, softmax } from "./operations/softmax.ts";
import { ones, type Tensor, tensor } from "./tensor.ts";

const ids = (...values: number[]) => tensor(values, { elementType: "int32" });

async function onBoth(f: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Promise<[number[], number[]]> {
  const results = await Promise.all(
    (["onnx", "reference"] as const).map(async (backend) => {
      const compiled = compile(f, { backend });
      const { data } = await compiled(...inputs);
      await compiled.close();
      return Array.from(data);
    }),
  );
  return results as [number[], number[]];
}

async function expectEqual(f: (...inputs: Tensor[]) => Tensor, inputs: Tensor[], expected: number[]): Promise<void> {
  const [onnx, reference] = await onBoth(f, ...inputs);
  // -0 and 0 are one number.
  expect(onnx.map((value) => value + 0)).toEqual(expected);
  expect(reference.map((value) => value + 0)).toEqual(expected);
}

describe("NaN and infinities", () => {
  const special = tensor([Number.NaN, Infinity, -Infinity]);
  const table: readonly (readonly [string, (x: Tensor) => Tensor, number[]])[] = [
    ["relu", relu, [Number.NaN, Infinity, 0]],
    ["exp", exp, [Number.NaN, Infinity, 0]],
    ["log", log, [Number.NaN, Infinity, Number.NaN]],
    ["sqrt", sqrt, [Number.NaN, Infinity, Number.NaN]],
    ["tanh", tanh, [Number.NaN, 1, -1]],
    ["sigmoid", sigmoid, [Number.NaN, 1, 0]],
    ["softplus", softplus, [Number.NaN, Infinity, 0]],
    ["logSigmoid", logSigmoid, [Number.NaN, 0, -Infinity]],
    ["abs", abs, [Number.NaN, Infinity, Infinity]],
    ["sign", sign, [Number.NaN, 1, -1]],
    ["neg", neg, [Number.NaN, -Infinity, Infinity]],
    ["reciprocal", reciprocal, [Number.NaN, 0, 0]],
    ["clip", (x) => clip(x, -1, 2), [Number.NaN, 2, -1]],
    ["maximum", (x) => maximum(x, 0), [Number.NaN, Infinity, 0]],
    ["maximum, NaN second", (x) => maximum(tensor([0, 0, 0]), x), [Number.NaN, Infinity, 0]],
    ["minimum", (x) => minimum(x, 0), [Number.NaN, 0, -Infinity]],
    ["greater", (x) => greater(x, 0), [0, 1, 0]],
    ["greaterEqual", (x) => greaterEqual(x, x), [0, 1, 1]],
    ["less", (x) => less(x, 0), [0, 0, 1]],
    ["lessEqual", (x) => lessEqual(x, x), [0, 1, 1]],
    ["equal to itself", (x) => equal(x, x), [0, 1, 1]],
    ["cast to bool", (x) => cast(x, "bool"), [1, 1, 1]],
    ["sum", sum, [Number.NaN]],
    ["mean", mean, [Number.NaN]],
    ["cumulativeSum", (x) => cumulativeSum(x), [Number.NaN, Number.NaN, Number.NaN]],
    ["softmax", (x) => softmax(x), [Number.NaN, Number.NaN, Number.NaN]],
    ["minus infinity times 0", (x) => mul(x, 0), [Number.NaN, Number.NaN, Number.NaN]],
  ];
  test.each(table)("%s", async (_, f, expected) => {
    await expectEqual(f, [special], expected);
  });

  test("geluTanh far below is 0", async () => {
    await expectEqual(geluTanh, [tensor([-100, 100])], [0, 100]);
  });

  test("softmax of a masked row; of a row that sees nothing it is NaN", async () => {
    await expectEqual((x) => softmax(x), [tensor([0, -Infinity, 0])], [0.5, 0, 0.5]);
    await expectEqual((x) => softmax(x), [tensor([-Infinity, -Infinity])], [Number.NaN, Number.NaN]);
    await expectEqual((x) => logSumExp(x), [tensor([-Infinity, -Infinity])], [Number.NaN]);
  });

  test("large scores do not overflow", async () => {
    await expectEqual((x) => softmax(x), [tensor([1e30, 0])], [1, 0]);
    await expectEqual((x) => logSoftmax(x), [tensor([0, -1e30])], [0, Math.fround(-1e30)]);
    await expectEqual((x) => logSumExp(x), [tensor([1e30, 0])], [Math.fround(1e30)]);
  });

  test("max and min over an axis: the reference keeps NaN, ONNX Runtime may skip it", async () => {
    for (const f of [max, min]) {
      const [onnx, reference] = await onBoth((x) => f(x), tensor([1, Number.NaN, 1]));
      expect(reference).toEqual([Number.NaN]);
      expect(Number.isNaN(onnx[0]) || onnx[0] === 1).toBe(true);
    }
  });
});

describe("division by zero", () => {
  test("of floats", async () => {
    await expectEqual(div, [tensor([1, -1, 0]), tensor([0, 0, 0])], [Infinity, -Infinity, Number.NaN]);
  });

  test("of integers gives 0, and the process goes on", async () => {
    await expectEqual(div, [ids(1, -1, 0, 7), ids(0, 0, 0, -2)], [0, 0, 0, -3]);
    await expectEqual((x) => div(x, 0), [ids(5)], [0]);
  });

  test("of a mean over nothing", async () => {
    await expectEqual((x) => mean(x, { axes: 0 }), [ones([0, 2])], [Number.NaN, Number.NaN]);
    await expectEqual((x) => sum(x, { axes: 0 }), [ones([0, 2])], [0, 0]);
  });
});

describe("integers wrap around at 32 bits", () => {
  const greatest = 2 ** 31 - 1;
  test("sums, differences, products, quotients", async () => {
    await expectEqual(add, [ids(greatest, -(2 ** 31)), ids(1, -1)], [-(2 ** 31), greatest]);
    await expectEqual(sub, [ids(-(2 ** 31)), ids(1)], [greatest]);
    await expectEqual(mul, [ids(greatest, 123456789), ids(greatest, 987654321)], [1, Math.imul(123456789, 987654321)]);
    await expectEqual(div, [ids(-(2 ** 31)), ids(-1)], [-(2 ** 31)]);
    await expectEqual(neg, [ids(-(2 ** 31))], [-(2 ** 31)]);
  });

  test("running sums and matrix products", async () => {
    await expectEqual((x) => cumulativeSum(x), [ids(greatest, 1)], [greatest, -(2 ** 31)]);
    const a = tensor([[greatest, 123456789]], { elementType: "int32" });
    const b = tensor([[greatest], [987654321]], { elementType: "int32" });
    await expectEqual((x, y) => matrixProduct(x, y), [a, b], [(1 + Math.imul(123456789, 987654321)) | 0]);
  });

  test("sums are exact within 32 bits; beyond, the reference wraps and ONNX Runtime stops at the end", async () => {
    await expectEqual((x) => sum(x), [ids(2 ** 24, 1, 2 ** 30)], [2 ** 24 + 1 + 2 ** 30]);
    expect(await onBoth((x) => sum(x), ids(greatest, greatest, 3))).toEqual([[greatest], [1]]);
  });

  test("quotients of large integers are exact", async () => {
    const a = [2147483647, 2147483646, -2147483647, 2147483645];
    const b = [2147483646, 2147483647, 3, -2];
    const expected = a.map((value, index) => Math.trunc(value / (b[index] as number)) + 0);
    await expectEqual(div, [ids(...a), ids(...b)], expected);
  });
});

describe("indices out of range", () => {
  test("oneHot leaves the row empty", async () => {
    await expectEqual((x) => oneHot(x, 2), [ids(-1, 0, 2)], [0, 0, 1, 0, 0, 0]);
  });

  test("negative ones: an error of the reference, counted from the end by ONNX Runtime", async () => {
    const rows = compile((table: Tensor, indices: Tensor) => gatherRows(table, indices));
    expect((await rows(tensor([1, 2, 3]), ids(-1))).item()).toBe(3);
    const choice = compile((table: Tensor, indices: Tensor) => pick(table, indices));
    expect((await choice(tensor([[1, 2, 3]]), ids(-2))).item()).toBe(2);
    expect(() => gatherRows(tensor([1, 2, 3]), ids(-1))).toThrow(/not -1/);
    await Promise.all([rows.close(), choice.close()]);
  });
});
