import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/random.ts";
import { compile } from "../compile.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { matrixProduct } from "./matrix-product.ts";

const random = new RandomStream(1);

function normal(shape: Shape): Tensor {
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    { shape },
  );
}

describe("sums over so many rows that they are made in parts", () => {
  test.each([
    ["more columns at the right", 2, 3],
    ["more columns at the left", 3, 2],
    ["as many at both", 2, 2],
  ])("%s", async (_, rows, columns) => {
    const [a, b] = [normal([1536, rows]), normal([1536, columns])];
    const product = compile((left: Tensor, right: Tensor) =>
      matrixProduct(left, right, { transposeA: true, scale: 0.5 }),
    );
    const result = await product(a, b);
    await product.close();
    const expected = matrixProduct(a, b, { transposeA: true, scale: 0.5 });
    expect(result.shape).toEqual([rows, columns]);
    for (let index = 0; index < result.size; index++) {
      expect(Math.abs((result.data[index] as number) - (expected.data[index] as number))).toBeLessThan(1e-3);
    }
  });
});
