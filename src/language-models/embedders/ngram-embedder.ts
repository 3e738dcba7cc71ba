/**
 * Hashed character n-grams: an embedder that needs nothing, knows nothing, and is the default.
 *
 * The text's characters, and those of each word with a mark at both ends, are cut into n-grams of 3 to 5; each adds
 * 1 + ln(count) to the place that its hash names, with a sign that the hash names too (feature hashing: Weinberger et al.
 * 2009, 0902.2206; n-grams within words as in Bojanowski et al. 2017, 1607.04606). Compatibility forms, case and white
 * space are levelled before.
 *
 * Limits: it sees spelling, not meaning. Texts that say the same in other words are far from each other, texts that differ
 * by a "not" are near. Different n-grams share places, so that the cosine of texts without a common one is not 0 but
 * spread around it by about 1 / sqrt(dimensions).
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { embedDistinct } from "./embed-distinct.ts";
import type { Embedder } from "./embedder.ts";
import { unitVector } from "./unit-vector.ts";

/** Settings of the n-gram embedder. */
export interface NgramEmbedderOptions {
  /** At least 16; default 512. */
  readonly dimensions?: number;
  /** Characters of the shortest and of the longest n-gram; default 3 and 5. */
  readonly shortest?: number;
  readonly longest?: number;
}

const batchSize = 256;

/** Embeds by spelling. Throws InvalidArgumentError for settings out of range. */
export function ngramEmbedder(options: NgramEmbedderOptions = {}): Embedder {
  const { dimensions = 512, shortest = 3, longest = 5 } = options;
  const whole = [dimensions, shortest, longest].every(Number.isInteger);
  if (!(whole && dimensions >= 16 && shortest >= 1 && longest >= shortest)) {
    throw new InvalidArgumentError({
      expected: "at least 16 dimensions and n-grams of 1 or more characters, the shortest first",
      received: `${dimensions} dimensions, n-grams of ${shortest} to ${longest}`,
      remedy: "leave the settings out for 512 dimensions and n-grams of 3 to 5",
    });
  }
  const standard = dimensions === 512 && shortest === 3 && longest === 5;
  const id = standard ? "n-grams" : `n-grams:${dimensions}:${shortest}-${longest}`;
  return {
    id,
    dimensions,
    embed: (texts, { signal } = {}) =>
      embedDistinct(texts, {
        batchSize,
        signal,
        embedBatch: (batch) => batch.map((text) => embedText(text, { dimensions, shortest, longest, id })),
      }),
    close: async () => {},
  };
}

interface TextSettings extends Required<NgramEmbedderOptions> {
  readonly id: string;
}

function embedText(text: string, { dimensions, shortest, longest, id }: TextSettings): Float32Array {
  const counts = new Map<number, number>();
  const words = text.normalize("NFKC").toLowerCase().split(/\s+/u);
  for (const word of words) {
    // The marks make n-grams of an empty word too: even the empty text has a direction.
    const marked = `^${word}$`;
    for (let size = shortest; size <= longest; size++) countNgrams(marked, Math.min(size, marked.length), counts);
  }
  // Across words, so that their order counts a little.
  countNgrams(words.join(" "), longest, counts);
  const vector = new Float64Array(dimensions);
  for (const [hash, count] of counts) {
    const place = (hash >>> 1) % dimensions;
    vector[place] = (vector[place] as number) + (hash & 1 ? 1 : -1) * (1 + Math.log(count));
  }
  // All n-grams may have cancelled each other out, which unitVector would refuse.
  if (vector.every((value) => value === 0)) vector[0] = 1;
  return unitVector(vector, id);
}

function countNgrams(text: string, size: number, counts: Map<number, number>): void {
  for (let start = 0; start + size <= text.length; start++) {
    const hash = hashOf(text, start, start + size);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
}

/** 32 bits of the code units: FNV-1a, its bits mixed as in MurmurHash3. */
function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - start);
  for (let index = start; index < end; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
