import { expect, test } from "vitest";
import type { CurveView } from "../../../src/report/view-model.ts";
import { curveTable } from "./curve-table.ts";

const curve = (...series: (readonly (readonly [number, number])[])[]): CurveView => ({
  name: "c",
  horizontal: "x",
  vertical: "y",
  series: series.map((points, index) => ({ name: `s${index}`, points })),
});

test("series are joined on their horizontal values, in order", () => {
  expect(
    curveTable(
      curve(
        [
          [2, 20],
          [0, 0],
        ],
        [
          [1, 11],
          [2, 21],
        ],
      ),
      10,
    ),
  ).toEqual({
    rows: [
      { horizontal: 0, values: [0, undefined] },
      { horizontal: 1, values: [undefined, 11] },
      { horizontal: 2, values: [20, 21] },
    ],
    total: 3,
  });
});

test("many rows are thinned evenly, with both ends kept", () => {
  const long = curve(Array.from({ length: 1001 }, (_, index) => [index, index] as const));
  const { rows, total } = curveTable(long, 11);
  expect(rows.map(({ horizontal }) => horizontal)).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  expect(total).toBe(1001);
  expect(curveTable(curve(), 10)).toEqual({ rows: [], total: 0 });
});
