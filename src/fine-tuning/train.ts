/**
 * The steps of a training, on any objective: what `illume learn` does with a file, and a program with its own examples.
 * Each step's metrics are committed before a checkpoint that has it; what a killed process did behind its last checkpoint
 * is done again and gives the same.
 */
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { RandomStream } from "../core/random.ts";
import { Trainer } from "../nn/trainer.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { Tree } from "../tensor/tree.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { type FineTuningConfiguration, highestLearningRate } from "./configuration.ts";
import { curveNames, measurements } from "./curves.ts";
import { Evaluation } from "./evaluation.ts";
import type { Objective } from "./objective.ts";
import type { Trainee } from "./trainable-model.ts";
import { trainingPlan } from "./training-plan.ts";

/** How far a training is. */
export interface TrainProgress {
  readonly done: number;
  readonly total: number;
  /** A line for people. */
  readonly message?: string;
}

/** What to train, on what, and where it is recorded. */
export interface TrainOptions {
  readonly objective: Objective;
  readonly trainee: Trainee;
  readonly configuration: FineTuningConfiguration;
  /** Gets the curves. */
  readonly store: RunStore;
  readonly checkpoints: Checkpoints<Tree>;
  /** Behind the curves' names, e.g. ", round 2" (default: nothing). */
  readonly suffix?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Told the tokens of each step. */
  readonly onTokens?: (tokens: number) => void;
}

/** How a training ended. */
export interface TrainResult {
  /** The trained values: of the last step, or with patience of the best one. */
  readonly learnt: Tree;
  /** Steps done. */
  readonly steps: number;
  /** The step whose values these are. */
  readonly keptStep: number;
  /** Loss on held-out examples before the first step, and of these values, where some are held out. */
  readonly before?: number;
  readonly after?: number;
}

/**
 * Trains the trainee's arrays in place; goes on from a checkpoint where there is one.
 * Throws NumericalError where loss or gradient is not finite (the last good checkpoint is kept), InterruptedError where
 * the signal aborts (so is the last step), StorageError where something cannot be written.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { objective, trainee, configuration, store, checkpoints, suffix = "", signal } = options;
  const random = new RandomStream(configuration.seed, ["fine-tuning", "order"]);
  const plan = trainingPlan(objective.trainingLengths, configuration, objective.packedLength, random);
  const trainer = new Trainer<Tree, [Tree, Tree]>({
    parameters: trainee.trained,
    inPlace: true,
    loss: (trained, frozen, batch) => objective.loss(trainee.model(trained, frozen), batch),
    adamW: { weightDecay: configuration.weightDecay },
    clip: configuration.clip,
    threads: configuration.threads,
  });
  const evaluation = new Evaluation(objective, trainee, configuration);
  let kept = 0;
  const tell = (message?: string) =>
    options.onProgress?.({ done: trainer.step, total: plan.steps, ...(message && { message }) });
  const measured = () => measurements(store, trainer.step, suffix);
  const add = (step: number, values: Readonly<Partial<Record<keyof typeof curveNames, number>>>) =>
    store.addMetrics(
      Object.entries(values).map(([name, value]) => ({
        name: `${curveNames[name as keyof typeof curveNames]}${suffix}`,
        step,
        value,
      })),
    );

  /** Measures held-out examples and keeps the values where they are the best so far. */
  const measure = async (): Promise<void> => {
    const { step } = trainer;
    const result = await evaluation.measure(trainer.parameters);
    if (result === undefined) return;
    if (!Number.isFinite(result.loss)) throw diverged(notFinite(step, result.loss), kept, configuration);
    add(step, { validation: result.loss, ...(result.measure !== undefined && { measure: result.measure }) });
    const best = step > 0 && configuration.patience > 0 && measured().best?.step === step;
    if (best) checkpoints.keepBest(trainer.parameters);
    tell(`step ${step}: loss on held-out examples ${result.loss.toFixed(4)}`);
  };

  try {
    const state = checkpoints.load(trainee.trained);
    if (state === undefined) await measure();
    else trainer.restore(state);
    kept = trainer.step;
    tell();
    while (trainer.step < plan.steps && !outOfPatience(configuration, measured().sinceBest)) {
      const step = trainer.step;
      const rows = plan.rows(step);
      const learningRate = plan.learningRate(step);
      const batches = objective.batches(rows, "training").map((batch) => [trainee.frozen, batch] as [Tree, Tree]);
      const { loss, gradientNorm } = await trainer.trainTogether(learningRate, batches).catch((error: unknown) => {
        throw diverged(error, kept, configuration);
      });
      options.onTokens?.(objective.tokens(rows));
      add(step + 1, { training: loss, learningRate, gradientNorm });
      if (checkpoints.approve()) kept = step;
      tell();
      if (plan.evaluatesAfter(step + 1)) await measure();
      if (trainer.step % configuration.checkpointEvery === 0) checkpoints.keepUntried(trainer.liveState());
      // The engine holds the event loop while it runs; this lets Ctrl-C be heard.
      await new Promise((resume) => setImmediate(resume));
      if (signal?.aborted === true && trainer.step < plan.steps) {
        checkpoints.keep(trainer.liveState());
        checkInterrupted(signal);
      }
    }
    const { first, best, last } = measured();
    const keepsBest = configuration.patience > 0 && best !== undefined && best.step > 0;
    return {
      learnt: keepsBest ? checkpoints.loadBest(trainee.trained) : trainer.parameters,
      steps: trainer.step,
      keptStep: keepsBest ? best.step : trainer.step,
      ...(first !== undefined && last !== undefined && { before: first.value, after: (keepsBest ? best : last).value }),
    };
  } finally {
    await trainer.close();
    await evaluation.close();
  }
}

/** Throws InterruptedError once the user asked to stop. */
export function checkInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new InterruptedError({
    expected: "the run to go on",
    received: "a request to stop",
    remedy: "resume it: everything up to the last step is kept",
    cause: signal.reason,
  });
}

/** Whether as many measurements in a row as the run has patience for were not better than the best. */
function outOfPatience({ patience }: FineTuningConfiguration, sinceBest: number): boolean {
  return patience > 0 && sinceBest >= patience;
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
