/** Errors name the operation, the shapes and the user's line, at once and while tracing. */
import { describe, expect, test } from "vitest";
import { ShapeError } from "../core/errors/shape-error.ts";
import { callerLine } from "./caller-line.ts";
import { compile } from "./compile.ts";
import { gelu } from "./operations/activations.ts";
import { addAlongAxis, takeAlongAxis } from "./operations/along-axis.ts";
import { add, mul } from "./operations/arithmetic.ts";
import { clip } from "./operations/clip.ts";
import { and, equal, greater, not } from "./operations/comparison.ts";
import { conv1d, conv2d } from "./operations/convolution.ts";
import { cumulativeSum } from "./operations/cumulative-sum.ts";
import { exp, neg } from "./operations/elementwise.ts";
import { erf } from "./operations/error-function.ts";
import { addRows, gatherRows, pick, place } from "./operations/indexing.ts";
import {
  broadcastTo,
  concatenate,
  expandDimensions,
  pad,
  reshape,
  slice,
  stack,
  transpose,
} from "./operations/layout.ts";
import { matrixProduct } from "./operations/matrix-product.ts";
import { rmsNorm } from "./operations/normalisation.ts";
import { averagePool1d, maxPool2d } from "./operations/pooling.ts";
import { argmax, max, mean, min, sum } from "./operations/reduction.ts";
import { rotary } from "./operations/rotary.ts";
import { where } from "./operations/selection.ts";
import { logSoftmax, softmax } from "./operations/softmax.ts";
import { sort, topK } from "./operations/sorting.ts";
import { ones, range, type Tensor, tensor } from "./tensor.ts";

const ids = (...values: number[]) => tensor(values, { elementType: "int32" });
const mask = ones([2], "bool");
const doubles = ones([2], "float64");
const f = ones;

