/** How far 4-bit weights take a model from its own in float32: measured once for each model, then remembered. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import { makeFolder } from "../../core/make-folder.ts";
import type { TransformerShape } from "../../nn/transformer.ts";
import { encodePrompt } from "../encode-prompt.ts";
import { ContinuousPool } from "../engine/continuous/continuous-pool.ts";
import { type PrecisionDivergence, precisionDivergence } from "../engine/continuous/precision-divergence.ts";
import type { WeightPrecision } from "../engine/weight-precision.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { cacheFolder } from "./conversion-cache.ts";

export interface RoundingDivergenceOptions {
  readonly shape: TransformerShape;
  /** The parameters' arrays in the order of the tree's leaves. */
  readonly arrays: readonly Float32Array[];
  readonly tokenizer: Tokenizer;
  /** Threads of one operation. */
  readonly threads: number;
  /** Where it is remembered (default: cacheFolder()). */
  readonly cache?: string;
  /** Told before it is measured, which takes some seconds; not where it is remembered. */
  readonly onMeasuring?: () => void;
}

/** Counts up where the prompts, the rounding or the comparison change. */
const comparisonVersion = 1;

const compared = [
  "One day the old sailor walked to the market and bought",
  "The capital of France is",
  "Water boils when",
  "Tom has 12 apples and gives 5 of them to his sister. Now he has",
  "The three most important inventions of the last century are",
  "def fibonacci(n):",
  "Dear Madam, I am writing to you because",
  "To bake bread, first",
];

const remembered = z.object({
  tokens: z.number().int().positive(),
  meanDifference: z.number().min(0),
  largestDifference: z.number().min(0),
  equalGreedy: z.number().min(0).max(1),
});

/**
 * The divergence on 32 greedy tokens after each of eight prompts. The weights' checksum names it in the cache, so that
 * the same weights from another file, or with another adapter merged, are what they are.
 * Throws as the engine does, and StorageError where the cache cannot be written.
 */
export async function roundingDivergence(options: RoundingDivergenceOptions): Promise<PrecisionDivergence> {
  const { shape, arrays, tokenizer, threads, cache = cacheFolder(), onMeasuring } = options;
  const prompts = compared.map((text) => encodePrompt(tokenizer, text));
  const folder = join(cache, "divergence");
  const note = join(folder, `${checksum(shape, arrays, prompts)}.json`);
  const known = readNote(note);
  if (known !== undefined) return known;
  onMeasuring?.();
  const poolOf = (precision: WeightPrecision) =>
    new ContinuousPool({ shape, arrays, continuous: { precision, contextLength: longest(prompts), threads } });
  const [exact, rounded] = [poolOf("float32"), poolOf("4-bit")];
  try {
    const divergence = await precisionDivergence(exact, rounded, prompts);
    makeFolder(folder);
    writeFileAtomic(note, `${JSON.stringify(divergence)}\n`);
    return divergence;
  } finally {
    await Promise.all([exact.close(), rounded.close()]);
  }
}

/** In one line for people. */
export function describeDivergence(id: string, divergence: PrecisionDivergence): string {
  const { tokens, meanDifference, largestDifference, equalGreedy } = divergence;
  const share = `${(100 * equalGreedy).toFixed(1)} % of ${tokens} greedy tokens are those of float32`;
  const nats = `${meanDifference.toPrecision(2)} nats on average, ${largestDifference.toPrecision(2)} at most`;
  return `${id} with weights in 4 bits: ${share}; their log probabilities differ by ${nats}.`;
}

function checksum(shape: TransformerShape, arrays: readonly Float32Array[], prompts: readonly number[][]): string {
  const hash = createHash("sha256").update(JSON.stringify([comparisonVersion, shape, prompts]));
  for (const { buffer, byteOffset, byteLength } of arrays) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

function readNote(path: string): PrecisionDivergence | undefined {
  if (!fs.existsSync(path)) return undefined;
  try {
    return remembered.parse(JSON.parse(fs.readFileSync(path, "utf8")));
  } catch {
    // Torn or foreign: it is measured anew.
    return undefined;
  }
}

/** Room for the longest prompt and what is compared after it. */
function longest(prompts: readonly number[][]): number {
  return 64 + prompts.reduce((most, { length }) => Math.max(most, length), 0);
}
