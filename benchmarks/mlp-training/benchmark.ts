/**
 * A training step of a perceptron 8-64-64-4 (biases, ReLU, mean squared error, AdamW), where what surrounds the
 * arithmetic decides. Weights and data are made by the same formula on both sides (`made` in peers/mlp.py); the
 * checksum is the loss of step 100.
 */
import type { Benchmark, ComparisonRow } from "../benchmark.ts";
import { openMp } from "../weights.ts";

export const benchmark: Benchmark = {
  name: "mlp-training",
  title: "Training step of a perceptron 8-64-64-4, one thread, against PyTorch",
  rows: [1, 64].map((batch): ComparisonRow => {
    const settings = { batch, threads: 1 };
    return {
      kind: "comparison",
      name: `b${batch}`,
      operation: "training step",
      goal: 2,
      illume: { file: new URL("illume-side.ts", import.meta.url), settings },
      peer: { file: new URL("../peers/mlp.py", import.meta.url), settings, environment: openMp(1) },
      checksumTolerance: 1e-3,
    };
  }),
};
