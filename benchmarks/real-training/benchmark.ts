/**
 * A step of fine-tuning a model of SmolLM2-135M's shape (30 layers, width 576, vocabulary 49,152, tied), 4 x 128 tokens:
 * forward, mean cross-entropy of all positions, backward, global norm clipped to 1, AdamW (1e-4; 0.9, 0.999; 1e-8; decay
 * 0.01). LoRA has rank 8. Both sides make the same weights and tokens by integers; the checksum is the fifth step's loss.
 * PyTorch's model and loss go through torch.compile: for LoRA on q and v in one thread that took 0.92 of eager's time.
 * Peak memory of either process is in its answers.
 */
import type { Benchmark, ComparisonRow, Settings } from "../benchmark.ts";
import { openMp } from "../weights.ts";

const threads = [1, 2];

export const benchmark: Benchmark = {
  name: "real-training",
  title: "Fine-tuning step of a 135M model, against PyTorch",
  rows: threads.flatMap((count) => [
    row("lora-q-v", { method: "lora", targets: "q_proj,v_proj" }, count, 1.8),
    row("lora-all", { method: "lora", targets: "all-linear" }, count, 1.8),
    row("full", { method: "full" }, count, 1.4),
  ]),
};

function row(name: string, method: Settings, count: number, goal: number): ComparisonRow {
  const settings = { ...method, batch: 4, time: 128, threads: count };
  return {
    kind: "comparison",
    name: `${name}-threads${count}`,
    operation: "training step",
    goal,
    illume: { file: new URL("illume-side.ts", import.meta.url), settings },
    peer: {
      file: new URL("pytorch_side.py", import.meta.url),
      settings: { ...settings, compile: "default" },
      environment: openMp(count),
    },
    checksumTolerance: 1e-5,
    seconds: 2,
  };
}
