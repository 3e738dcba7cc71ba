/**
 * AdamW (Loshchilov and Hutter 2019, 1711.05101): Adam with decay of the weights themselves.
 *
 *   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
 *   w = w (1 - rate decay) - rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon)
 *
 * Twice: as a pure function on traced trees, for small models and to differentiate through, and in place on typed
 * arrays, for large ones (outputs of ONNX Runtime are copied, so state that JavaScript updates is faster).
 */
import { add, div, mul, sub } from "../../tensor/operations/arithmetic.ts";
import { sqrt, square } from "../../tensor/operations/elementwise.ts";
import { ones, type Tensor, tensor, zeros } from "../../tensor/tensor.ts";
import { mapTree, type Tree, zipTrees } from "../../tensor/tree.ts";
import { type AdamWFactors, stepAdamW } from "./adamw-kernel.ts";

/** Settings of AdamW but for the learning rate, which each step takes. */
export interface AdamWOptions {
  /** Decay rates of the moments in [0, 1) (default 0.9 and 0.999). */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment (default 1e-8). */
  readonly epsilon?: number;
  /** Share of a weight that a step at rate 1 would remove (default 0.01). */
  readonly weightDecay?: number;
}

// A type alias, not an interface: only those are trees to the compiler.
/** What AdamW keeps between steps; the moments have the shapes of the parameters. */
export type AdamWState<P extends Tree> = {
  readonly firstMoment: P;
  readonly secondMoment: P;
  /** b1^t and b2^t, float32 scalars. */
  readonly powers: readonly [Tensor, Tensor];
};

/** The defaults of AdamWOptions, which are PyTorch's. */
export const adamWDefaults = { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 } as const;

/** Zero moments for a tree of parameters. */
export function initialiseAdamW<P extends Tree>(parameters: P): AdamWState<P> {
  const empty = () => mapTree(parameters, (leaf) => zeros(leaf.shape, leaf.elementType));
  return { firstMoment: empty(), secondMoment: empty(), powers: [ones([]), ones([])] };
}

/** One step, as a pure function; `learningRate` may be a traced scalar. */
export function updateAdamW<P extends Tree>(
  step: {
    readonly parameters: P;
    readonly gradient: P;
    readonly state: AdamWState<P>;
    readonly learningRate: Tensor | number;
  },
  options: AdamWOptions = {},
): { readonly parameters: P; readonly state: AdamWState<P> } {
  const { betas, epsilon, weightDecay } = { ...adamWDefaults, ...options };
  const { parameters, gradient, state, learningRate } = step;
  const moment = (moments: P, beta: number, power: (g: Tensor) => Tensor) =>
    zipTrees([moments, gradient], ([m, g]) => add(mul(m as Tensor, beta), mul(power(g as Tensor), 1 - beta)));
  const firstMoment = moment(state.firstMoment, betas[0], (g) => g);
  const secondMoment = moment(state.secondMoment, betas[1], square);
  const powers = [mul(state.powers[0], betas[0]), mul(state.powers[1], betas[1])] as const;
  const rate = div(mul(ones([]), learningRate), sub(1, powers[0]));
  const correction = sqrt(sub(1, powers[1]));
  const keep = sub(1, mul(mul(ones([]), learningRate), weightDecay));
  const updated = zipTrees([parameters, firstMoment, secondMoment], ([w, m, v]) => {
    const root = add(div(sqrt(v as Tensor), correction), epsilon);
    return sub(mul(w as Tensor, keep), mul(rate, div(m as Tensor, root)));
  });
  return { parameters: updated, state: { firstMoment, secondMoment, powers } };
}

/** Arrays that a step writes to: parameters and moments, leaf by leaf. */
export interface AdamWBuffers {
  readonly parameters: readonly Float32Array[];
  readonly firstMoment: readonly Float32Array[];
  readonly secondMoment: readonly Float32Array[];
}

/** Zero moments for arrays of parameters, which the buffers share. */
export function adamWBuffers(parameters: readonly Float32Array[]): AdamWBuffers {
  const empty = () => parameters.map((array) => new Float32Array(array.length));
  return { parameters, firstMoment: empty(), secondMoment: empty() };
}

/** One step in place. `step` counts from 1; gradients are multiplied by `gradientScale` first (clipping). */
export function applyAdamW(
  buffers: AdamWBuffers,
  gradients: readonly Float32Array[],
  at: { readonly step: number; readonly learningRate: number; readonly gradientScale?: number },
  options: AdamWOptions = {},
): void {
  const { betas, epsilon, weightDecay } = { ...adamWDefaults, ...options };
  const [beta1, beta2] = betas;
  const factors: AdamWFactors = {
    scale: at.gradientScale ?? 1,
    beta1,
    rest1: 1 - beta1,
    beta2,
    rest2: 1 - beta2,
    rate: at.learningRate / (1 - beta1 ** at.step),
    correction: 1 / Math.sqrt(1 - beta2 ** at.step),
    keep: 1 - at.learningRate * weightDecay,
    epsilon,
  };
  for (let leaf = 0; leaf < buffers.parameters.length; leaf++) {
    const w = buffers.parameters[leaf] as Float32Array;
    const m = buffers.firstMoment[leaf] as Float32Array;
    const v = buffers.secondMoment[leaf] as Float32Array;
    const g = gradients[leaf] as Float32Array;
    stepAdamW({ w, m, v, g }, factors);
  }
}

/** A tree of tensors over the arrays of a tree's leaves, copied so that they can be written to. */
export function ownTree<P extends Tree>(tree: P): { readonly tree: P; readonly arrays: readonly Float32Array[] } {
  const arrays: Float32Array[] = [];
  const owned = mapTree(tree, (leaf) => {
    const array = Float32Array.from(leaf.data);
    arrays.push(array);
    return tensor(array, { shape: leaf.shape });
  });
  return { tree: owned, arrays };
}
