/** Sums, extremes, softmax, norms. */
import { mul } from "../operations/arithmetic.ts";
import { cumulativeSum } from "../operations/cumulative-sum.ts";
import { layerNorm, rmsNorm } from "../operations/normalisation.ts";
import { argmax, logSumExp, max, mean, min, type ReductionOptions, sum, sumTo } from "../operations/reduction.ts";
import { logSoftmax, softmax } from "../operations/softmax.ts";
import type { Tensor } from "../tensor.ts";
import { constantRow, float, integer, type Row, row } from "./row.ts";

type Reduction = (x: Tensor, options?: ReductionOptions) => Tensor;

const reductions: readonly (readonly [string, Reduction])[] = [
  ["sum", sum],
  ["mean", mean],
  ["max", max],
  ["min", min],
  ["logSumExp", logSumExp],
];

export const reductionRows: readonly Row[] = [
  ...reductions.flatMap(([name, f]) => [
    row(`${name} of all`, [float([2, 3])], (x) => f(x)),
    row(`${name} last axis`, [float([2, 3])], (x) => f(x, { axes: -1 })),
    row(`${name} two axes kept`, [float([2, 3, 2])], (x) => f(x, { axes: [0, -1], keepDimensions: true })),
    row(`${name} size 1`, [float([2, 1])], (x) => f(x, { axes: 1 })),
    row(`${name} rank 0`, [float([])], (x) => f(x)),
    row(`${name} nothing left`, [float([0, 3])], (x) => f(x, { axes: 1 })),
  ]),
  row("sum of nothing", [float([0, 3])], (x) => sum(x, { axes: 0 })),
  constantRow("sum integers", [integer([2, 3], -9, 9)], (x) => sum(x, { axes: 0 })),
  constantRow("max integers", [integer([2, 3], -9, 9)], (x) => max(x, { axes: 1 })),
  constantRow("min integers", [integer([2, 3], -9, 9)], (x) => min(x)),
  row("sumTo", [float([2, 3, 2])], (x) => sumTo(x, [3, 1])),
  row("sumTo rank 0", [float([2, 2])], (x) => sumTo(x, [])),
  constantRow("argmax", [float([3, 4])], (x) => argmax(x)),
  constantRow("argmax first axis", [float([3, 4])], (x) => argmax(x, 0)),
  constantRow("argmax of equals", [integer([4, 6], 0, 3)], (x) => argmax(x)),
  row("cumulativeSum", [float([2, 4])], (x) => cumulativeSum(x)),
  row("cumulativeSum first axis, exclusive", [float([3, 2])], (x) => cumulativeSum(x, { axis: 0, exclusive: true })),
  row("cumulativeSum reverse", [float([2, 4])], (x) => cumulativeSum(x, { reverse: true })),
  row("cumulativeSum both", [float([4])], (x) => cumulativeSum(x, { reverse: true, exclusive: true })),
  row("cumulativeSum middle axis", [float([2, 3, 2])], (x) => cumulativeSum(x, { axis: 1 })),
  row("cumulativeSum nothing", [float([2, 0])], (x) => cumulativeSum(x)),
  constantRow("cumulativeSum integers", [integer([5], -9, 9)], (x) => cumulativeSum(x)),

  row("softmax", [float([2, 4])], (x) => softmax(x)),
  row("softmax first axis", [float([3, 2])], (x) => softmax(x, 0)),
  row("softmax middle axis", [float([2, 3, 2])], (x) => softmax(x, 1)),
  row("softmax of one", [float([2, 1])], (x) => softmax(x)),
  row("softmax far out", [float([2, 4], -300, 300)], (x) => softmax(mul(x, 0.01))),
  row("logSoftmax", [float([2, 4])], (x) => logSoftmax(x)),
  row("logSoftmax first axis", [float([3, 2])], (x) => logSoftmax(x, 0)),
  row("logSoftmax large", [float([2, 3], 900, 905)], (x) => logSoftmax(x)),
  row("rmsNorm", [float([2, 4]), float([4])], (x, scale) => rmsNorm(x, scale)),
  row("rmsNorm batch", [float([2, 2, 3]), float([3])], (x, scale) => rmsNorm(x, scale, 0.1)),
  row("layerNorm", [float([2, 4]), float([4]), float([4])], (x, scale, shift) => layerNorm(x, scale, shift)),
];
