/**
 * Gradient descent on a loss, with AdamW in place: forward and backward are one compiled graph, the arrays of the
 * parameters are its inputs without a copy, and the optimiser writes to them.
 */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import { type CompiledFunction, compile } from "../tensor/compile.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import { sameShape } from "../tensor/shape.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { leavesOf, mapTree, type Tree } from "../tensor/tree.ts";
import { type TreeTemplate, templateOf } from "../tensor/tree-template.ts";
import { type AdamWBuffers, type AdamWOptions, adamWBuffers, applyAdamW, ownTree } from "./optimisers/adamw.ts";
import { clippingScale, normOfArrays, requirePositiveNorm } from "./optimisers/clipping.ts";

/** What is trained, on which loss and how. */
export interface TrainerOptions<P extends Tree, Batch extends readonly Tree[]> {
  /** Initial parameters, float32; copied, unless `inPlace`. */
  readonly parameters: P;
  /** Whether the arrays of the parameters are trained themselves, which saves a copy of a large model (default false). */
  readonly inPlace?: boolean;
  /** A scalar loss. */
  readonly loss: (parameters: P, ...batch: Batch) => Tensor;
  readonly adamW?: AdamWOptions;
  /** The greatest norm of the gradient, larger ones are scaled down (default: no bound). */
  readonly clip?: number;
  readonly threads?: number;
}

/** What one step reports. */
export interface TrainingStep {
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/** All that a later process needs to go on exactly. */
export interface TrainerState<P extends Tree> {
  readonly parameters: P;
  readonly firstMoment: P;
  readonly secondMoment: P;
  /** Steps done. */
  readonly step: number;
}

/** Parameters that are trained in place, one batch a step; steps run one after the other. */
export class Trainer<P extends Tree, Batch extends readonly Tree[]> {
  readonly #options: TrainerOptions<P, Batch>;
  readonly #differentiate: CompiledFunction<[P, ...Batch], { value: Tensor; gradient: P }>;
  readonly #parameters: P;
  readonly #buffers: AdamWBuffers;
  readonly #template: TreeTemplate;
  #step = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** Throws InvalidArgumentError where `clip` is not above 0. */
  constructor(options: TrainerOptions<P, Batch>) {
    requirePositiveNorm(options.clip ?? Infinity);
    this.#options = options;
    const { tree, arrays } = options.inPlace === true ? arraysOf(options.parameters) : ownTree(options.parameters);
    this.#parameters = tree;
    this.#template = templateOf(tree);
    this.#buffers = adamWBuffers(arrays);
    const both = valueAndGradient<P, Batch>(options.loss);
    this.#differentiate = compile(
      (parameters: P, ...batch: Batch) => {
        const { value, gradient } = both(parameters, ...batch);
        return { value, gradient };
      },
      { threads: options.threads ?? 1 },
    );
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** The parameters as they are now; later steps write to the same arrays. */
  get parameters(): P {
    return this.#parameters;
  }

  /**
   * One step on one batch, after any that is still under way.
   * Throws NumericalError where loss or gradient is not finite, InvalidArgumentError where the learning rate is not a
   * finite number of at least 0; the parameters are then as they were before.
   */
  train(learningRate: number, ...batch: Batch): Promise<TrainingStep> {
    return this.trainTogether(learningRate, [batch]);
  }

  /**
   * One step on the sum of the losses of several batches, whose gradients are added up one after the other: for batches
   * that do not fit into memory at once. Throws as `train`.
   */
  trainTogether(learningRate: number, batches: readonly Batch[]): Promise<TrainingStep> {
    const step = this.#last.then(() => this.#train(learningRate, batches));
    this.#last = step.catch(() => undefined);
    return step;
  }

