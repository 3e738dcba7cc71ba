import { throwIfAborted } from "../interrupted.ts";

/**
 * Embeds each different text once, in batches, and lets the event loop turn between two: so that equal texts have equal
 * vectors whatever gives them, and a signal is heard. Throws InterruptedError where the signal aborts.
 */
export async function embedDistinct(
  texts: readonly string[],
  options: {
    /** Texts of a batch, at least 1. */
    readonly batchSize: number;
    readonly signal: AbortSignal | undefined;
    embedBatch(texts: readonly string[]): readonly Float32Array[] | Promise<readonly Float32Array[]>;
  },
): Promise<Float32Array[]> {
  const { batchSize, signal } = options;
  throwIfAborted(signal);
  const distinct = [...new Set(texts)];
  const vectors = new Map<string, Float32Array>();
  for (let start = 0; start < distinct.length; start += batchSize) {
    if (start > 0) await new Promise((resume) => setImmediate(resume));
    throwIfAborted(signal);
    const batch = distinct.slice(start, start + batchSize);
    const embedded = await options.embedBatch(batch);
    for (const [index, text] of batch.entries()) vectors.set(text, embedded[index] as Float32Array);
  }
  throwIfAborted(signal);
  // A vector of its own for each, so that changing one changes no other.
  const used = new Set<string>();
  return texts.map((text) => {
    const vector = vectors.get(text) as Float32Array;
    if (used.has(text)) return vector.slice();
    used.add(text);
    return vector;
  });
}
