/** What a run's phases took, from its events. */
import type { PhaseCost } from "../closed-loop/loop-context.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { ReportViewModel } from "./view-model.ts";

/** Sums by phase and round. */
export function costOf(store: RunStore): ReportViewModel["cost"] {
  const costs = new Map<string, { phase: string; seconds: number; evaluations: number; tokens: number }>();
  for (const { payload } of store.events("phase")) {
    const cost = payload as unknown as PhaseCost;
    const phase = cost.round > 0 ? `${cost.phase}, round ${cost.round}` : cost.phase;
    const sum = costs.get(phase) ?? { phase, seconds: 0, evaluations: 0, tokens: 0 };
    sum.seconds += cost.seconds;
    sum.evaluations += cost.evaluations;
    sum.tokens += cost.tokens;
    costs.set(phase, sum);
  }
  return [...costs.values()];
}
