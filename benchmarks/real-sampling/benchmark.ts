/**
 * Real weights, SmolLM2-135M-Instruct from one GGUF file: 64 greedy tokens after each of many prompts, on two cores,
 * against llama.cpp through node-llama-cpp. The file's weights have 4 bits; llama.cpp multiplies with them as they are,
 * illume with the same numbers in float32, and in further rows with 4 bits (and 8 in the output), whose divergence from
 * float32 is recorded. Rows without a claim have the goal 0. Weights: scripts/fetch-smollm2.mjs.
 */
import { smolLM2File } from "../../tests/fixtures/smollm2.ts";
import type { Benchmark, ComparisonRow } from "../benchmark.ts";

const model = smolLM2File;
const cores = 2;

export const benchmark: Benchmark = {
  name: "real-sampling",
  title: "Batched sampling of 64 tokens from SmolLM2-135M, against node-llama-cpp",
  rows: [
    row(1, "float32", 0),
    row(8, "float32", 0),
    row(32, "float32", 3),
    row(64, "float32", 3),
    row(1, "4-bit", 0.8),
    row(8, "4-bit", 0),
    row(32, "4-bit", 0),
    row(64, "4-bit", 0),
  ],
};

/** One session whose operations use both cores; sessions with a core each (`illume-side.ts` takes them) were never measured here. */
function row(batch: number, precision: "float32" | "4-bit", goal: number): ComparisonRow {
  const settings = { model, batch };
  return {
    kind: "comparison",
    name: `b${batch}-${precision}`,
    operation: `batch of ${batch} x 64 tokens`,
    goal,
    illume: {
      file: new URL("illume-side.ts", import.meta.url),
      settings: { ...settings, precision, sessions: 1, threads: cores },
    },
    peer: { file: new URL("llama-side.ts", import.meta.url), settings: { ...settings, threads: cores } },
  };
}
