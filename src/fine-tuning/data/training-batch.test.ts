import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { roundedSize, trainingBatch } from "./training-batch.ts";

const list = (data: ArrayLike<number>) => Array.from(data);

describe("a batch", () => {
  test("packs rows, with positions that begin again and what is learnt by its place", () => {
    const batch = trainingBatch(
      [
        [
          { tokens: [7, 8, 9], taught: [false, false, true] },
          { tokens: [4, 5], taught: [false, true] },
        ],
        [{ tokens: [1, 2, 3], taught: [false, true, true] }],
      ],
      { rows: 3, positions: 4, weight: 0.25 },
    );
    expect(batch.tokens.shape).toEqual([3, 4]);
    expect(list(batch.tokens.data)).toEqual([7, 8, 4, 0, 1, 2, 0, 0, 0, 0, 0, 0]);
    expect(list(batch.packing.positions.data)).toEqual([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    expect(list(batch.packing.segments.data)).toEqual([0, 0, 1, -1, 0, 0, -1, -1, -1, -1, -1, -1]);
    expect(list(batch.places.data).slice(0, 5)).toEqual([1, 2, 4, 5, 0]);
    expect(list(batch.targets.data).slice(0, 5)).toEqual([9, 5, 2, 3, 0]);
    expect(list(batch.weights.data)).toEqual([0.25, 0.25, 0.25, 0.25, ...Array(12).fill(0)]);
  });

  test("sizes are rounded up by at most a quarter, to few values", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (size) => {
        const rounded = roundedSize(size);
        expect(rounded).toBeGreaterThanOrEqual(size);
        expect(rounded).toBeLessThanOrEqual(Math.max(size + 15, size * 1.25));
        expect(roundedSize(rounded)).toBe(rounded);
      }),
    );
    expect(new Set(Array.from({ length: 1024 }, (_, index) => roundedSize(index + 1))).size).toBe(20);
  });
});
