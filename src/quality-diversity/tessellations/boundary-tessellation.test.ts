import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { boundaryTessellation } from "./boundary-tessellation.ts";

test("a number is in the last bin that begins below it or at it, for any boundaries", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 9 }).map((all) => all.sort((a, b) => a - b)),
      fc.integer({ min: -12, max: 12 }),
      (boundaries, value) => {
        const tessellation = boundaryTessellation({ axes: [{ boundaries }] });
        const begun = boundaries.slice(0, -1).filter((boundary) => boundary <= value).length;
        expect(tessellation.cellOf(Float64Array.of(value), 0)).toBe(Math.max(0, begun - 1));
      },
    ),
  );
});

test("cells are the combinations of bins, the last dimension varying fastest", () => {
  const tessellation = boundaryTessellation({
    axes: [{ name: "a", boundaries: [0, 1, 10] }, { boundaries: [0, 5, 6, 7] }],
  });
  expect([tessellation.cells, tessellation.shape]).toEqual([6, [2, 3]]);
  expect(tessellation.axes.map(({ name }) => name)).toEqual(["a", "dimension 1"]);
  const descriptors = Float64Array.of(0.5, 6.5, 3, 5.5);
  expect([0, 1].map((row) => tessellation.binsOf(tessellation.cellOf(descriptors, row)))).toEqual([
    [0, 2],
    [1, 1],
  ]);
  expect(() => tessellation.cellOf(Float64Array.of(1, Number.NaN), 0)).toThrow(NumericalError);
});

test.each([[[1]], [[2, 1]], [[0, Infinity]], [[Number.NaN, 1]]])("refuses the boundaries %j", (boundaries) => {
  expect(() => boundaryTessellation({ axes: [{ boundaries }] })).toThrow(InvalidArgumentError);
});
