/** Operations that take integers and booleans too, where the other tables have them of floats. */
import { addAlongAxis, takeAlongAxis } from "../operations/along-axis.ts";
import { greater, greaterEqual } from "../operations/comparison.ts";
import { stopGradient } from "../operations/elementwise.ts";
import { addRows, gatherRows, oneHot, pick, place } from "../operations/indexing.ts";
import {
  broadcastTo,
  concatenate,
  expandDimensions,
  pad,
  reshape,
  slice,
  split,
  stack,
  transpose,
} from "../operations/layout.ts";
import { linear, matrixProduct } from "../operations/matrix-product.ts";
import { argmax, sumTo } from "../operations/reduction.ts";
import { sort, topK } from "../operations/sorting.ts";
import type { Tensor } from "../tensor.ts";
import { bool, constantRow, integer, type Row } from "./row.ts";

/** Of one array [2, 3]. */
const moving: readonly (readonly [string, (x: Tensor) => Tensor])[] = [
  ["reshape", (x) => reshape(x, [3, 2])],
  ["transpose", (x) => transpose(x)],
  ["broadcastTo", (x) => broadcastTo(x, [2, 2, 3])],
  ["slice", (x) => slice(x, 1, 1)],
  ["split", (x) => split(x, 1, [1, 2])[1] as Tensor],
  ["pad", (x) => pad(x, 1, 1, 1)],
  ["concatenate", (x) => concatenate([x, x])],
  ["stack", (x) => stack([x, x], 1)],
  ["expandDimensions", (x) => expandDimensions(x, -1)],
  ["stopGradient", (x) => stopGradient(x)],
];

/** Of one array [2, 3] and int32 indices. */
const reading: readonly (readonly [string, readonly number[], (x: Tensor, indices: Tensor) => Tensor])[] = [
  ["gatherRows", [3], (x, indices) => gatherRows(x, indices)],
  ["pick", [2], (x, indices) => pick(x, indices)],
  ["place", [2, 3], (x, indices) => place(3, indices, x)],
  ["takeAlongAxis", [2, 2], (x, indices) => takeAlongAxis(x, indices)],
];

export const typedRows: readonly Row[] = [
  ...moving.flatMap(([name, f]) => [
    constantRow(`${name} of integers`, [integer([2, 3], -9, 9)], f),
    constantRow(`${name} of bool`, [bool([2, 3])], f),
  ]),
  ...reading.flatMap(([name, shape, f]) => [
    constantRow(`${name} of integers`, [integer([2, 3], -9, 9), integer(shape, 0, 2)], f),
    constantRow(`${name} of bool`, [bool([2, 3]), integer(shape, 0, 2)], f),
  ]),
  constantRow("addRows of integers", [integer([3], 0, 2), integer([3], -9, 9)], (i, x) => addRows([2], i, x)),
  constantRow("addAlongAxis of integers", [integer([3], 0, 2), integer([3], -9, 9)], (i, x) => addAlongAxis([2], i, x)),
  constantRow("oneHot of integers", [integer([3], 0, 2)], (x) => oneHot(x, 2, "int32")),
  constantRow("oneHot of bool", [integer([3], 0, 2)], (x) => oneHot(x, 2, "bool")),
  constantRow("sumTo of integers", [integer([2, 3], -9, 9)], (x) => sumTo(x, [3])),
  constantRow("linear of integers", [integer([2, 3], -9, 9), integer([2, 3], -9, 9)], linear),
  constantRow("matrixProduct of integers, transposed", [integer([3, 2], -9, 9), integer([3, 2], -9, 9)], (a, b) =>
    matrixProduct(a, b, { transposeA: true }),
  ),
  constantRow("topK of integers", [integer([2, 6], -3, 3)], (x) => topK(x, 3).values),
  constantRow("sort of integers", [integer([2, 6], -3, 3)], (x) => sort(x).values),
  constantRow("argmax of integers", [integer([6, 2], -3, 3)], (x) => argmax(x, 0)),
  constantRow("greater of integers and a number", [integer([4], -3, 3)], (x) => greater(x, 0)),
  constantRow("greaterEqual of integers and a number", [integer([4], -3, 3)], (x) => greaterEqual(x, 0)),
];