/** What is wrong, and what the message must hold beside the line. */
const wrong: readonly (readonly [string, () => unknown, RegExp])[] = [
  ["add of shapes", () => add(f([2, 3]), f([2])), /add: .*float32 \[2, 3\] and float32 \[2\]/],
  ["add of types", () => add(f([2]), doubles), /add: .*float32 \[2\] and float64 \[2\].*cast/],
  ["mul of booleans", () => mul(mask, mask), /mul: two arrays of numbers.*bool \[2\]/],
  ["greater of booleans", () => greater(mask, mask), /greater: /],
  ["equal of types", () => equal(f([2]), doubles), /equal: /],
  ["and of numbers", () => and(f([2]), f([2])), /and: two boolean arrays/],
  ["not of numbers", () => not(f([2])), /not: a boolean array/],
  ["exp of integers", () => exp(range(2)), /exp: .*int32 \[2\].*cast/],
  ["neg of booleans", () => neg(mask), /neg: .*bool \[2\]/],
  ["gelu of integers", () => gelu(range(2)), /gelu: /],
  ["erf of integers", () => erf(range(2)), /erf: /],
  ["clip upside down", () => clip(f([2]), 1, 0), /clip: .*not 1 and 0/],
  ["clip to NaN", () => clip(f([2]), Number.NaN, 0), /clip: /],
  ["clip of integers to a fraction", () => clip(range(2), 0.5, 1), /clip: /],
  ["where without booleans", () => where(f([2]), f([2]), f([2])), /where: a boolean condition/],
  ["where of shapes", () => where(mask, f([3]), f([3])), /where: .*bool \[2\] and float32 \[3\]/],
  ["matrixProduct", () => matrixProduct(f([2, 3]), f([2, 3])), /matrixProduct: \[\.\.\., m, k\].*float32 \[2, 3\]/],
  ["matrixProduct of a vector", () => matrixProduct(f([3]), f([3, 2])), /matrixProduct: /],
  ["matrixProduct of batches", () => matrixProduct(f([2, 1, 1]), f([3, 1, 1])), /matrixProduct: /],
  [
    "matrixProduct of scaled integers",
    () => matrixProduct(f([1, 1], "int32"), f([1, 1], "int32"), { scale: 2 }),
    /int32/,
  ],
  ["reshape", () => reshape(f([2, 3]), [4]), /reshape: a shape with 6 elements, not \[4\]/],
  ["reshape with two unknown sizes", () => reshape(f([4]), [-1, -1]), /reshape: /],
  ["reshape to no whole size", () => reshape(f([5]), [2, -1]), /reshape: .*\[2, 2\.5\]/],
  ["reshape beside a size of 0", () => reshape(f([0]), [0, -1]), /reshape: /],
  ["transpose", () => transpose(f([2, 3]), [0, 0]), /transpose: a permutation of 2 axes, not \[0, 0\]/],
  ["broadcastTo", () => broadcastTo(f([2]), [3]), /broadcastTo: .*\[3\]/],
  ["broadcastTo fewer", () => broadcastTo(f([2, 2]), [2]), /broadcastTo: /],
  ["slice beyond the end", () => slice(f([3]), 0, 1, 4), /slice: 0 <= start <= end <= 3 on axis 0, not 1 and 4/],
  ["slice of an axis too many", () => slice(f([3]), 1, 0, 1), /slice: an axis within the rank 1, not 1/],
  ["slice of rank 0", () => slice(f([]), 0, 0, 1), /slice: /],
  ["pad with less than nothing", () => pad(f([3]), 0, -1, 0), /pad: .*not -1 and 0.*use slice/],
  ["concatenate", () => concatenate([f([2, 2]), f([3, 3])]), /concatenate: .*\[2, 2\] and float32 \[3, 3\]/],
  ["concatenate of nothing", () => concatenate([]), /concatenate: at least one array, but got none/],
  ["stack", () => stack([f([2]), f([3])]), /concatenate: /],
  ["expandDimensions", () => expandDimensions(f([2]), 3), /expandDimensions: an axis within the rank 2 of the result/],
  ["sum of booleans", () => sum(mask), /sum: an array of numbers/],
  ["sum over an axis twice", () => sum(f([2]), { axes: [0, -1] }), /sum: different axes within the rank 1, not 0,-1/],
  ["sum over an axis too many", () => sum(f([2]), { axes: 1 }), /sum: /],
  ["max of nothing", () => max(f([0, 2]), { axes: 0 }), /max: at least one element/],
  ["min of nothing", () => min(f([0])), /min: at least one element/],
  ["argmax of nothing", () => argmax(f([2, 0])), /argmax: at least one element/],
  ["argmax of booleans", () => argmax(mask), /argmax: /],
  ["mean of integers", () => mean(range(3)), /mean: floating-point numbers/],
  ["softmax of integers", () => softmax(range(3)), /softmax: /],
  ["logSoftmax of an axis too many", () => logSoftmax(f([2]), 1), /logSoftmax: an axis within the rank/],
  ["cumulativeSum of booleans", () => cumulativeSum(mask), /cumulativeSum: /],
  ["cumulativeSum of rank 0", () => cumulativeSum(f([])), /cumulativeSum: an axis within the rank 0/],
  ["rmsNorm", () => rmsNorm(f([2, 3]), f([2])), /rmsNorm: rows \[\.\.\., n\] and a scale \[n\]/],
  ["rmsNorm of nothing", () => rmsNorm(f([2, 0]), f([0])), /rmsNorm: /],
  [
    "rotary",
    () => rotary(f([1, 1, 2, 4]), f([1, 2, 4]), f([1, 2, 4])),
    /rotary: heads \[batch, heads, positions, size\]/,
  ],
  ["gatherRows of floats", () => gatherRows(f([2, 2]), f([1])), /gatherRows: .*int32 indices/],
  ["gatherRows of rank 0", () => gatherRows(f([]), ids(0)), /gatherRows: /],
  ["gatherRows out of range", () => gatherRows(f([3, 2]), ids(1, 3)), /gatherRows: indices within 0 and 2, not 3/],
  ["gatherRows below 0", () => gatherRows(f([3, 2]), ids(-1)), /gatherRows: indices within 0 and 2, not -1/],
  [
    "addRows of shapes",
    () => addRows([3, 2], ids(1), f([1, 3])),
    /addRows: .*numbers \[\.\.\., 2\] for a table \[3, 2\]/,
  ],
  ["addRows out of range", () => addRows([3], ids(3), f([1])), /addRows: indices within 0 and 2, not 3/],
  ["pick of shapes", () => pick(f([2, 3]), ids(0)), /pick: int32 indices \[2\]/],
  ["pick out of range", () => pick(f([1, 3]), ids(3)), /pick: indices within 0 and 2, not 3/],
  ["place of shapes", () => place(3, ids(0), f([2])), /place: /],
  ["place out of range", () => place(3, ids(-1), f([1])), /place: indices within 0 and 2, not -1/],
  ["takeAlongAxis of shapes", () => takeAlongAxis(f([2, 3]), ids(0)), /takeAlongAxis: int32 indices.*axis 1 alone/],
  [
    "takeAlongAxis out of range",
    () => takeAlongAxis(f([3]), ids(0, 3)),
    /takeAlongAxis: indices within 0 and 2, not 3/,
  ],
  ["takeAlongAxis of an axis too many", () => takeAlongAxis(f([3]), ids(0), 1), /takeAlongAxis: an axis/],
  ["addAlongAxis of shapes", () => addAlongAxis([3], ids(0), f([2])), /addAlongAxis: one number to add per index/],
  ["topK of too many", () => topK(f([3]), 4), /topK: .*from 1 to 3, not 4/],
  ["topK of none", () => topK(f([3]), 0), /topK: /],
  ["sort of rank 0", () => sort(f([])), /topK: an axis/],
  ["conv2d of ranks", () => conv2d(f([1, 3, 3]), f([1, 1, 2, 2])), /conv2d: x \[batch, channels, height, width\]/],
  ["conv2d of channels", () => conv2d(f([1, 2, 3, 3]), f([1, 3, 2, 2])), /convolution: .*check channels/],
  ["conv2d of groups", () => conv2d(f([1, 2, 3, 3]), f([3, 1, 2, 2]), { groups: 2 }), /outputs a multiple of 2/],
  ["conv2d of a small image", () => conv2d(f([1, 1, 1, 3]), f([1, 1, 2, 2])), /no smaller than the kernel/],
  ["conv2d of nothing", () => conv2d(f([0, 1, 3, 3]), f([1, 1, 2, 2])), /without empty axes/],
  ["conv2d without steps", () => conv2d(f([1, 1, 3, 3]), f([1, 1, 2, 2]), { stride: 0 }), /stride 0,0/],
  ["conv1d of ranks", () => conv1d(f([1, 3]), f([1, 1, 2])), /conv1d: x \[batch, channels, length\]/],
  [
    "maxPool2d of a small image",
    () => maxPool2d(f([1, 1, 1, 3]), { size: 2 }),
    /maxPool: .*no smaller than the window/,
  ],
  ["maxPool2d padded too much", () => maxPool2d(f([1, 1, 3, 3]), { size: 2, padding: 2 }), /maxPool: .*padding 2,2/],
  ["averagePool1d of ranks", () => averagePool1d(f([3]), { size: 2 }), /pooling: floats \[batch, channels, length\]/],
];

