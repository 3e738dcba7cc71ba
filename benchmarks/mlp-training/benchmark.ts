/**
 * A training step of a perceptron 8-64-64-4 (biases, ReLU, mean squared error, AdamW), where what surrounds the
 * arithmetic decides. Weights and data are made by the same formula on both sides (`made` in peers/mlp.py); the
 * checksum is the loss of step 100. The peer is run twice: the whole step in one compiled graph with AdamW written out, and as
 * such a step is usually written (eager, torch.optim.AdamW).
 */
import type { Benchmark, ComparisonRow } from "../benchmark.ts";
import { openMp } from "../weights.ts";

export const benchmark: Benchmark = {
  name: "mlp-training",
  title: "Training step of a perceptron 8-64-64-4, one thread, against PyTorch",
  rows: [1, 64].flatMap((batch) => [row(batch, "compiled"), row(batch, "eager")]),
};

function row(batch: number, peer: "compiled" | "eager"): ComparisonRow {
  const settings = { batch, threads: 1 };
  return {
    kind: "comparison",
    name: `b${batch}-${peer}`,
    operation: "training step",
    goal: 2,
    illume: { file: new URL("illume-side.ts", import.meta.url), settings },
    peer: {
      file: new URL("../peers/mlp.py", import.meta.url),
      settings: peer === "eager" ? { ...settings, compile: false, compiled: "model" } : settings,
      environment: openMp(1),
    },
    checksumTolerance: 1e-3,
  };
}
