/** Weights that a training ends with: the last step has none behind it that would show whether they are finite. */
import { NumericalError } from "../core/errors/numerical-error.ts";
import { leavesOf, type Tree } from "../tensor/tree.ts";

/** Throws NumericalError that names the first array with NaN or infinity; `when` ends "finite weights after ...". */
export function requireFiniteWeights(weights: Tree, when: string): void {
  const leaf = leavesOf(weights).find(({ tensor }) => !(tensor.data as Float32Array).every(Number.isFinite));
  if (leaf === undefined) return;
  throw new NumericalError({
    expected: `finite weights after ${when}`,
    received: `NaN or infinity in ${leaf.path}`,
    remedy: "lower the learning rate",
  });
}
