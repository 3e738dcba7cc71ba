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
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { RandomStream } from "../core/random.ts";
import { Trainer } from "../nn/trainer.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { Tree } from "../tensor/tree.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type FineTuningConfiguration, highestLearningRate } from "./configuration.ts";
import { curveNames, measurements, resultKey } from "./curves.ts";
import { Evaluation } from "./evaluation.ts";
import { objectiveOf } from "./objective-of.ts";
import { type TrainableModel, traineeOf } from "./trainable-model.ts";
import { trainingPlan } from "./training-plan.ts";
import { type WrittenModel, writeLearnt } from "./write-learnt.ts";

/** What a training tells who watches. */
export interface FineTuningProgress {
  readonly phase: "reference" | "learn";
  readonly done: number;
  readonly total: number;
  /** A line for people. */
  readonly message?: string;
}

/** What to learn, from what, and where it is recorded. */
export interface FineTuneOptions {
  readonly configuration: FineTuningConfiguration;
  readonly model: TrainableModel;
  readonly store: RunStore;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FineTuningProgress) => void;
}

/** How a training ended. */
export interface FineTuningResult extends WrittenModel {
  /** Steps done. */
  readonly steps: number;
  /** The step whose weights were written. */
  readonly keptStep: number;
  /** Loss on held-out examples before the first step and of the weights that were written, where some are held out. */
  readonly before?: number;
  readonly after?: number;
}

/**
 * Teaches a model; goes on where the run was begun before.
 * Throws MalformedRowsError and InvalidArgumentError for data that cannot be learnt from, NumericalError where loss or
 * gradient is not finite (the last good checkpoint is kept), InterruptedError where the signal aborts (so is the last
 * step), StorageError where something cannot be written.
 */
export async function fineTune(options: FineTuneOptions): Promise<FineTuningResult> {
  const { configuration, model, store, signal, onProgress } = options;
  const objective = await objectiveOf(options, () => checkInterrupted(signal));
  const random = new RandomStream(configuration.seed, ["fine-tuning", "order"]);
  const plan = trainingPlan(objective.trainingLengths, configuration, objective.packedLength, random);
  const trainee = traineeOf(model, configuration);
  const trainer = new Trainer<Tree, [Tree, Tree]>({
    parameters: trainee.trained,
    loss: (trained, frozen, batch) => objective.loss(trainee.model(trained, frozen), batch),
    adamW: { weightDecay: configuration.weightDecay },
    clip: configuration.clip,
    threads: configuration.threads,
  });
  const checkpoints = new Checkpoints<Tree>(join(store.directory, "checkpoints"));
  const evaluation = new Evaluation(objective, trainee, configuration);
  const start = performance.now();
  let [kept, tokens] = [0, 0];
  const tell = (message?: string) =>
    onProgress?.({ phase: "learn", done: trainer.step, total: plan.steps, ...(message && { message }) });

  /** Measures held-out examples and keeps the weights where they are the best so far. */
  const measure = async (): Promise<void> => {
    const { step } = trainer;
    const result = await evaluation.measure(trainer.parameters);
    if (result === undefined) return;
    if (!Number.isFinite(result.loss)) throw diverged(notFinite(step, result.loss), kept, configuration);
    store.addMetrics([
      { name: curveNames.validation, step, value: result.loss },
      ...(result.measure === undefined ? [] : [{ name: curveNames.measure, step, value: result.measure }]),
    ]);
    if (step > 0 && configuration.patience > 0 && measurements(store, step).best?.step === step) {
      checkpoints.keepBest(trainer.parameters);
    }
    tell(`step ${step}: loss on held-out examples ${result.loss.toFixed(4)}`);
  };

  try {
    const state = checkpoints.load(trainee.trained);
    if (state === undefined) await measure();
    else trainer.restore(state);
    kept = trainer.step;
    tell();
    while (trainer.step < plan.steps && !outOfPatience(store, configuration, trainer.step)) {
      const step = trainer.step;
      const rows = plan.rows(step);
      const rate = plan.learningRate(step);
      const batches = objective.batches(rows, "training").map((batch) => [trainee.frozen, batch] as [Tree, Tree]);
      const { loss, gradientNorm } = await trainer.trainTogether(rate, batches).catch((error: unknown) => {
        throw diverged(error, kept, configuration);
      });
      tokens += objective.tokens(rows);
      // Before the checkpoint: steps behind it are done again and give the same values.
      store.addMetrics([
        { name: curveNames.training, step: step + 1, value: loss },
        { name: curveNames.learningRate, step: step + 1, value: rate },
        { name: curveNames.gradientNorm, step: step + 1, value: gradientNorm },
      ]);
      if (checkpoints.approve()) kept = step;
      tell();
      if (plan.evaluatesAfter(step + 1)) await measure();
      if (trainer.step % configuration.checkpointEvery === 0) checkpoints.keepUntried(trainer.state());
      // The engine holds the event loop while it runs; this lets Ctrl-C be heard.
      await new Promise((resume) => setImmediate(resume));
      if (signal?.aborted === true && trainer.step < plan.steps) {
        checkpoints.keep(trainer.state());
        checkInterrupted(signal);
      }
    }
    const { first, best, last } = measurements(store, trainer.step);
    const keepsBest = configuration.patience > 0 && best !== undefined && best.step > 0;
    const learnt = keepsBest ? checkpoints.loadBest(trainee.trained) : trainer.parameters;
    const result: FineTuningResult = {
      ...(await writeLearnt(options, trainee, learnt, trainer.step)),
      steps: trainer.step,
      keptStep: keepsBest ? best.step : trainer.step,
      ...(first !== undefined && last !== undefined && { before: first.value, after: (keepsBest ? best : last).value }),
    };
    store.setState(resultKey, { ...result });
    checkpoints.clear();
    return result;
  } finally {
    const seconds = (performance.now() - start) / 1000;
    store.appendEvent("phase", { phase: "learn", round: 0, seconds, modelSeconds: seconds, evaluations: 0, tokens });
    await trainer.close();
    await evaluation.close();
  }
}

function checkInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new InterruptedError({
    expected: "the run to go on",
    received: "a request to stop",
    remedy: "resume it: everything up to the last step is kept",
    cause: signal.reason,
  });
}

/** Whether as many measurements in a row as the run has patience for were not better than the best. */
function outOfPatience(store: RunStore, { patience }: FineTuningConfiguration, step: number): boolean {
  return patience > 0 && measurements(store, step).sinceBest >= patience;
}

function notFinite(step: number, loss: number): NumericalError {
  return new NumericalError({
    expected: `a finite loss on held-out examples after training step ${step}`,
    received: String(loss),
    remedy: "lower the learning rate",
  });
}

/** NaN or infinity, with what is kept and how to go on from there. */
function diverged(error: unknown, kept: number, configuration: FineTuningConfiguration): unknown {
  if (!(error instanceof NumericalError)) return error;
  const from = kept === 0 ? "the model before training" : `the checkpoint of step ${kept}`;
  const lower = highestLearningRate(configuration) / 4;
  return new NumericalError({
    expected: error.expected,
    received: error.received,
    remedy: `${from} is kept; begin again with a lower rate: --learning-rate ${lower}`,
    cause: error,
  });
}
