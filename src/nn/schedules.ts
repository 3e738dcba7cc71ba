/** Learning rates over the course of training: factors in [0, 1] of the highest rate. Steps count from 0. */

/** Length and ends of a schedule. */
export interface ScheduleOptions {
  readonly steps: number;
  /** Steps of linear rise from near 0 (default 0). */
  readonly warmupSteps?: number;
  /** The factor at the last step (default 0). */
  readonly finalShare?: number;
}

/** The share of the highest learning rate at a step, in [0, 1]; steps count from 0. */
export type Schedule = (step: number) => number;

function withWarmup(options: ScheduleOptions, decay: (progress: number) => number): Schedule {
  const { steps, warmupSteps = 0, finalShare = 0 } = options;
  return (step) => {
    if (step < warmupSteps) return (step + 1) / (warmupSteps + 1);
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - 1 - warmupSteps));
    return finalShare + (1 - finalShare) * decay(progress);
  };
}

/** Always the highest rate, after the warm-up. */
export function constantSchedule(options: ScheduleOptions): Schedule {
  return withWarmup(options, () => 1);
}

/** A straight line from 1 to the final share. */
export function linearSchedule(options: ScheduleOptions): Schedule {
  return withWarmup(options, (progress) => 1 - progress);
}

/** Half a cosine from 1 to the final share (Loshchilov and Hutter 2017, 1608.03983). */
export function cosineSchedule(options: ScheduleOptions): Schedule {
  return withWarmup(options, (progress) => (1 + Math.cos(Math.PI * progress)) / 2);
}
