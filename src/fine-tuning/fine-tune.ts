/**
 * Supervised fine-tuning and direct preference optimisation of a model of the Llama family, in a run of its own.
 *
 *   1. read the data, hold some out, plan the steps (training-plan.ts)
 *   2. where preferences are learnt: what the model before training thinks of each answer, once
 *   3. each step: loss and gradient of its batches in one graph, summed, clipped, AdamW in place
 *   4. now and then: the loss on held-out examples; a checkpoint
 *   5. write what was learnt: adapter and merged weights, or all weights
 *
 * All that is random comes from the seed and the number of a step, so a killed run goes on from its checkpoint to the
 * byte-identical weights of an undisturbed one. Loss: the mean over a step's learnt tokens, however its batches are cut.
 */
import { join } from "node:path";
import type { RunStore } from "../runs/run-store.ts";
import type { Tree } from "../tensor/tree.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { FineTuningConfiguration } from "./configuration.ts";
import { resultKey } from "./curves.ts";
import { objectiveOf } from "./objective-of.ts";
import { checkInterrupted, type TrainProgress, type TrainResult, train } from "./train.ts";
import { type TrainableModel, traineeOf } from "./trainable-model.ts";
import { type WrittenModel, writeLearnt } from "./write-learnt.ts";

/** What a run tells who watches. */
export interface FineTuningProgress extends TrainProgress {
  readonly phase: "reference" | "learn";
}

/** What to learn, from what, and where it is recorded. */
export interface FineTuneOptions {
  readonly configuration: FineTuningConfiguration;
  readonly model: TrainableModel;
  readonly store: RunStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FineTuningProgress) => void;
}

/** How a training ended, and where what was learnt is. */
export type FineTuningResult = WrittenModel & Omit<TrainResult, "learnt">;

/**
 * Teaches a model; goes on where the run was begun before. Where all weights are trained, it is the arrays of
 * `model.parameters` that are: a copy would cost as much memory again.
 * Throws MalformedRowsError and InvalidArgumentError for data that cannot be learnt from, StorageError where something
 * cannot be written, and as `train`.
 */
export async function fineTune(options: FineTuneOptions): Promise<FineTuningResult> {
  const { configuration, model, store, signal, onProgress } = options;
  const objective = await objectiveOf(options, () => checkInterrupted(signal));
  const trainee = traineeOf(model, configuration);
  const checkpoints = new Checkpoints<Tree>(join(store.directory, "checkpoints"));
  const start = performance.now();
  let tokens = 0;
  try {
    const { learnt, ...trained } = await train({
      objective,
      trainee,
      configuration,
      store,
      checkpoints,
      ...(signal !== undefined && { signal }),
      onProgress: (progress) => onProgress?.({ phase: "learn", ...progress }),
      onTokens: (count) => {
        tokens += count;
      },
    });
    const result = { ...(await writeLearnt(options, trainee, learnt, trained.steps)), ...trained };
    store.setState(resultKey, { ...result });
    checkpoints.clear();
    return result;
  } finally {
    const seconds = (performance.now() - start) / 1000;
    store.appendEvent("phase", { phase: "learn", round: 0, seconds, modelSeconds: seconds, evaluations: 0, tokens });
  }
}
