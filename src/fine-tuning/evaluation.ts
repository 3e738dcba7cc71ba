/** How a model does on held-out examples, forward only. */
import { RandomStream } from "../core/random.ts";
import { type CompiledFunction, compile } from "../tensor/compile.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Tree } from "../tensor/tree.ts";
import type { FineTuningConfiguration } from "./configuration.ts";
import { arrangeEpoch, type StepRows } from "./data/arrange-rows.ts";
import type { Objective } from "./objective.ts";
import type { Trainee } from "./trainable-model.ts";

/** Means over all held-out examples. */
export interface HeldOutResult {
  readonly loss: number;
  /** The objective's second number, where it has one. */
  readonly measure?: number;
}

/** Measures the same examples in the same batches each time. */
export class Evaluation {
  readonly #objective: Objective;
  readonly #trainee: Trainee;
  readonly #rows: StepRows | undefined;
  readonly #run: CompiledFunction<[Tree, Tree, Tree], readonly Tensor[]>;

  constructor(objective: Objective, trainee: Trainee, configuration: FineTuningConfiguration) {
    this.#objective = objective;
    this.#trainee = trainee;
    // All batches are one step, so that their losses add up to the mean.
    [this.#rows] = arrangeEpoch(objective.validationLengths, {
      batchSize: configuration.batchSize,
      accumulate: Infinity,
      packedLength: objective.packedLength,
      random: new RandomStream(configuration.seed, ["fine-tuning", "validation order"]),
    });
    const { loss, measure } = objective;
    this.#run = compile(
      (trained: Tree, frozen: Tree, batch: Tree) => {
        const model = trainee.model(trained, frozen);
        return measure === undefined ? [loss(model, batch)] : [loss(model, batch), measure.value(model, batch)];
      },
      // Most of the time its memory is needed by training.
      { threads: configuration.threads, retainMemory: false },
    );
  }

  /** Undefined where nothing is held out. */
  async measure(trained: Tree): Promise<HeldOutResult | undefined> {
    if (this.#rows === undefined) return undefined;
    const totals = [0, 0];
    for (const batch of this.#objective.batches(this.#rows, "validation")) {
      const values = await this.#run(trained, this.#trainee.frozen, batch);
      values.forEach((value, index) => {
        totals[index] = (totals[index] as number) + value.item();
      });
      await new Promise((resume) => setImmediate(resume));
    }
    const [loss, measure] = totals as [number, number];
    return this.#objective.measure === undefined ? { loss } : { loss, measure };
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    await this.#run.close();
  }
}
