/** Random expression graphs: ONNX Runtime against the reference, gradients against finite differences. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/random.ts";
import { compile } from "./compile.ts";
import type { ElementType } from "./element-type.ts";
import { valueAndGradient } from "./gradient.ts";
import { drawDirection, innerProduct, slopeAlong } from "./operation-table/finite-differences.ts";
import { constant, drawInputs, float } from "./operation-table/row.ts";
import { geluTanh, softplus } from "./operations/activations.ts";
import { add, div, maximum, minimum, mul, sub } from "./operations/arithmetic.ts";
import { clip } from "./operations/clip.ts";
import { greater } from "./operations/comparison.ts";
import { cumulativeSum } from "./operations/cumulative-sum.ts";
import { cos, exp, log, neg, relu, sigmoid, silu, sin, sqrt, square, tanh } from "./operations/elementwise.ts";
import { concatenate, expandDimensions, pad, reshape, slice, transpose } from "./operations/layout.ts";
import { matrixProduct } from "./operations/matrix-product.ts";
import { layerNorm, rmsNorm } from "./operations/normalisation.ts";
import { logSumExp, max, mean, min, sum } from "./operations/reduction.ts";
import { where } from "./operations/selection.ts";
import { logSoftmax, softmax } from "./operations/softmax.ts";
import { sort } from "./operations/sorting.ts";
import { broadcastShapes, sizeOf } from "./shape.ts";
import { full, ones, type Tensor, zeros } from "./tensor.ts";
import { leavesOf } from "./tree.ts";

/** Tame functions, so that twelve in a row neither overflow nor multiply rounding errors by millions. */
const unary: readonly ((x: Tensor) => Tensor)[] = [
  tanh,
  sigmoid,
  sin,
  cos,
  neg,
  relu,
  silu,
  softplus,
  geluTanh,
  transpose,
  (x) => exp(tanh(x)),
  (x) => square(tanh(x)),
  (x) => log(add(square(x), 1)),
  (x) => sqrt(add(square(x), 1)),
  (x) => div(1, add(square(x), 1)),
  (x) => clip(x, -0.7, 0.9),
  (x) => reshape(x, [-1]),
  (x) => expandDimensions(x, 0),
  (x) => mean(x),
];

/** Those that need at least one axis. */
const ofAxes: readonly ((x: Tensor) => Tensor)[] = [
  (x) => sum(x, { axes: 0 }),
  (x) => mean(x, { axes: -1, keepDimensions: true }),
  (x) => max(x, { axes: -1 }),
  (x) => min(x, { axes: 0, keepDimensions: true }),
  (x) => logSumExp(x, { axes: -1 }),
  (x) => softmax(x),
  (x) => logSoftmax(x, 0),
  (x) => tanh(cumulativeSum(x, { reverse: true })),
  (x) => sort(x).values,
  (x) => slice(x, -1, 0, Math.ceil((x.shape.at(-1) as number) / 2)),
  (x) => pad(x, 0, 1, 0),
  (x) => concatenate([x, tanh(x)], -1),
  (x) => rmsNorm(x, full([x.shape.at(-1) as number], 0.5, x.elementType), 0.5),
  (x) => {
    const size = [x.shape.at(-1) as number];
    return layerNorm(x, ones(size, x.elementType), zeros(size, x.elementType), 0.5);
  },
];

const binary: readonly ((a: Tensor, b: Tensor) => Tensor)[] = [
  add,
  sub,
  maximum,
  minimum,
  (a, b) => tanh(mul(a, b)),
  (a, b) => div(a, add(square(b), 2)),
  (a, b) => where(greater(a, b), sin(a), cos(b)),
];

type Step = readonly [number, number, number];

/** Applies steps to values, each on earlier ones; those that do not fit are left out. */
function run(steps: readonly Step[], inputs: readonly Tensor[]): Tensor[] {
  const values = [...inputs];
  for (const [choice, first, second] of steps) {
    const a = values[first % values.length] as Tensor;
    const b = values[second % values.length] as Tensor;
    const result = applyStep(choice, a, b);
    if (result !== undefined && result.size <= 48 && result.rank <= 4) values.push(result);
  }
  return values;
}

function applyStep(choice: number, a: Tensor, b: Tensor): Tensor | undefined {
  const pick = <Item>(items: readonly Item[]) => items[choice % items.length] as Item;
  const kind = choice % 4;
  if (kind === 0) return pick(unary)(a);
  if (kind === 1) return a.rank === 0 ? undefined : pick(ofAxes)(a);
  if (kind === 2) {
    const shape = broadcastShapes(a.shape, b.shape);
    return shape === undefined || sizeOf(shape) > 48 ? undefined : pick(binary)(a, b);
  }
  const fits = a.rank === 2 && b.rank === 2 && a.shape[1] === b.shape[1];
  return fits ? tanh(matrixProduct(a, b, { transposeB: true, scale: 0.5 })) : undefined;
}

const inputForms = [float([2, 3], -1, 1), float([3], -1, 1), float([], -1, 1), constant([2, 1], -1, 1)];
const steps = fc.array(fc.tuple(fc.nat(999), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 12 });
const graphs = fc.record({ steps, seed: fc.nat(1_000_000) });

/** The sum of the means of all values. */
function loss(chosen: readonly Step[], inputs: readonly Tensor[]): Tensor {
  return run(chosen, inputs).reduce((total, value) => add(total, mean(value)), zeros([], inputs[0]?.elementType));
}

const settings = { numRuns: 40, seed: 7 };

describe("random expression graphs", () => {
  test.each([
    ["float64", 1e-9],
    ["float32", 3e-3],
  ] as const)("values and gradients on ONNX Runtime, %s", async (elementType: ElementType, tolerance) => {
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const inputs = drawInputs(inputForms, elementType, new RandomStream(graph.seed));
        const f = (tensors: readonly Tensor[]) => ({
          values: run(graph.steps, tensors),
          ...valueAndGradient((parts: readonly Tensor[]) => loss(graph.steps, parts))(tensors),
        });
        const compiled = compile(f);
        const results = leavesOf(await compiled(inputs));
        await compiled.close();
        leavesOf(f(inputs)).forEach(({ path, tensor: expected }, leaf) => {
          expected.data.forEach((value, index) => {
            const actual = results[leaf]?.tensor.data[index] as number;
            expect(Math.abs(actual - value), `${path}[${index}]`).toBeLessThanOrEqual(
              tolerance * (1 + Math.abs(value)),
            );
          });
        });
      }),
      settings,
    );
  });

  test("gradients against finite differences", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const random = new RandomStream(graph.seed);
        const inputs = drawInputs(inputForms, "float64", random);
        const direction = drawDirection(inputs, random);
        const f = (tensors: readonly Tensor[]) => loss(graph.steps, tensors);
        const slope = slopeAlong((tensors) => f(tensors).item(), inputs, direction);
        const product = innerProduct(valueAndGradient(f)(inputs).gradient, direction);
        expect(Math.abs(product - slope)).toBeLessThan(1e-5 * (1 + Math.abs(slope)));
      }),
      { ...settings, numRuns: 150 },
    );
  });
});
