/** The commands that run a part of the closed loop, and where that part is. */

import { asksForRecording } from "../closed-loop/call-recorder.ts";
import { armsWithoutSearch, type Configuration } from "../closed-loop/configuration.ts";
import type { TestSetResult } from "../closed-loop/measurement.ts";
import type { Progress, ProgressPhase } from "../closed-loop/progress.ts";
import { targetKind } from "../closed-loop/targets/target-kind.ts";
import { expectedSeconds } from "../closed-loop/time-estimate.ts";
import type { RunStore } from "../runs/run-store.ts";
import { duration, wholeNumber } from "./terminal/numbers.ts";

export interface LoopOptions {
  readonly configuration: Configuration;
  readonly store: RunStore;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface LoopOutcome {
  /** Where the loop measured a model once; everything else is in the run's report. */
  readonly testSets?: readonly TestSetResult[];
}

export type Loop = (options: LoopOptions) => Promise<LoopOutcome>;

export const loopNames = ["improve", "search", "learn", "measure"] as const;
export type LoopName = (typeof loopNames)[number];

/** Each is loaded only when it runs, so that help and errors are instant. */
export const loops: Record<LoopName, Loop> = {
  improve: async (options) => {
    const { improve } = await import("../closed-loop/improve.ts");
    await improve(options);
    return {};
  },
  search: async (options) => {
    const { searchForFailures } = await import("../closed-loop/search.ts");
    await searchForFailures(options);
    return {};
  },
  learn: async (options) => {
    const { learnFromEntries } = await import("../closed-loop/learn.ts");
    await learnFromEntries(options);
    return {};
  },
  measure: async (options) => {
    const { measureModel } = await import("../closed-loop/measure.ts");
    return { testSets: await measureModel(options) };
  },
};

const asking: Record<LoopName, readonly ProgressPhase[]> = {
  improve: ["measure before", "search", "measure after", "renewed attack"],
  search: ["search"],
  learn: [],
  measure: ["measure before"],
};

/** What the calls of a loop may take; undefined where no setting asks for that, or it makes none. For people. */
export async function estimateLoop(name: LoopName, configuration: Configuration): Promise<string | undefined> {
  const { calls, domain, model } = configuration;
  const records = asksForRecording(calls) || targetKind(model) === "elsewhere";
  if (!records || asking[name].length === 0) return undefined;
  const [{ plannedCalls }, { domainNamed }, { describeEstimate, estimateCalls }, { priceOf }] = await Promise.all([
    import("../closed-loop/call-plan.ts"),
    import("../closed-loop/domains.ts"),
    import("../language-models/calls/call-estimate.ts"),
    import("../language-models/calls/price.ts"),
  ]);
  const price = priceOf(model, calls.price);
  const rounds = name === "search" ? 1 : configuration.rounds;
  const planned = plannedCalls({ ...configuration, rounds }, domainNamed(domain), asking[name]);
  return `Calls of ${model}: ${describeEstimate(estimateCalls(planned, price), price)}, recorded ones free.`;
}

/** What a loop will do and, where that can be told, how long it should take; for people, before it begins. */
export function describeLoop(name: LoopName, configuration: Configuration): string {
  const { warm, search, learn, measure, rounds } = configuration;
  const times = rounds > 1 ? `, ${rounds} rounds` : "";
  const searching = armsWithoutSearch.includes(search.arm)
    ? `searches for nothing (${search.arm})`
    : `searches with ${wholeNumber(search.evaluations)} evaluations for problems that the model gets wrong`;
  const warming = warm.examples > 0 ? `warms the model up with ${wholeNumber(warm.examples)} easy problems, ` : "";
  const learning = `teaches it ${wholeNumber(learn.examples)} verified solutions with ${wholeNumber(learn.replay)} ordinary ones`;
  const measuring = `measures it on test sets of ${wholeNumber(measure.problems)} problems`;
  switch (name) {
    case "improve":
      return `${warming}${searching}, ${learning}${times}, and ${measuring} before and after. That should take about ${duration(expectedSeconds(configuration))} on two cores.`;
    case "search":
      return `${searching}.`;
    case "learn":
      return `${learning}.`;
    case "measure":
      return `${measuring}.`;
  }
}
