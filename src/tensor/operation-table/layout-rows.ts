/** Moving, reading and adding elements. */
import { addAlongAxis, takeAlongAxis } from "../operations/along-axis.ts";
import { mul } from "../operations/arithmetic.ts";
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
import { sort, topK } from "../operations/sorting.ts";
import type { Tensor } from "../tensor.ts";
import { bool, constantRow, float, integer, type Row, row } from "./row.ts";

export const layoutRows: readonly Row[] = [
  row("reshape", [float([2, 3])], (x) => reshape(x, [3, 2])),
  row("reshape worked out", [float([2, 3, 2])], (x) => reshape(x, [2, -1])),
  row("reshape to rank 0", [float([1, 1])], (x) => reshape(x, [])),
  row("reshape nothing", [float([0, 3])], (x) => reshape(x, [3, 0])),
  constantRow("reshape bool", [bool([2, 2])], (x) => reshape(x, [4])),
  row("transpose", [float([2, 3])], (x) => transpose(x)),
  row("transpose batch", [float([2, 1, 3])], (x) => transpose(x)),
  row("transpose cycle", [float([2, 3, 2])], (x) => transpose(x, [2, 0, 1])),
  row("transpose rank 0", [float([])], (x) => transpose(x)),
  row("transpose nothing", [float([0, 2])], (x) => transpose(x)),
  constantRow("transpose integers", [integer([2, 3], 0, 9)], (x) => transpose(x)),
  row("broadcastTo", [float([2, 1])], (x) => broadcastTo(x, [3, 2, 2])),
  row("broadcastTo of rank 0", [float([])], (x) => broadcastTo(x, [2, 2])),
  row("broadcastTo nothing", [float([1, 2])], (x) => broadcastTo(x, [0, 2])),
  row("slice", [float([2, 5])], (x) => slice(x, 1, 1, 4)),
  row("slice from the end", [float([2, 5])], (x) => slice(x, -1, -3, -1)),
  row("slice to the end", [float([3, 2])], (x) => slice(x, 0, 1)),
  row("slice nothing", [float([3, 2])], (x) => slice(x, 0, 1, 1)),
  constantRow("slice bool", [bool([5])], (x) => slice(x, 0, 2)),
  row("split", [float([2, 5])], (x) => {
    const [a, b] = split(x, 1, [2, 3]) as [Tensor, Tensor];
    return mul(a, slice(b, 1, 1));
  }),
  row("pad", [float([2, 3])], (x) => pad(x, 1, 2, 1)),
  row("pad first axis", [float([2, 2])], (x) => pad(x, -2, 0, 1)),
  constantRow("pad integers", [integer([3], 1, 9)], (x) => pad(x, 0, 1, 1)),
  constantRow("pad bool", [bool([3])], (x) => pad(x, 0, 1, 1)),
  row("concatenate", [float([2, 2]), float([1, 2])], (a, b) => concatenate([a, b])),
  row("concatenate last axis", [float([2, 1]), float([2, 2]), float([2, 0])], (...parts) => concatenate(parts, -1)),
  row("concatenate the same twice", [float([2])], (x) => concatenate([x, x])),
  constantRow("concatenate integers", [integer([2], 0, 9), integer([3], 0, 9)], (a, b) => concatenate([a, b])),
  constantRow("concatenate bool", [bool([2]), bool([3])], (a, b) => concatenate([a, b])),
  row("stack", [float([2]), float([2])], (a, b) => stack([a, b])),
  row("stack last axis", [float([2]), float([2])], (a, b) => stack([a, b], -1)),
  row("expandDimensions", [float([2, 3])], (x) => expandDimensions(x, 1)),
  row("expandDimensions of rank 0", [float([])], (x) => expandDimensions(x, -1)),

  row("gatherRows", [float([4, 2]), integer([2, 3], 0, 4)], gatherRows),
  row("gatherRows of one index", [float([4, 2]), integer([], 0, 4)], gatherRows),
  row("gatherRows of numbers", [float([4]), integer([3], 0, 4)], gatherRows),
  row("gatherRows nothing", [float([4, 2]), integer([0], 0, 4)], gatherRows),
  constantRow("gatherRows integers", [integer([4], 0, 9), integer([3], 0, 4)], gatherRows),
  row("addRows", [integer([2, 3], 0, 4), float([2, 3, 2])], (indices, updates) => addRows([4, 2], indices, updates)),
  row("addRows of one index", [integer([], 0, 4), float([2])], (indices, updates) => addRows([4, 2], indices, updates)),
  row("addRows of numbers", [integer([6], 0, 3), float([6])], (indices, updates) => addRows([3], indices, updates)),
  row("addRows nothing", [integer([0], 0, 3), float([0, 2])], (indices, updates) => addRows([3, 2], indices, updates)),
  row("pick", [float([2, 3, 4]), integer([2, 3], 0, 4)], pick),
  row("pick one", [float([4]), integer([], 0, 4)], pick),
  row("place", [integer([2, 3], 0, 4), float([2, 3])], (indices, values) => place(4, indices, values)),
  row("place one", [integer([], 0, 4), float([])], (indices, values) => place(4, indices, values)),
  constantRow("oneHot", [integer([2, 3], -1, 5)], (indices) => oneHot(indices, 4)),
  constantRow("oneHot bool", [integer([3], 0, 2)], (indices) => oneHot(indices, 2, "bool")),
  row("takeAlongAxis", [float([2, 4]), integer([2, 3], 0, 4)], (x, indices) => takeAlongAxis(x, indices)),
  row("takeAlongAxis first axis", [float([3, 2]), integer([4, 2], 0, 3)], (x, i) => takeAlongAxis(x, i, 0)),
  row("takeAlongAxis nothing", [float([3, 2]), integer([0, 2], 0, 3)], (x, i) => takeAlongAxis(x, i, 0)),
  row("addAlongAxis", [integer([2, 3], 0, 4), float([2, 3])], (i, updates) => addAlongAxis([2, 4], i, updates)),
  row("addAlongAxis first axis", [integer([4, 2], 0, 3), float([4, 2])], (i, u) => addAlongAxis([3, 2], i, u, 0)),

  row("topK", [float([3, 5])], (x) => topK(x, 2).values),
  row("topK least, first axis", [float([5, 2])], (x) => topK(x, 3, { axis: 0, largest: false }).values),
  constantRow("topK indices", [float([3, 5])], (x) => topK(x, 5).indices),
  constantRow("topK indices of equals", [integer([2, 8], 0, 3)], (x) => topK(x, 8).indices),
  constantRow("topK least indices of equals", [integer([8, 2], 0, 3)], (x) => sort(x, 0).indices),
  row("sort", [float([2, 6])], (x) => sort(x).values),
];
