import { expect, test } from "vitest";
import { chooseDimension, hold } from "./map-view.ts";

const view = { rowDimension: 0, columnDimension: 1, held: new Map([[2, 3]]) };

test("a dimension comes to a side, and is held no longer", () => {
  expect(chooseDimension(view, "rowDimension", 2)).toEqual({ rowDimension: 2, columnDimension: 1, held: new Map() });
});

test("a dimension that the other side shows changes places with this side's", () => {
  expect(chooseDimension(view, "rowDimension", 1)).toEqual({ ...view, rowDimension: 1, columnDimension: 0 });
  expect(chooseDimension(view, "columnDimension", 0)).toEqual({ ...view, rowDimension: 1, columnDimension: 0 });
  expect(chooseDimension(view, "columnDimension", 1)).toEqual(view);
});

test("a bin is held and let go", () => {
  expect(hold(view, 3, 0).held).toEqual(
    new Map([
      [2, 3],
      [3, 0],
    ]),
  );
  expect(hold(view, 2, -1).held).toEqual(new Map());
  expect(view.held).toEqual(new Map([[2, 3]]));
});
