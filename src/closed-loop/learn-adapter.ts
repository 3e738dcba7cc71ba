/** Teaching a published model in one lesson: low-rank adapters on verified solutions, by the steps of `illume learn`. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readOwnFile } from "../core/read-own-file.ts";
import { Checkpoints } from "../fine-tuning/checkpoints.ts";
import { type FineTuningConfiguration, parseFineTuningConfiguration } from "../fine-tuning/configuration.ts";
import { answered, shortened } from "../fine-tuning/data/encode-record.ts";
import { supervisedObjective } from "../fine-tuning/objective.ts";
import { train } from "../fine-tuning/train.ts";
import { type TrainableModel, traineeOf } from "../fine-tuning/trainable-model.ts";
import { isPeftAdapter, readPeftAdapter, writePeftAdapter } from "../language-models/adapters/peft-adapter.ts";
import { requireFiniteWeights } from "../nn/finite-weights.ts";
import { type LoraOptions, type LoraParameters, loraTargets, requireLoraTargets } from "../nn/lora.ts";
import { tensor } from "../tensor/tensor.ts";
import { mapTree, type Tree } from "../tensor/tree.ts";
import type { Configuration } from "./configuration.ts";
import type { LoopContext } from "./loop-context.ts";
import type { Lesson } from "./targets/target.ts";

/** Positions of a row that several examples share. */
const packedLength = 256;

/** What becomes of a damaged file. */
const again = "to do this lesson again";

/** A published model and what it was taught so far. */
export interface AdaptedModel {
  readonly model: TrainableModel;
  readonly adapter: LoraParameters | undefined;
}

/** The adapters of a loop, of one form from the first lesson to the last. */
export function loraOf({ rank, targets }: Configuration["learn"]): Required<LoraOptions> {
  return { rank, alpha: 2 * rank, targets: targets.includes("all-linear") ? loraTargets : requireLoraTargets(targets) };
}

/** The folder of the adapter that a lesson ends with, in PEFT's format: a model that every command opens. */
export function lessonFolder({ store }: Pick<LoopContext<unknown>, "store">, name: string): string {
  return join(store.directory, "checkpoints", name.replaceAll(" ", "-"));
}

/**
 * The adapter after a lesson: the last lesson's trained on, or a new one. Continues from a checkpoint where there is one.
 * Throws as `train`, and CorruptFileError where what an earlier process wrote was damaged since.
 */
export async function learnAdapter<Problem>(
  context: LoopContext<Problem>,
  { model, adapter }: AdaptedModel,
  { name, phase, round, epochs, trainingSet, random }: Lesson<Problem>,
): Promise<LoraParameters> {
  const folder = lessonFolder(context, name);
  const begun = `${folder}.training`;
  if (isPeftAdapter(folder)) {
    rmSync(begun, { recursive: true, force: true });
    return readOwnFile(folder, again, () => readPeftAdapter(folder, model.parameters).lora);
  }
  const { domain, configuration, store, signal } = context;
  const settings = trainingSettings(configuration, epochs, random.integer(0, 2 ** 31));
  const examples = [...trainingSet.problems, ...trainingSet.replayed].flatMap((problem) => {
    const prompt = context.ask(domain.task.prompt(problem));
    return shortened(answered(model.tokenizer, prompt, domain.task.solution(problem)), packedLength) ?? [];
  });
  const trainee = traineeOf(model, settings);
  const begin = adapter === undefined ? trainee.trained : copied(adapter);
  const checkpoints = new Checkpoints<Tree>(begun);
  let tokens = 0;
  const { learnt } = await context.spend(
    () =>
      train({
        objective: supervisedObjective({
          shape: model.shape,
          training: examples,
          validation: [],
          batchSize: settings.batchSize,
          packedLength,
        }),
        trainee: { ...trainee, trained: begin },
        configuration: settings,
        store,
        checkpoints,
        suffix: `, ${name}`,
        ...(signal && { signal }),
        onProgress: ({ done, total }) => context.report({ phase, round, done, total }),
        onTokens: (count) => {
          tokens += count;
        },
      }),
    () => ({ evaluations: 0, tokens }),
  );
  requireFiniteWeights(learnt, `the lesson ${name}`);
  const taught = learnt as LoraParameters;
  writePeftAdapter(folder, taught, { ...loraOf(configuration.learn), baseModel: model.baseName });
  rmSync(begun, { recursive: true, force: true });
  return taught;
}

/** The loop's settings as fine-tuning's: both have the same names for the same things where they have them. */
function trainingSettings(
  { learn, model, threads }: Configuration,
  epochs: number,
  seed: number,
): FineTuningConfiguration {
  const { batchSize, learningRate, weightDecay, clip, checkpointEvery, rank, targets } = learn;
  return parseFineTuningConfiguration({
    model,
    data: "what the loop found",
    method: "lora",
    rank,
    targets,
    epochs,
    batchSize,
    learningRate,
    finalShare: learn.finalLearningRateShare,
    warmUp: 0.1,
    weightDecay,
    clip,
    packing: true,
    maximumLength: packedLength,
    validation: 0,
    checkpointEvery,
    threads,
    seed,
  });
}

/** Training changes its arrays in place. */
function copied(adapter: LoraParameters): LoraParameters {
  return mapTree(adapter, (leaf) => tensor(Float32Array.from(leaf.data), { shape: leaf.shape }));
}
