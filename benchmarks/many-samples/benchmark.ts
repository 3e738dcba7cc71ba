/**
 * What a search asks of a model: 96 samples of 64 tokens for each of 20 prompts of 64 tokens, on two cores, at
 * temperature 1. The checksum is the mean log probability of 16 greedy tokens after each prompt. The illume side is
 * the one of ../sampling/, which takes the same settings.
 */
import type { Benchmark, ComparisonRow, Settings } from "../benchmark.ts";
import { samplingLoops } from "../sampling-loops.ts";
import { modelSettings, openMp } from "../weights.ts";

const model = { hiddenSize: 128, layers: 4 };
const settings: Settings = { ...modelSettings(model), prompts: 20, promptLength: 64, samples: 96, newTokens: 64 };

export const benchmark: Benchmark = {
  name: "many-samples",
  title: "96 samples for each of 20 prompts, two cores, against PyTorch and Hugging Face",
  weights: [model],
  rows: [
    row("pytorch-loop-compiled", "sampling.py", 2, { ...samplingLoops.compiled, chunk: 480 }),
    row("pytorch-loop-eager", "sampling.py", 2, { ...samplingLoops.eager, chunk: 480 }),
    row("hugging-face-generate", "hugging_face.py", 5),
  ],
};

function row(name: string, peer: string, goal: number, ways: Settings = {}): ComparisonRow {
  return {
    kind: "comparison",
    name,
    operation: "1,920 samples of 64 tokens",
    goal,
    illume: { file: new URL("../sampling/illume-side.ts", import.meta.url), settings: { ...settings, workers: 2 } },
    peer: {
      file: new URL(`../peers/${peer}`, import.meta.url),
      settings: { ...settings, ...ways, threads: 2 },
      environment: openMp(2),
    },
    checksumTolerance: 1e-4,
  };
}
