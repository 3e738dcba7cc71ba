/** Teaching one of illume's own models in one lesson: supervised fine-tuning on verified solutions, with checkpoints. */
import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeTemporaryFiles } from "../core/atomic-file.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { makeFolder } from "../core/make-folder.ts";
import { programCommand } from "../core/program-command.ts";
import { readOwnFile } from "../core/read-own-file.ts";
import {
  completionLoss,
  epochOrder,
  type TrainingBatch,
  trainingBatch,
} from "../language-models/engine/training-batches.ts";
import { loadTransformer, saveTransformer, type TransformerFile } from "../language-models/engine/transformer-file.ts";
import { requireFiniteWeights } from "../nn/finite-weights.ts";
import { linearSchedule } from "../nn/schedules.ts";
import { Trainer, type TrainerState } from "../nn/trainer.ts";
import { loadTrainerState, saveTrainerState } from "../nn/trainer-checkpoint.ts";
import type { TransformerParameters } from "../nn/transformer.ts";
import type { LoopContext } from "./loop-context.ts";
import type { Lesson } from "./targets/target.ts";
import { exampleOf } from "./training-set.ts";

/** What becomes of a damaged file. */
const again = "to do this lesson again";

/** The file of the model that a lesson ends with. */
function lessonModelPath<Problem>({ store }: LoopContext<Problem>, name: string): string {
  return join(store.directory, "checkpoints", `${name.replaceAll(" ", "-")}.safetensors`);
}

/**
 * The model after a lesson; continues from the last checkpoint where the lesson was begun.
 * Throws NumericalError where loss or gradient is not finite; the last checkpoint is kept.
 */
export async function learnRound<Problem>(
  context: LoopContext<Problem>,
  model: TransformerFile,
  { name, phase, round, epochs, trainingSet, random }: Lesson<Problem>,
): Promise<TransformerFile> {
  const finished = lessonModelPath(context, name);
  const folder = dirname(finished);
  const checkpoint = finished.replace(/\.safetensors$/u, ".training.safetensors");
  makeFolder(folder);
  removeTemporaryFiles(folder);
  if (existsSync(finished)) {
    rmSync(checkpoint, { force: true });
    return readOwnFile(finished, again, () => loadTransformer(finished));
  }
  const { learn, threads } = context.configuration;

  const problems = [...trainingSet.problems, ...trainingSet.replayed];
  const examples = problems.map((problem) => exampleOf(context, problem));
  const stepsPerEpoch = Math.ceil(examples.length / learn.batchSize);
  const steps = stepsPerEpoch * epochs;
  const schedule = linearSchedule({ steps, warmupSteps: learn.warmupSteps, finalShare: learn.finalLearningRateShare });
  const trainer = new Trainer<TransformerParameters, TrainingBatch>({
    parameters: model.parameters,
    loss: completionLoss(model.shape),
    adamW: learn,
    clip: learn.clip,
    threads,
  });
  try {
    const state = readOwnFile(checkpoint, again, () => loadTrainerState(checkpoint, model.parameters));
    if (state !== undefined) trainer.restore(state);
    let kept = trainer.step;
    /** A checkpoint is written once a step from it was finite, so that there is always one to go on from. */
    let unproven: TrainerState<TransformerParameters> | undefined;
    const losses: { name: string; step: number; value: number }[] = [];
    const save = (saved: TrainerState<TransformerParameters>) => {
      // Metrics first: steps after the checkpoint are done again and give the same values.
      context.store.addMetrics(losses.splice(0));
      saveTrainerState(checkpoint, saved);
      kept = saved.step;
    };
    let order: ReturnType<typeof epochOrder> = [];
    let drawnEpoch = -1;
    const tell = () => context.report({ phase, round, done: trainer.step, total: steps });
    tell();
    while (trainer.step < steps) {
      const epoch = Math.floor(trainer.step / stepsPerEpoch);
      if (epoch !== drawnEpoch) {
        order = epochOrder(examples, { batchSize: learn.batchSize, random: random.split("epoch", epoch) });
        drawnEpoch = epoch;
      }
      const batch = trainingBatch(order[trainer.step % stepsPerEpoch] as (typeof order)[number]);
      const rate = learn.learningRate * schedule(trainer.step);
      const { loss } = await context
        .spend(
          () => trainer.train(rate, ...batch),
          () => ({ evaluations: 0, tokens: batch[0].size }),
        )
        .catch((error: unknown) => {
          context.store.addMetrics(losses);
          throw diverged(error, name, kept, learn.learningRate);
        });
      losses.push({ name: `loss, ${name}`, step: trainer.step, value: loss });
      if (unproven !== undefined) save(unproven);
      unproven = trainer.step % learn.checkpointEvery === 0 ? trainer.state() : undefined;
      tell();
      // The engine holds the event loop while it runs; this lets Ctrl-C be heard.
      await new Promise((resume) => setImmediate(resume));
      if (context.signal?.aborted === true && trainer.step < steps) {
        save(trainer.state());
        context.checkInterrupted();
      }
    }
    context.store.addMetrics(losses);
    const taught = { ...model, parameters: trainer.state().parameters };
    try {
      requireFiniteWeights(taught.parameters, `training step ${trainer.step}`);
    } catch (error) {
      throw diverged(error, name, kept, learn.learningRate);
    }
    saveTransformer(finished, taught);
    rmSync(checkpoint, { force: true });
    return taught;
  } finally {
    await trainer.close();
  }
}

/** NaN or infinity in a training step, with what is kept and how to go on from there. */
function diverged(error: unknown, name: string, kept: number, learningRate: number): unknown {
  if (!(error instanceof NumericalError)) return error;
  const from = kept === 0 ? "the model before this lesson" : `the checkpoint of step ${kept}`;
  return new NumericalError({
    expected: `${error.expected} of ${name}`,
    received: error.received,
    remedy: `${from} is kept; go on from there with a lower rate: ${programCommand} resume with --learn-learning-rate ${learningRate / 4}`,
    cause: error,
  });
}
