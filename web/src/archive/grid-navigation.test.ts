import { expect, test } from "vitest";
import { moveInGrid } from "./grid-navigation.ts";

const size = { rows: 3, columns: 4 };
const press = (row: number, column: number, key: string, ctrlKey = false) => {
  const target = moveInGrid({ row, column }, size, { key, ctrlKey });
  return target === undefined ? undefined : [target.row, target.column];
};

test("arrows move by one and stop at the edges", () => {
  expect(press(1, 1, "ArrowUp")).toEqual([0, 1]);
  expect(press(1, 1, "ArrowDown")).toEqual([2, 1]);
  expect(press(1, 1, "ArrowLeft")).toEqual([1, 0]);
  expect(press(1, 1, "ArrowRight")).toEqual([1, 2]);
  expect(press(0, 0, "ArrowUp")).toEqual([0, 0]);
  expect(press(2, 3, "ArrowRight")).toEqual([2, 3]);
});

test("Home, End, Page keys, alone and with Control", () => {
  expect(press(1, 2, "Home")).toEqual([1, 0]);
  expect(press(1, 2, "End")).toEqual([1, 3]);
  expect(press(1, 2, "Home", true)).toEqual([0, 0]);
  expect(press(1, 2, "End", true)).toEqual([2, 3]);
  expect(press(1, 2, "PageUp")).toEqual([0, 2]);
  expect(press(1, 2, "PageDown")).toEqual([2, 2]);
  expect(press(1, 2, "x")).toBeUndefined();
});
