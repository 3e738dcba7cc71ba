/** The commands that run a part of the closed loop, and where that part is. */
import type { Configuration } from "../closed-loop/configuration.ts";
import type { Progress } from "../closed-loop/progress.ts";
import type { RunStore } from "../runs/run-store.ts";

export interface LoopOptions {
  readonly configuration: Configuration;
  readonly store: RunStore;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export type Loop = (options: LoopOptions) => Promise<unknown>;

export const loopNames = ["improve", "search", "learn", "measure"] as const;
export type LoopName = (typeof loopNames)[number];

/** Loaded only when they run, so that help and errors are instant. */
export const loops: Record<LoopName, () => Promise<Loop>> = {
  improve: async () => (await import("../closed-loop/improve.ts")).improve,
  search: async () => (await import("../closed-loop/search.ts")).searchForFailures,
  learn: async () => (await import("../closed-loop/learn.ts")).learnFromEntries,
  measure: async () => (await import("../closed-loop/measure.ts")).measureModel,
};

/** What a loop will do, for people, before it begins. */
export function describeLoop(name: LoopName, configuration: Configuration): string {
  const { search, learn, measure, rounds } = configuration;
  const times = rounds > 1 ? `, ${rounds} rounds` : "";
  const searching = `searches with ${search.evaluations} evaluations for problems that the model gets wrong`;
  const learning = `teaches it ${learn.examples} verified solutions with ${learn.replay} ordinary ones`;
  const measuring = `measures it on test sets of ${measure.problems} problems`;
  switch (name) {
    case "improve":
      return `${searching}, ${learning}${times}, and ${measuring} before and after.`;
    case "search":
      return `${searching}.`;
    case "learn":
      return `${learning}.`;
    case "measure":
      return `${measuring}.`;
  }
}
