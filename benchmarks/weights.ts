import type { Settings, WeightsDefinition } from "./benchmark.ts";

/** The file of initial weights, from the repository's root; peers/make_weights.py writes it. */
export function weightsPath({ hiddenSize, layers }: WeightsDefinition): string {
  return `benchmarks/.weights/llama-d${hiddenSize}-l${layers}.safetensors`;
}

/** What a side is told of the model. */
export function modelSettings(model: WeightsDefinition): Settings {
  return { hidden: model.hiddenSize, layers: model.layers, weights: weightsPath(model) };
}

/** OpenMP reads its number of threads when a process starts. */
export function openMp(threads: number): Readonly<Record<string, string>> {
  return { OMP_NUM_THREADS: String(threads) };
}
