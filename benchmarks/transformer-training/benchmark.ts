/**
 * A training step of a small decoder: forward, mean cross-entropy of all positions, backward, global norm clipped to
 * 1, AdamW (rate 1e-3, betas 0.9 and 0.95, epsilon 1e-8, decay 0.1 on every parameter). Both sides load the same
 * weights and train on the same made batches (peers/made_tokens.py: a pool of four, in turn); the checksum is the
 * loss of the eighth step. The peer is run twice: as fast as it could be made (torch.compile with autotuning), and as such a
 * step is usually written (eager).
 */
import type { Benchmark, ComparisonRow, WeightsDefinition } from "../benchmark.ts";
import { modelSettings, openMp } from "../weights.ts";

interface Workload {
  readonly model: WeightsDefinition;
  readonly time: number;
  readonly batch: number;
}

const workloads: readonly Workload[] = [
  { model: { hiddenSize: 128, layers: 4 }, time: 64, batch: 32 },
  { model: { hiddenSize: 256, layers: 6 }, time: 128, batch: 16 },
];

export const benchmark: Benchmark = {
  name: "transformer-training",
  title: "Training step of a transformer, against PyTorch",
  weights: workloads.map(({ model }) => model),
  rows: workloads.flatMap((workload) =>
    (["compiled", "eager"] as const).flatMap((peer) => [row(workload, 1, 1.5, peer), row(workload, 2, 1.4, peer)]),
  ),
};

type Peer = "compiled" | "eager";

function row({ model, time, batch }: Workload, threads: number, goal: number, peer: Peer): ComparisonRow {
  const settings = { ...modelSettings(model), time, batch, threads };
  return {
    kind: "comparison",
    name: `d${model.hiddenSize}-l${model.layers}-t${time}-b${batch}-threads${threads}-${peer}`,
    operation: "training step",
    goal,
    illume: { file: new URL("illume-side.ts", import.meta.url), settings },
    peer: {
      file: new URL("../peers/transformer.py", import.meta.url),
      settings: peer === "eager" ? { ...settings, compile: false } : settings,
      environment: openMp(threads),
    },
    checksumTolerance: 1e-4,
    seconds: 1.5,
  };
}
