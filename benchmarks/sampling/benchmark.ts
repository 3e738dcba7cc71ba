/**
 * Sampling 128 tokens at temperature 1 after prompts of one token, a batch of sequences at a time. Two cores are used
 * as each side does best: illume by two workers, PyTorch by two threads. The checksum is the mean log probability of
 * 16 greedy tokens after each prompt. The peer is run twice: as fast as it could be made (a compiled step), and as such a
 * loop is usually written (eager, fused attention).
 */
import type { Benchmark, ComparisonRow } from "../benchmark.ts";
import { type SamplingLoop, samplingLoops } from "../sampling-loops.ts";
import { modelSettings, openMp } from "../weights.ts";

const model = { hiddenSize: 128, layers: 4 };

export const benchmark: Benchmark = {
  name: "sampling",
  title: "Batched sampling of 128 tokens, against a KV-cache loop in PyTorch",
  weights: [model],
  rows: [64, 256].flatMap((batch) =>
    (["compiled", "eager"] as const).flatMap((loop) => [row(batch, 1, 1.6, loop), row(batch, 2, 1.7, loop)]),
  ),
};

function row(batch: number, cores: number, goal: number, loop: SamplingLoop): ComparisonRow {
  const settings = { ...modelSettings(model), prompts: batch, promptLength: 1, samples: 1, newTokens: 128 };
  return {
    kind: "comparison",
    name: `b${batch}-${cores === 1 ? "one-thread" : "two-workers-against-two-threads"}-${loop}`,
    operation: `batch of ${batch} x 128 tokens`,
    goal,
    illume: { file: new URL("illume-side.ts", import.meta.url), settings: { ...settings, workers: cores } },
    peer: {
      file: new URL("../peers/sampling.py", import.meta.url),
      settings: { ...settings, ...samplingLoops[loop], threads: cores },
      environment: openMp(cores),
    },
    checksumTolerance: 1e-4,
  };
}