  async #train(learningRate: number, batches: readonly Batch[]): Promise<TrainingStep> {
    if (!(learningRate >= 0 && learningRate < Infinity)) {
      throw new InvalidArgumentError({
        expected: "a finite learning rate of at least 0",
        received: String(learningRate),
        remedy: "check the schedule",
      });
    }
    const { loss, gradients } = await this.#sumOverBatches(batches);
    const gradientNorm = normOfArrays(gradients);
    if (!(Number.isFinite(loss) && Number.isFinite(gradientNorm))) {
      throw new NumericalError({
        expected: `a finite loss and gradient at training step ${this.#step + 1}`,
        received: `loss ${loss}, gradient norm ${gradientNorm}`,
        remedy: "lower the learning rate; the last checkpoint before this step is kept",
      });
    }
    const { clip = Infinity, adamW = {} } = this.#options;
    this.#step++;
    const gradientScale = clippingScale(gradientNorm, clip);
    applyAdamW(this.#buffers, gradients, { step: this.#step, learningRate, gradientScale }, adamW);
    return { loss, gradientNorm };
  }

  async #sumOverBatches(batches: readonly Batch[]): Promise<{ loss: number; gradients: readonly Float32Array[] }> {
    let loss = 0;
    let total: readonly Float32Array[] | undefined;
    for (const batch of batches) {
      const { value, gradient } = await this.#differentiate(this.#parameters, ...batch);
      const leaves: Tensor[] = [];
      this.#template.takeApart(gradient, leaves);
      const gradients = leaves.map((leaf) => leaf.data as Float32Array);
      loss += value.item();
      total?.forEach((sum, leaf) => {
        addTo(sum, gradients[leaf] as Float32Array);
      });
      total ??= gradients;
    }
    return { loss, gradients: total ?? [] };
  }

  /** A copy of everything, for a checkpoint. */
  state(): TrainerState<P> {
    const { parameters, firstMoment, secondMoment, step } = this.liveState();
    const copy = (tree: P) => ownTree(tree).tree;
    return { parameters: copy(parameters), firstMoment: copy(firstMoment), secondMoment: copy(secondMoment), step };
  }

  /** Everything as it is now, without a copy: later steps write to the same arrays. */
  liveState(): TrainerState<P> {
    const { parameters, firstMoment, secondMoment } = this.#buffers;
    const over = (arrays: readonly Float32Array[]) => {
      let position = 0;
      return mapTree(this.#parameters, (leaf) => tensor(arrays[position++] as Float32Array, { shape: leaf.shape }));
    };
    return {
      parameters: over(parameters),
      firstMoment: over(firstMoment),
      secondMoment: over(secondMoment),
      step: this.#step,
    };
  }

  /** Goes back to a state, to the bit. Throws ShapeError where it is of other parameters; nothing is changed then. */
  restore(state: TrainerState<P>): void {
    for (const tree of [state.parameters, state.firstMoment, state.secondMoment]) this.#requireAlike(tree);
    const copy = (tree: P, arrays: readonly Float32Array[]) => {
      leavesOf(tree).forEach((leaf, position) => {
        (arrays[position] as Float32Array).set(leaf.tensor.data);
      });
    };
    copy(state.parameters, this.#buffers.parameters);
    copy(state.firstMoment, this.#buffers.firstMoment);
    copy(state.secondMoment, this.#buffers.secondMoment);
    this.#step = state.step;
  }

  #requireAlike(tree: P): void {
    const theirs = leavesOf(tree);
    const ours = leavesOf(this.#parameters);
    const other = ours.find(({ path, tensor: leaf }, position) => {
      const their = theirs[position];
      return their?.path !== path || !sameShape(their.tensor.shape, leaf.shape);
    });
    if (other === undefined && theirs.length === ours.length) return;
    throw new ShapeError({
      expected: `a state with ${ours.length} leaves like the trainer's parameters`,
      received: other === undefined ? `${theirs.length} leaves` : `one that differs at "${other.path}"`,
      remedy: "restore a state of the same model",
    });
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    await this.#differentiate.close();
  }
}

function addTo(sum: Float32Array, more: Float32Array): void {
  for (let index = 0; index < sum.length; index++) sum[index] = (sum[index] as number) + (more[index] as number);
}

/** A tree that is written to, and its arrays. */
function arraysOf<P extends Tree>(tree: P): { readonly tree: P; readonly arrays: readonly Float32Array[] } {
  return { tree, arrays: leavesOf(tree).map((leaf) => leaf.tensor.data as Float32Array) };
}
