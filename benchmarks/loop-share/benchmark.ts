/** The share of the time of `npm start` that is not spent evaluating or training the model. */
import type { Benchmark } from "../benchmark.ts";

export const benchmark: Benchmark = {
  name: "loop-share",
  title: "Share of npm start's time outside model evaluation and training",
  rows: [
    {
      kind: "share",
      name: "outside-evaluation-and-training",
      operation: "npm start",
      goal: 0.1,
      illume: { file: new URL("illume-side.ts", import.meta.url), settings: {} },
    },
  ],
};
