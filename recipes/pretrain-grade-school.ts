/**
 * Pretrains the small reasoner that ships with illume, from nothing, on the grade-school corpus.
 *
 * The corpus is an endless stream of right solutions (chapters: src/reasoning/tasks/grade-school/README.md) mixed with
 * drills of pure arithmetic, more of them in the second half, where they helped when the domain was tried out. Loss on
 * completions only. Each seed gives its own initial weights and its own stream.
 *
 * Seeds 3 to 5 are weaker reasoners for experiments about transfer between targets: the same in all but their seed and
 * the length of training.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../src/core/atomic-file.ts";
import { RandomStream } from "../src/core/random.ts";
import { Scorer } from "../src/language-models/engine/scorer.ts";
import {
  completionLoss,
  type EncodedExample,
  encodeExample,
  type TrainingBatch,
  trainingBatch,
} from "../src/language-models/engine/training-batches.ts";
import { saveTransformer } from "../src/language-models/engine/transformer-file.ts";
import { linearSchedule } from "../src/nn/schedules.ts";
import { Trainer } from "../src/nn/trainer.ts";
import { loadTrainerState, saveTrainerState } from "../src/nn/trainer-checkpoint.ts";
import { initialiseTransformer, type TransformerParameters, type TransformerShape } from "../src/nn/transformer.ts";
import { gradeSchoolTokenizer } from "../src/reasoning/tasks/grade-school/grade-school-tokenizer.ts";
import { drawPretrainingExample } from "../src/reasoning/tasks/grade-school/pretraining.ts";
import { describeMachine } from "./closed-loop/machine.ts";
import { checkpointAccuracies } from "./grade-school/checkpoint-accuracies.ts";
import type { Recipe, RecipeOptions } from "./recipe.ts";

const shape: TransformerShape = {
  vocabularySize: gradeSchoolTokenizer.vocabularySize,
  hiddenSize: 96,
  layers: 4,
  heads: 4,
  keyValueHeads: 4,
  feedForwardSize: 256,
  rotaryBase: 10_000,
  epsilon: 1e-5,
};

const settings = {
  steps: 3200,
  batchSize: 64,
  /** Batches drawn together and sorted by length, so that little is padding. */
  window: 8,
  learningRate: 3e-3,
  warmupSteps: 100,
  finalLearningRateShare: 0.05,
  weightDecay: 0.05,
  betas: [0.9, 0.98],
  clip: 1,
  /** Share of drills in the first and in the second half. */
  drillShares: [0.25, 0.4],
  /** A whole number of windows. */
  checkpointEvery: 200,
} as const;

/** The seeds of the shipped checkpoints. */
export const pretrainingSeeds = [0, 1, 2];

/** Steps by seed where training is shorter; its schedules are shorter alike. */
export const shorterTraining: ReadonlyMap<number, number> = new Map([
  [3, 800],
  [4, 1600],
  [5, 2400],
]);

export const recipe: Recipe = {
  name: "pretrain-grade-school",
  description: "pretrains the small reasoner that ships with illume",
  run: async (options) => {
    mkdirSync(options.directory, { recursive: true });
    for (const seed of options.seeds ?? (options.quick ? [0] : pretrainingSeeds)) await pretrain(seed, options);
  },
};

function stepsOf(seed: number): number {
  return shorterTraining.get(seed) ?? settings.steps;
}

