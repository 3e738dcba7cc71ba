/** Arithmetic, elementwise functions, comparisons, selection. */
import { gelu, geluTanh, logSigmoid, softplus } from "../operations/activations.ts";
import { addScaled } from "../operations/add-scaled.ts";
import { add, div, maximum, minimum, mul, pow, sub } from "../operations/arithmetic.ts";
import { clip } from "../operations/clip.ts";
import { and, equal, greater, greaterEqual, less, lessEqual, not, or } from "../operations/comparison.ts";
import { withDerivative } from "../operations/custom-derivative.ts";
import {
  abs,
  cast,
  cos,
  exp,
  floor,
  log,
  neg,
  reciprocal,
  relu,
  sigmoid,
  sign,
  silu,
  sin,
  sqrt,
  square,
  stopGradient,
  tanh,
} from "../operations/elementwise.ts";
import { erf } from "../operations/error-function.ts";
import { where } from "../operations/selection.ts";
import type { Tensor } from "../tensor.ts";
import { bool, constant, constantRow, float, integer, type Row, row } from "./row.ts";

type Binary = (a: Tensor, b: Tensor) => Tensor;
type Unary = (x: Tensor) => Tensor;

const arithmetic: readonly (readonly [string, Binary])[] = [
  ["add", add],
  ["sub", sub],
  ["mul", mul],
  ["div", div],
  ["maximum", maximum],
  ["minimum", minimum],
];

const comparisons: readonly (readonly [string, Binary])[] = [
  ["greater", greater],
  ["greaterEqual", greaterEqual],
  ["less", less],
  ["lessEqual", lessEqual],
  ["equal", equal],
];

/** Smooth everywhere, or kinks that random inputs do not meet. */
const unary: readonly (readonly [string, Unary])[] = [
  ["neg", neg],
  ["exp", exp],
  ["sin", sin],
  ["cos", cos],
  ["tanh", tanh],
  ["sigmoid", sigmoid],
  ["relu", relu],
  ["silu", silu],
  ["softplus", softplus],
  ["logSigmoid", logSigmoid],
  ["geluTanh", geluTanh],
  ["abs", abs],
  ["square", square],
];

const positive: readonly (readonly [string, Unary])[] = [
  ["log", log],
  ["sqrt", sqrt],
  ["reciprocal", reciprocal],
];

export const elementwiseRows: readonly Row[] = [
  ...arithmetic.flatMap(([name, f]) => [
    row(`${name} same shape`, [float([2, 3]), float([2, 3], 0.5, 2)], f),
    row(`${name} of a row`, [float([2, 3]), float([3], 0.5, 2)], f),
    row(`${name} both repeated`, [float([2, 1, 2]), float([3, 1], -2, -0.5)], f),
    row(`${name} with a scalar`, [float([]), float([2], 0.5, 2)], f),
    row(`${name} rank 0`, [float([]), float([], 0.5, 2)], f),
    row(`${name} nothing`, [float([0, 3]), float([3], 1, 2)], f),
    constantRow(`${name} integers`, [integer([8], -9, 9), integer([8], -3, 4)], f),
  ]),
  row("sub from a number", [float([3])], (x) => sub(1.5, x)),
  row("div of a number", [float([3], 1, 2)], (x) => div(1.5, x)),
  row("div by itself", [float([3], 1, 2)], (x) => div(x, x)),
  row("mul by itself", [float([3])], (x) => mul(x, x)),
  row("pow", [float([2, 3], 0.2, 2), float([3])], pow),
  row("pow square of negatives", [float([4])], (x) => pow(x, 2)),
  row("pow cube", [float([4])], (x) => pow(x, 3)),
  row("pow zero", [float([4])], (x) => pow(x, 0)),
  constantRow("pow integers", [integer([8], -5, 6), integer([8], 0, 6)], pow),

  ...unary.flatMap(([name, f]) => [
    row(name, [float([2, 3])], f),
    row(`${name} rank 0`, [float([])], f),
    row(`${name} nothing`, [float([2, 0])], f),
    row(`${name} far out`, [float([6], -30, 30)], (x) => f(mul(x, 0.5))),
  ]),
  ...positive.map(([name, f]) => row(name, [float([2, 3], 0.3, 3)], f)),
  row("erf", [float([2, 3], -4, 4)], erf, false),
  row("gelu", [float([2, 3], -4, 4)], gelu, false),
  row("clip", [float([8])], (x) => clip(x, -1, 0.5)),
  row("clip below only", [float([8])], (x) => clip(x, 0.5, Infinity)),
  constantRow("clip integers", [integer([8], -9, 9)], (x) => clip(x, -3, 4)),
  constantRow("square integers", [integer([4], -9, 9)], square),
  constantRow("neg integers", [integer([4], -9, 9)], neg),
  constantRow("abs integers", [integer([4], -9, 9)], abs),
  constantRow("sign integers", [integer([6], -2, 3)], sign),
  constantRow("sign", [float([6])], sign),
  constantRow("floor", [float([6])], floor),
  constantRow("stopGradient", [float([4])], stopGradient),
  row("mul beside stopGradient", [float([4]), constant([4])], (x, y) => mul(x, stopGradient(y))),

  row("cast to float32 and back", [float([4], -1, 1)], (x) => cast(cast(x, x.elementType), x.elementType)),
  constantRow("cast to int32", [float([6])], (x) => cast(x, "int32")),
  constantRow("cast of integers to bool", [integer([6], -1, 2)], (x) => cast(x, "bool")),
  constantRow("cast of bool", [bool([6])], (x) => cast(x, "float32")),
  constantRow("cast of integers to float64", [integer([6], -9, 9)], (x) => cast(x, "float64")),

  ...comparisons.flatMap(([name, f]) => [
    constantRow(name, [float([4]), float([4])], f),
    constantRow(`${name} repeated`, [float([2, 1]), float([3])], f),
    constantRow(`${name} integers`, [integer([6], 0, 3), integer([6], 0, 3)], f),
  ]),
  constantRow("equal bool", [bool([6]), bool([6])], equal),
  constantRow("and of bool", [bool([6]), bool([6])], and),
  constantRow("or of bool", [bool([2, 1]), bool([3])], or),
  constantRow("not of bool", [bool([6])], not),

  row("addScaled", [float([2, 3]), float([2, 3]), float([2, 1])], addScaled),
  row("addScaled batch", [float([2, 1, 3]), float([2, 1, 3]), float([2, 1, 1])], addScaled),
  row("addScaled of itself", [float([3, 1])], (x) => addScaled(x, x, x)),
  row("addScaled nothing", [float([2, 0]), float([2, 0]), float([2, 1])], addScaled),
  row("withDerivative", [float([4]), float([4])], (x, y) =>
    withDerivative(mul(square(x), y), {
      sources: [x, y],
      kept: [mul(x, y)],
      rule: ({ sources: [, b], kept: [product], result, cotangent }) => [
        mul(cotangent, mul(product as Tensor, 2)),
        mul(cotangent, div(result, b as Tensor)),
      ],
    }),
  ),

  row("where", [bool([2, 3]), float([2, 3]), float([2, 3])], where),
  row("where repeated", [bool([2, 1]), float([3]), float([])], where),
  row("where with a number", [bool([4]), float([4])], (c, x) => where(c, x, 0)),
  constantRow("where integers", [bool([4]), integer([4], 0, 9), integer([4], 0, 9)], where),
  constantRow("where bool", [bool([4]), bool([4]), bool([4])], where),
];
