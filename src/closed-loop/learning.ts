/** Teaching the model in one round: supervised fine-tuning on verified solutions, with checkpoints. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../core/make-folder.ts";
import type { RandomStream } from "../core/random.ts";
import {
  completionLoss,
  epochOrder,
  type TrainingBatch,
  trainingBatch,
} from "../language-models/engine/training-batches.ts";
import { loadTransformer, saveTransformer, type TransformerFile } from "../language-models/engine/transformer-file.ts";
import { linearSchedule } from "../nn/schedules.ts";
import { Trainer } from "../nn/trainer.ts";
import { loadTrainerState, saveTrainerState } from "../nn/trainer-checkpoint.ts";
import type { TransformerParameters } from "../nn/transformer.ts";
import type { LoopContext } from "./loop-context.ts";
import { exampleOf, type TrainingSet } from "./training-set.ts";

/** The file of the model that a round ends with. */
export function roundModelPath<Problem>({ store }: LoopContext<Problem>, round: number): string {
  return join(store.directory, "checkpoints", `round-${round}.safetensors`);
}

/**
 * The model after a round's training; continues from the last checkpoint where the round was begun.
 * Throws NumericalError where loss or gradient is not finite; the last checkpoint is kept.
 */
export async function learnRound<Problem>(
  context: LoopContext<Problem>,
  round: number,
  model: TransformerFile,
  trainingSet: TrainingSet<Problem>,
  random: RandomStream,
): Promise<TransformerFile> {
  const finished = roundModelPath(context, round);
  if (existsSync(finished)) return loadTransformer(finished);
  makeFolder(join(context.store.directory, "checkpoints"));
  const checkpoint = join(context.store.directory, "checkpoints", `round-${round}.training.safetensors`);
  const { learn, threads } = context.configuration;

  const problems = [...trainingSet.problems, ...trainingSet.replayed];
  const examples = problems.map((problem) => exampleOf(context, problem));
  const stepsPerEpoch = Math.ceil(examples.length / learn.batchSize);
  const steps = stepsPerEpoch * learn.epochs;
  const schedule = linearSchedule({ steps, warmupSteps: learn.warmupSteps, finalShare: learn.finalLearningRateShare });
  const trainer = new Trainer<TransformerParameters, TrainingBatch>({
    parameters: model.parameters,
    loss: completionLoss(model.shape),
    adamW: learn,
    clip: learn.clip,
    threads,
  });
  try {
    const state = loadTrainerState(checkpoint, model.parameters);
    if (state !== undefined) trainer.restore(state);
    const losses: { name: string; step: number; value: number }[] = [];
    let order: ReturnType<typeof epochOrder> = [];
    let drawnEpoch = -1;
    while (trainer.step < steps) {
      const epoch = Math.floor(trainer.step / stepsPerEpoch);
      if (epoch !== drawnEpoch) {
        order = epochOrder(examples, { batchSize: learn.batchSize, random: random.split("epoch", epoch) });
        drawnEpoch = epoch;
      }
      const batch = trainingBatch(order[trainer.step % stepsPerEpoch] as (typeof order)[number]);
      const rate = learn.learningRate * schedule(trainer.step);
      const { loss } = await context.spend(
        () => trainer.train(rate, ...batch),
        () => ({ evaluations: 0, tokens: batch[0].size }),
      );
      losses.push({ name: `loss, round ${round}`, step: trainer.step, value: loss });
      if (trainer.step % learn.checkpointEvery === 0 || trainer.step === steps) {
        // Metrics first: steps after the checkpoint are done again and give the same values.
        context.store.addMetrics(losses.splice(0));
        saveTrainerState(checkpoint, trainer.state());
      }
      context.report({ phase: "learn", round, done: trainer.step, total: steps });
      // The engine holds the event loop while it runs; this lets Ctrl-C be heard.
      await new Promise((resume) => setImmediate(resume));
      if (context.signal?.aborted === true) {
        context.store.addMetrics(losses.splice(0));
        saveTrainerState(checkpoint, trainer.state());
        context.checkInterrupted();
      }
    }
    const taught = { ...model, parameters: trainer.state().parameters };
    saveTransformer(finished, taught);
    return taught;
  } finally {
    await trainer.close();
  }
}
