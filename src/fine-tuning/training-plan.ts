/** Which examples each step of a training learns, and how far: all from the seed, so that any step can be gone on from. */
import type { RandomStream } from "../core/random.ts";
import { cosineSchedule } from "../nn/schedules.ts";
import type { FineTuningConfiguration } from "./configuration.ts";
import { highestLearningRate } from "./configuration.ts";
import { arrangeEpoch, type StepRows } from "./data/arrange-rows.ts";

/** The steps of a training, counted from 0. */
export interface TrainingPlan {
  readonly steps: number;
  readonly rows: (step: number) => StepRows;
  readonly learningRate: (step: number) => number;
  /** Whether held-out examples are measured when so many steps are done. */
  readonly evaluatesAfter: (steps: number) => boolean;
}

/** @param lengths positions that each example takes; @param packedLength of a row that examples share, or 0 */
export function trainingPlan(
  lengths: readonly number[],
  configuration: FineTuningConfiguration,
  packedLength: number,
  random: RandomStream,
): TrainingPlan {
  const { batchSize, accumulate, epochs, warmUp, finalShare, evaluateEvery } = configuration;
  const epoch = (index: number) =>
    arrangeEpoch(lengths, { batchSize, accumulate, packedLength, random: random.split("epoch", index) });
  // Packed rows fit differently in each epoch, so that their number is only known by arranging them.
  const starts = [0];
  const end = () => starts.at(-1) as number;
  const wanted = configuration.steps;
  while (wanted > 0 ? end() < wanted : starts.length <= epochs) starts.push(end() + epoch(starts.length - 1).length);
  const steps = wanted > 0 ? wanted : end();
  let [arrangedEpoch, arranged] = [-1, [] as StepRows[]];
  const schedule = cosineSchedule({ steps, warmupSteps: Math.round(warmUp * steps), finalShare });
  const highest = highestLearningRate(configuration);
  const interval = evaluateEvery > 0 ? evaluateEvery : Math.max(1, Math.ceil(steps / 10));
  return {
    steps,
    rows: (step) => {
      const index = starts.findLastIndex((start) => start <= step);
      if (index !== arrangedEpoch) [arrangedEpoch, arranged] = [index, epoch(index)];
      return arranged[step - (starts[index] as number)] as StepRows;
    },
    learningRate: (step) => highest * schedule(step),
    evaluatesAfter: (done) => done === steps || (done > 0 && done % interval === 0),
  };
}
