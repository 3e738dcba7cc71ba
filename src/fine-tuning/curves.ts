/** What a training leaves in its run's store; a step is the number of steps done. */
import type { RunStore, StoredMetric } from "../runs/run-store.ts";

/** What the state of a run of fine-tuning says of the command that began it. */
export const fineTuningCommand = "fine-tune";

/** The state of such a run in which its FineTuningResult stands when it is finished. */
export const resultKey = "fine-tuning result";

/** The event of such a run that says what its data are. */
export const dataEvent = "fine-tuning data";

/** The curves' names in the store. */
export const curveNames = {
  training: "training loss",
  validation: "validation loss",
  measure: "preferences in order",
  learningRate: "learning rate",
  gradientNorm: "gradient norm",
} as const;

/** Losses on held-out examples up to a step. */
export interface Measurements {
  readonly first?: StoredMetric;
  readonly last?: StoredMetric;
  /** The least one; the first of equals. */
  readonly best?: StoredMetric;
  /** How many came behind the best. */
  readonly sinceBest: number;
}

/** What was measured until so many steps were done; what a killed process measured behind that does not count. */
export function measurements(store: Pick<RunStore, "metrics">, step: number, suffix = ""): Measurements {
  const all = store.metrics(`${curveNames.validation}${suffix}`).filter((metric) => metric.step <= step);
  const [first] = all;
  if (first === undefined) return { sinceBest: 0 };
  let bestIndex = 0;
  all.forEach(({ value }, index) => {
    if (value < (all[bestIndex] as StoredMetric).value) bestIndex = index;
  });
  const best = all[bestIndex] as StoredMetric;
  return { first, last: all.at(-1) as StoredMetric, best, sinceBest: all.length - 1 - bestIndex };
}
