import type { Settings } from "./benchmark.ts";

/** How peers/sampling.py runs its loop; what the settings mean is said there. */
export type SamplingLoop = "compiled" | "eager";

export const samplingLoops: Readonly<Record<SamplingLoop, Settings>> = {
  // The fastest that was found.
  compiled: { compile: "default", cache: "bucket", attention: "matmul" },
  // Static cache, fused attention, inference mode.
  eager: { compile: false, cache: "slice", attention: "sdpa" },
};
