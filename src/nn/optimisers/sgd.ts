/** Stochastic gradient descent, with momentum (Polyak 1964) where asked for. A pure function on traced trees. */
import { add, mul, sub } from "../../tensor/operations/arithmetic.ts";
import { type Tensor, zeros } from "../../tensor/tensor.ts";
import { mapTree, type Tree, zipTrees } from "../../tensor/tree.ts";

/** Settings of SGD but for the learning rate, which each step takes. */
export interface SgdOptions {
  /** Share of the last velocity that is kept, in [0, 1) (default 0). */
  readonly momentum?: number;
}

/** Zero velocities for a tree of parameters. */
export function initialiseSgd<P extends Tree>(parameters: P): P {
  return mapTree(parameters, (leaf) => zeros(leaf.shape, leaf.elementType));
}

/** velocity = momentum velocity + g;  w = w - rate velocity. `learningRate` may be a traced scalar. */
export function updateSgd<P extends Tree>(
  step: {
    readonly parameters: P;
    readonly gradient: P;
    readonly velocity: P;
    readonly learningRate: Tensor | number;
  },
  options: SgdOptions = {},
): { readonly parameters: P; readonly velocity: P } {
  const velocity = zipTrees([step.velocity, step.gradient], ([last, g]) =>
    add(mul(last as Tensor, options.momentum ?? 0), g as Tensor),
  );
  const parameters = zipTrees([step.parameters, velocity], ([w, change]) =>
    sub(w as Tensor, mul(change as Tensor, step.learningRate)),
  );
  return { parameters, velocity };
}
