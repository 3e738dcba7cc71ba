import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import { allocate } from "./element-type.ts";
import { broadcastShapes, broadcastStrides, resolveAxis, sizeOf, stridedOffsets, stridesOf } from "./shape.ts";
import { describe as describeType, full, ones, placeholder, range, tensor, zeros } from "./tensor.ts";

describe("tensors from numbers and lists", () => {
  test("ranks 0 to 3, and nothing", () => {
    expect([tensor(3).shape, tensor(3).item(), tensor(3).rank, tensor(3).size]).toEqual([[], 3, 0, 1]);
    expect(tensor([1, 2]).shape).toEqual([2]);
    const cube = tensor([
      [[1], [2]],
      [[3], [4]],
      [[5], [6]],
    ]);
    expect([cube.shape, Array.from(cube.data)]).toEqual([
      [3, 2, 1],
      [1, 2, 3, 4, 5, 6],
    ]);
    expect([tensor([]).shape, tensor([[], []]).shape, tensor([]).size]).toEqual([[0], [2, 0], 0]);
  });

  test("element types: asked for, float32 for numbers, bool for booleans", () => {
    expect(tensor([1.5]).elementType).toBe("float32");
    expect(tensor([true, false]).elementType).toBe("bool");
    expect(tensor([true, 0]).elementType).toBe("float32");
    expect(Array.from(tensor([1.9, -1.9], { elementType: "int32" }).data)).toEqual([1, -1]);
    expect(Array.from(tensor([0, 2, Number.NaN], { elementType: "bool" }).data)).toEqual([0, 1, 1]);
    expect(tensor(0.1, { elementType: "float64" }).item()).toBe(0.1);
    expect(tensor(0.1).item()).toBe(Math.fround(0.1));
  });

  test("ragged lists", () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(ShapeError);
    expect(() => tensor([[1, 2], 3])).toThrow(/lists of equal lengths, \[2, 2\].*depth 1.*tensor\.test\.ts:\d+/);
    expect(() => tensor([1, [2]])).toThrow(ShapeError);
    expect(() => tensor([[[1]], [[2, 3]]])).toThrow(ShapeError);
  });

  test("any nested list that is not ragged comes out flat, in order", () => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, (lengths) => {
        let next = 0;
        const nested = (depth: number): number | readonly unknown[] =>
          depth === lengths.length ? next++ : Array.from({ length: lengths[depth] ?? 0 }, () => nested(depth + 1));
        const result = tensor(nested(0) as number, { elementType: "int32" });
        expect(result.shape).toEqual(lengths);
        expect(Array.from(result.data)).toEqual(Array.from({ length: sizeOf(lengths) }, (_, index) => index));
      }),
    );
  });
});

describe("tensors from typed arrays", () => {
  test("are not copied, and take the array's type", () => {
    const data = Float64Array.of(1, 2, 3, 4);
    const matrix = tensor(data, { shape: [2, 2] });
    expect([matrix.data === data, matrix.elementType]).toEqual([true, "float64"]);
    expect(tensor(Int32Array.of(1)).elementType).toBe("int32");
    expect(tensor(Uint8Array.of(1)).elementType).toBe("bool");
  });

  test("a shape that does not fit", () => {
    expect(() => tensor(new Float32Array(4), { shape: [3] })).toThrow(/3 elements.*4.*tensor\.test\.ts:\d+/);
    expect(() => tensor([1, 2], { shape: [3] })).toThrow(ShapeError);
    expect(() => tensor(new Float32Array(4), { shape: [-2, -2] })).toThrow(/at least 0, but got \[-2, -2\]/);
    expect(() => full([1.5], 0)).toThrow(ShapeError);
    expect(() => zeros([-1])).toThrow(ShapeError);
    expect(() => range(-1)).toThrow(ShapeError);
  });

  test("arrays of other kinds, and of another type than asked for", () => {
    expect(() => tensor(new Uint32Array(1) as never)).toThrow(InvalidArgumentError);
    expect(() => tensor(new Uint32Array(1) as never)).toThrow(/Uint32Array.*tensor\.test\.ts:\d+/);
    expect(() => tensor(new Float32Array(1), { elementType: "float64" })).toThrow(
      /typed array of float64.*Float32Array/,
    );
  });
});

describe("reading", () => {
  test("a traced tensor has no data, and says where it was asked for", () => {
    const traced = placeholder({ elementType: "float32", shape: [2] });
    expect(traced.concrete).toBe(false);
    expect(() => traced.data).toThrow(ShapeError);
    expect(() => traced.data).toThrow(/traced tensor float32 \[2\] \(at .*tensor\.test\.ts:\d+:\d+\)/);
    expect(() => placeholder({ elementType: "float32", shape: [] }).item()).toThrow(/traced tensor/);
  });

  test("one element of several", () => {
    expect(() => tensor([1, 2]).item()).toThrow(/one element, but got float32 \[2\]/);
    expect(tensor([[5]]).item()).toBe(5);
  });

  test("makers", () => {
    expect(Array.from(ones([2], "bool").data)).toEqual([1, 1]);
    expect(Array.from(range(3).data)).toEqual([0, 1, 2]);
    expect([range(0).shape, range(2, "float64").elementType]).toEqual([[0], "float64"]);
    expect(describeType(zeros([2, 3], "int32"))).toBe("int32 [2, 3]");
    expect(allocate("bool", 2)).toEqual(new Uint8Array(2));
  });
});

describe("shapes", () => {
  const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

  test("broadcasting is symmetric, keeps a shape against itself and against a scalar", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(broadcastShapes(a, b)).toEqual(broadcastShapes(b, a));
        expect(broadcastShapes(a, a)).toEqual(a);
        expect(broadcastShapes(a, [])).toEqual(a);
      }),
    );
    expect(broadcastShapes([2, 1, 3], [4, 1])).toEqual([2, 4, 3]);
    expect(broadcastShapes([2], [3])).toBeUndefined();
    expect(broadcastShapes([0], [1])).toEqual([0]);
    expect(broadcastShapes([0], [2])).toBeUndefined();
  });

  test("row-major offsets count up, repeated axes stand still", () => {
    fc.assert(
      fc.property(shape, (lengths) => {
        const offsets = stridedOffsets(lengths, stridesOf(lengths));
        expect(Array.from(offsets)).toEqual(Array.from({ length: sizeOf(lengths) }, (_, index) => index));
      }),
    );
    expect(Array.from(stridedOffsets([2, 3], broadcastStrides([2, 1], [2, 3])))).toEqual([0, 0, 0, 1, 1, 1]);
    expect(Array.from(stridedOffsets([2, 3], broadcastStrides([3], [2, 3])))).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test("axes from the end", () => {
    expect([resolveAxis(-1, 3), resolveAxis(0, 3), resolveAxis(3, 3), resolveAxis(-4, 3), resolveAxis(0.5, 3)]).toEqual(
      [2, 0, undefined, undefined, undefined],
    );
  });
});