describe("mismatches name operation, shapes and line", () => {
  test.each(wrong)("%s", (_, call, message) => {
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(message);
    expect(call).toThrow(/\(at .*errors\.test\.ts:\d+:\d+\)/);
  });

  test("the line is the one that called the operation", () => {
    const here = lineOf(new Error());
    expect(() => add(f([2]), f([3]))).toThrow(`errors.test.ts:${here + 1}:`);
    expect(callerLine()).toContain(`errors.test.ts:${here + 2}:`);
  });

  test("also while a compiled function is traced", async () => {
    const here = lineOf(new Error());
    const compiled = compile((x: Tensor, y: Tensor) => {
      const product = mul(x, x);
      return add(product, y);
    });
    const call = compiled(f([2]), f([3]));
    await expect(call).rejects.toThrow(ShapeError);
    await expect(call).rejects.toThrow(`errors.test.ts:${here + 3}:`);
    await expect(call).rejects.toThrow(/add: .*float32 \[2\] and float32 \[3\]/);
  });

  test("and where a traced tensor's data is read", async () => {
    const here = lineOf(new Error());
    const compiled = compile((x: Tensor) => tensor([x.item()]));
    await expect(compiled(f([1]))).rejects.toThrow(`errors.test.ts:${here + 1}:`);
  });

  test("two numbers are no operands", () => {
    expect(() => add(1, 2)).toThrow(/the numbers 1 and 2: use plain arithmetic/);
  });
});

/** The line that made an error, by the engine's own account. */
function lineOf(error: Error): number {
  return Number(/errors\.test\.ts:(\d+):/.exec(error.stack ?? "")?.[1]);
}
