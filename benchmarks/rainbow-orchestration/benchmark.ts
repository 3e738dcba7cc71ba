/** What a search over prompts costs beside waiting for its models. */
import type { Benchmark, Settings, ShareRow } from "../benchmark.ts";

const file = new URL("illume-side.ts", import.meta.url);
const waiting = (settings: Settings) => ({ iterations: 640, latency: 200, concurrency: 16, ...settings });

const row = (name: string, more: Pick<ShareRow, "operation" | "goal" | "unit">, settings: Settings): ShareRow => ({
  kind: "share",
  name,
  ...more,
  illume: { file, settings },
});

export const benchmark: Benchmark = {
  name: "rainbow-orchestration",
  title:
    "A search's time outside its models: an iteration, and beside models that answer in 200 ms, 16 iterations at once",
  rows: [
    row(
      "iteration-calls-recorded-on-disk",
      { operation: "iteration with models that answer at once", goal: 2, unit: "milliseconds" },
      { over: "nothing", iterations: 2000 },
    ),
    row(
      "not-waiting-for-timers-of-200-ms",
      { operation: "search with models that answer after a timer", goal: 0.05 },
      waiting({ over: "timer" }),
    ),
    row(
      "not-waiting-for-endpoints-of-200-ms",
      { operation: "search with models behind HTTP", goal: 0.05 },
      // As many iterations as the paper has, so that the start of the process and of its modules counts as it does there.
      waiting({ over: "http", iterations: 2000 }),
    ),
  ],
};
