/** Matrix products, rotations, convolutions, pooling. */
import { conv1d, conv2d } from "../operations/convolution.ts";
import { linear, matrixProduct } from "../operations/matrix-product.ts";
import { averagePool1d, averagePool2d, maxPool1d, maxPool2d } from "../operations/pooling.ts";
import { rotary } from "../operations/rotary.ts";
import { constant, constantRow, float, integer, type Row, row } from "./row.ts";

export const productRows: readonly Row[] = [
  row("matrixProduct", [float([2, 3]), float([3, 2])], (a, b) => matrixProduct(a, b)),
  row("matrixProduct a transposed", [float([3, 2]), float([3, 2])], (a, b) =>
    matrixProduct(a, b, { transposeA: true, scale: 0.5 }),
  ),
  row("matrixProduct b transposed", [float([2, 3]), float([2, 3])], (a, b) =>
    matrixProduct(a, b, { transposeB: true }),
  ),
  row("matrixProduct both transposed", [float([3, 2]), float([4, 3])], (a, b) =>
    matrixProduct(a, b, { transposeA: true, transposeB: true, scale: -2 }),
  ),
  row("matrixProduct batch", [float([2, 2, 3]), float([2, 3, 2])], (a, b) => matrixProduct(a, b)),
  row("matrixProduct batch, b transposed", [float([2, 2, 3]), float([2, 2, 3])], (a, b) =>
    matrixProduct(a, b, { transposeB: true, scale: 0.3 }),
  ),
  row("matrixProduct batch, a transposed", [float([2, 3, 2]), float([2, 3, 2])], (a, b) =>
    matrixProduct(a, b, { transposeA: true }),
  ),
  row("matrixProduct batch by a matrix", [float([2, 2, 3]), float([3, 2])], (a, b) => matrixProduct(a, b)),
  row("matrixProduct transposed batch by a matrix", [float([2, 3, 2]), float([3, 2])], (a, b) =>
    matrixProduct(a, b, { transposeA: true }),
  ),
  row("matrixProduct matrix by a batch", [float([2, 3]), float([2, 3, 2])], (a, b) => matrixProduct(a, b)),
  row("matrixProduct repeated batches", [float([2, 1, 2, 2]), float([3, 2, 2])], (a, b) => matrixProduct(a, b)),
  row("matrixProduct of ones", [float([1, 1]), float([1, 1])], (a, b) => matrixProduct(a, b)),
  row("matrixProduct nothing", [float([0, 2]), float([2, 3])], (a, b) => matrixProduct(a, b)),
  row("matrixProduct over nothing", [float([2, 0]), float([0, 2])], (a, b) => matrixProduct(a, b)),
  row("matrixProduct with itself", [float([2, 2])], (a) => matrixProduct(a, a)),
  constantRow("matrixProduct integers", [integer([2, 3], -9, 9), integer([3, 2], -9, 9)], (a, b) =>
    matrixProduct(a, b),
  ),
  row("linear", [float([2, 2, 3]), float([4, 3])], linear),

  row("rotary", [float([1, 2, 3, 4]), constant([1, 3, 2]), constant([1, 3, 2])], (x, cosine, sine) =>
    rotary(x, cosine, sine),
  ),
  row("rotary positions first", [float([2, 3, 2, 4]), constant([1, 3, 2]), constant([1, 3, 2])], (x, cosine, sine) =>
    rotary(x, cosine, sine, { positionAxis: 1 }),
  ),
  row(
    "rotary positions first, each sequence",
    [float([2, 2, 1, 4]), constant([2, 2, 2]), constant([2, 2, 2])],
    (x, c, s) => rotary(x, c, s, { positionAxis: 1 }),
  ),
  row("rotary each sequence", [float([2, 1, 2, 4]), constant([2, 2, 2]), constant([2, 2, 2])], (x, cosine, sine) =>
    rotary(x, cosine, sine),
  ),
  row(
    "rotary shared by sequences",
    [float([2, 1, 2, 4]), constant([1, 2, 2]), constant([1, 2, 2])],
    (x, cosine, sine) => rotary(x, cosine, sine),
  ),

  row("conv2d", [float([2, 2, 3, 3]), float([2, 2, 2, 2])], (x, w) => conv2d(x, w), false),
  row(
    "conv2d stride with a remainder, padding",
    [float([1, 2, 5, 4]), float([2, 2, 3, 2])],
    (x, w) => conv2d(x, w, { stride: 2, padding: [1, 0] }),
    false,
  ),
  row(
    "conv2d dilation",
    [float([1, 1, 5, 4]), float([2, 1, 2, 2])],
    (x, w) => conv2d(x, w, { dilation: [2, 3], padding: 1 }),
    false,
  ),
  row(
    "conv2d groups",
    [float([2, 4, 3, 2]), float([4, 2, 2, 2])],
    (x, w) => conv2d(x, w, { groups: 2, padding: 1, stride: [1, 2] }),
    false,
  ),
  row(
    "conv2d stride and dilation beyond the windows",
    [float([1, 1, 7, 1]), float([1, 1, 2, 1])],
    (x, w) => conv2d(x, w, { stride: [3, 1], dilation: [2, 1] }),
    false,
  ),
  row("conv2d of ones", [float([1, 1, 1, 1]), float([1, 1, 1, 1])], (x, w) => conv2d(x, w), false),
  row("conv1d", [float([2, 2, 5]), float([3, 2, 3])], (x, w) => conv1d(x, w, { padding: 1, stride: 2 }), false),
  row(
    "conv1d each channel, dilated",
    [float([1, 2, 6]), float([2, 1, 2])],
    (x, w) => conv1d(x, w, { groups: 2, dilation: 3 }),
    false,
  ),

  row("maxPool2d", [float([2, 2, 4, 4])], (x) => maxPool2d(x, { size: 2 })),
  row("maxPool2d overlapping, padded", [float([1, 2, 4, 3], -2, -1)], (x) =>
    maxPool2d(x, { size: 3, stride: [1, 2], padding: 1 }),
  ),
  row("maxPool1d", [float([2, 2, 5])], (x) => maxPool1d(x, { size: 2, stride: 1 })),
  row("averagePool2d", [float([2, 2, 4, 4])], (x) => averagePool2d(x, { size: 2 }), false),
  row(
    "averagePool2d overlapping, padded",
    [float([1, 2, 4, 3])],
    (x) => averagePool2d(x, { size: [3, 2], stride: 1, padding: 1 }),
    false,
  ),
  row("averagePool1d", [float([2, 2, 5])], (x) => averagePool1d(x, { size: 2, padding: 1 }), false),
];
