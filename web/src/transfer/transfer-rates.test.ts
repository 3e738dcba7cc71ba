import { expect, test } from "vitest";
import { judgeOf, rowOf, shadeOf } from "./transfer-rates.ts";

const rate = (estimate: number) => ({ successes: 0, trials: 1, rate: { estimate, low: 0, high: 1 } });
const cell = (target: string, source?: true) => ({
  target,
  ...(source && { source }),
  ...rate(0.5),
  unknown: 0,
  categories: [],
});

test("shades are fifths, and none is drawn for what is not known", () => {
  const shares = [0, 0.2, 0.21, 0.4, 0.6, 0.8, 0.81, 1];
  expect(shares.map((share) => shadeOf(rate(share)))).toEqual([1, 1, 2, 2, 3, 4, 5, 5]);
  // Rounding errors of a share make no darker cell: 3 of 5 prompts.
  expect(shadeOf(rate(0.1 + 0.2 + 0.3))).toBe(3);
  expect(shadeOf({ successes: 0, trials: 0 })).toBeUndefined();
});

test("an archive with one judge is shown by that one", () => {
  const own = { judge: "own", heldOut: false, cells: [] };
  const other = { judge: "other", heldOut: true, cells: [] };
  const archive = (judges: readonly (typeof own)[]) => ({ name: "a", source: "m", prompts: 1, intervals: "", judges });
  expect(judgeOf(archive([own, other]), true)).toBe(other);
  expect(judgeOf(archive([own, other]), false)).toBe(own);
  expect(judgeOf(archive([own]), true)).toBe(own);
  expect(judgeOf(archive([]), true)).toBeUndefined();
});

test("a row has the searched model first, which may be a target again, and holes for what is not done", () => {
  const cells = [cell("m", true), cell("b"), cell("m")];
  const row = rowOf({ judge: "own", heldOut: false, cells }, ["b", "c", "m"]);
  expect(row).toEqual([cells[0], cells[1], undefined, cells[2]]);
});
