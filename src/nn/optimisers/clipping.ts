/** Norms of gradients, and bounding them (Pascanu et al. 2013, 1211.5063). */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { add, div, maximum, mul } from "../../tensor/operations/arithmetic.ts";
import { sqrt, square } from "../../tensor/operations/elementwise.ts";
import { sum } from "../../tensor/operations/reduction.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { leavesOf, mapTree, type Tree } from "../../tensor/tree.ts";

/** The Euclidean norm of all leaves together, a scalar; its own derivative at zero is infinite. */
export function globalNorm(tree: Tree): Tensor {
  return sqrt(sumOfSquares(tree));
}

function sumOfSquares(tree: Tree): Tensor {
  return leavesOf(tree)
    .map(({ tensor }) => sum(square(tensor)))
    .reduce((a, b) => add(a, b));
}

/** The tree scaled so that its norm is at most `greatest`, which must be above 0 (InvalidArgumentError). */
export function clipByGlobalNorm<P extends Tree>(gradient: P, greatest: number): P {
  requirePositiveNorm(greatest);
  // The root of the greater one, not the greater root: so the derivative is finite where all gradients are zero.
  const scale = div(1, sqrt(maximum(div(sumOfSquares(gradient), greatest * greatest), 1)));
  return mapTree(gradient, (leaf) => mul(leaf, scale));
}

/** The Euclidean norm of all arrays together, summed in double precision. */
export function normOfArrays(arrays: readonly Float32Array[]): number {
  // Four sums side by side: each addition of one would have to wait for the one before.
  const totals = [0, 0, 0, 0] as [number, number, number, number];
  for (const array of arrays) {
    let [a, b, c, d] = totals;
    const whole = array.length - (array.length % 4);
    for (let index = 0; index < whole; index += 4) {
      a += (array[index] as number) ** 2;
      b += (array[index + 1] as number) ** 2;
      c += (array[index + 2] as number) ** 2;
      d += (array[index + 3] as number) ** 2;
    }
    for (let index = whole; index < array.length; index++) a += (array[index] as number) ** 2;
    totals.splice(0, 4, a, b, c, d);
  }
  return Math.sqrt(totals[0] + totals[1] + totals[2] + totals[3]);
}

/** The factor by which gradients of a norm are multiplied so that it is at most `greatest`. */
export function clippingScale(norm: number, greatest: number): number {
  return norm > greatest ? greatest / norm : 1;
}

/** Throws InvalidArgumentError for a bound that is not above 0. */
export function requirePositiveNorm(greatest: number): void {
  if (greatest > 0) return;
  throw new InvalidArgumentError({
    expected: "a greatest norm above 0",
    received: String(greatest),
    remedy: "pass e.g. 1, or leave clipping out",
  });
}