async function pretrain(seed: number, options: RecipeOptions): Promise<void> {
  const path = join(options.directory, `seed-${seed}.safetensors`);
  // A checkpoint that is there already is only measured.
  if (existsSync(path)) return measureCheckpoint(seed, path, options);
  const steps = options.quick ? 4 : stepsOf(seed);
  const random = new RandomStream(seed, ["pretrain-grade-school"]);
  const schedule = linearSchedule({
    steps,
    warmupSteps: settings.warmupSteps,
    finalShare: settings.finalLearningRateShare,
  });
  const parameters = initialiseTransformer(shape, random.split("initial weights"));
  const trainer = new Trainer<TransformerParameters, TrainingBatch>({
    parameters,
    loss: completionLoss(shape),
    adamW: settings,
    clip: settings.clip,
    threads: options.threads,
  });
  const scorer = new Scorer({ shape, threads: options.threads });
  const checkpoint = join(options.directory, `seed-${seed}.training.safetensors`);
  const state = loadTrainerState(checkpoint, parameters);
  if (state !== undefined) trainer.restore(state);
  // Of the same distribution as the training examples, drawn apart: some short ones may occur there too.
  const fresh = drawExamples(options.quick ? 8 : 500, 0, random.split("held-out examples"));

  let tokens = 0;
  const start = performance.now();
  while (trainer.step < steps && options.signal?.aborted !== true) {
    const window = Math.floor(trainer.step / settings.window);
    const drillShare = settings.drillShares[trainer.step < steps / 2 ? 0 : 1];
    const batches = drawWindow(drillShare, random.split("window", window));
    let loss = 0;
    for (const batch of batches.slice(
      trainer.step % settings.window,
      settings.window - Math.max(0, (window + 1) * settings.window - steps),
    )) {
      loss = (await trainer.train(settings.learningRate * schedule(trainer.step), ...batch)).loss;
      tokens += batch[2].data.length;
    }
    if (trainer.step % settings.checkpointEvery === 0 || trainer.step >= steps) {
      saveTrainerState(checkpoint, trainer.state());
      const scores = await scorer.score(trainer.parameters, fresh);
      const accuracy = scores.filter((score) => score.greedy).length / scores.length;
      const speed = Math.round((1000 * tokens) / (performance.now() - start));
      options.print(
        `seed ${seed} step ${trainer.step}/${steps} loss ${loss.toFixed(4)} exact ${(100 * accuracy).toFixed(1)} % (${speed} tokens/s)`,
      );
    }
  }
  // A stop keeps what was trained since the last checkpoint.
  if (options.signal?.aborted === true) saveTrainerState(checkpoint, trainer.state());
  if (trainer.step >= steps) {
    saveTransformer(path, { shape, parameters: trainer.parameters, tokenizer: "grade-school" }, "f16");
    await measureCheckpoint(seed, path, options);
  }
  await trainer.close();
  await scorer.close();
}

/** Accuracies on the test sets, for the model card; drawn from a seed that no experiment uses. */
async function measureCheckpoint(seed: number, path: string, options: RecipeOptions): Promise<void> {
  const { correct, ...measured } = await checkpointAccuracies({
    path,
    seed,
    threads: options.threads,
    problems: options.quick ? 8 : 2000,
    signal: options.signal,
  });
  const accuracies = Object.fromEntries(
    Object.entries(correct).map(([name, count]) => [name, count / measured.problems]),
  );
  const card = {
    seed,
    settings: { ...settings, steps: options.quick ? 4 : stepsOf(seed) },
    shape,
    ...measured,
    accuracies,
    machine: describeMachine(),
  };
  writeFileAtomic(join(options.directory, `seed-${seed}.json`), `${JSON.stringify(card, null, 2)}\n`);
  const texts = Object.entries(accuracies).map(([name, share]) => `${name} ${(100 * share).toFixed(1)}`);
  options.print(`seed ${seed}: ${path}: ${texts.join(", ")} (% right)`);
}

function drawExamples(count: number, drillShare: number, random: RandomStream): EncodedExample[] {
  return Array.from({ length: count }, () =>
    encodeExample(gradeSchoolTokenizer, drawPretrainingExample(drillShare, random)),
  );
}

/** Some batches drawn together, rows of a batch about equally long, in random order. */
function drawWindow(drillShare: number, random: RandomStream): TrainingBatch[] {
  const examples = drawExamples(settings.batchSize * settings.window, drillShare, random);
  examples.sort((a, b) => a.tokens.length - b.tokens.length);
  const batches = Array.from({ length: settings.window }, (_, index) =>
    trainingBatch(examples.slice(index * settings.batchSize, (index + 1) * settings.batchSize)),
  );
  return random.shuffle(batches);
}
