/**
 * How requests become batches.
 *
 * A sequence must come out the same whatever else is asked for. So its batch's shapes follow from its own request
 * alone: all prompts of a batch are padded to the same length as each of them would be by itself, and have equally many
 * samples. Only the number of prompts may differ, because ONNX Runtime's products give a row the same bits wherever in
 * a batch it stands, as long as there are at least two rows.
 */
import type { RandomStream } from "../../core/random.ts";
import { groupsOf } from "./groups.ts";

export interface SampleRequest {
  /** Token ids, the begin token first; at least one. */
  readonly prompt: readonly number[];
  /** One stream for each sample wanted of this prompt, at least one. */
  readonly randoms: readonly RandomStream[];
}

interface SamplingRow {
  readonly request: number;
  readonly sample: number;
  readonly random: RandomStream;
}

export interface SamplingBatch {
  readonly prompts: readonly (readonly number[])[];
  /** Length to which the prompts are padded. */
  readonly positions: number;
  /** Samples of one prompt stand together; undefined rows only fill the batch up. */
  readonly rows: readonly (SamplingRow | undefined)[];
}

/** Sequences in a batch: few sizes, because each has its own graph. */
const batchRows = [128, 64, 32, 16] as const;
const fewRows = 16;
/**
 * From so many samples of a prompt on its keys and values are kept once for all of them. Products with one row and with
 * several round differently, so the last bits of a sample may depend on which side of this its request is.
 */
export const leastShared = 8;
/** Samples of one prompt that are decoded together at most. */
const mostSamples = 96;
/** Longer prompts are read in small batches, since memory grows with the square of the length. */
const longPrompt = 256;
const promptMultiple = 32;
const shortLengths = [8, 16];

/** Length to which a prompt is padded: few lengths, because each has its own graph. */
function paddedLength(length: number): number {
  return shortLengths.find((short) => length <= short) ?? Math.ceil(length / promptMultiple) * promptMultiple;
}

interface Extent {
  readonly promptLength: number;
  readonly samples: number;
}

/** How many prompts of an extent a batch can have, the most first, where it may have `mostRows` sequences. */
function batchSizes({ promptLength, samples }: Extent, mostRows: number): number[] {
  const limit = promptLength > longPrompt ? fewRows : mostRows;
  const sizes = batchRows.filter((rows) => rows <= limit).map((rows) => Math.max(1, Math.floor(rows / samples)));
  return [...new Set(sizes)];
}

/** Sizes of batches for a number of prompts: at least three quarters of all but the smallest are used. */
function sizesFor(prompts: number, sizes: readonly number[]): number[] {
  const chosen: number[] = [];
  let left = prompts;
  sizes.forEach((size, index) => {
    const least = index + 1 < sizes.length ? 0.75 * size : 0;
    for (; left > least; left -= size) chosen.push(size);
  });
  return chosen;
}

/**
 * Indices of requests that make up one batch each (or several, where one request asks for very many samples), for a
 * number of threads that are all to have work.
 */
export function groupRequests(requests: readonly Extent[], threads = 1): number[][] {
  const rows = requests.reduce((total, { samples }) => total + samples, 0);
  const mostRows = threads === 1 ? batchRows[0] : (batchRows.find((size) => size * threads <= rows) ?? fewRows);
  const keyOf = ({ promptLength, samples }: Extent) => `${paddedLength(promptLength)} ${samples}`;
  return groupsOf(requests, keyOf, () => Infinity).flatMap((group) => {
    let start = 0;
    return sizesFor(group.length, batchSizes(requests[group[0] as number] as Extent, mostRows)).map((size) => {
      start += size;
      return group.slice(start - size, start);
    });
  });
}

/** To how many sequences a batch of unfinished ones shrinks where so few are left, or undefined. */
export function shrunkenRows(left: number, rows: number): number | undefined {
  // Seldom, because copying caches and making graphs takes time as well.
  return batchRows.findLast((size) => left <= size && 4 * size <= rows);
}

/** Batches in which every sample of every request is once. */
export function batchesOf(requests: readonly SampleRequest[]): SamplingBatch[] {
  const parts = requests.flatMap(({ prompt, randoms }, request) =>
    Array.from({ length: Math.ceil(randoms.length / mostSamples) }, (_, part) => {
      const rows = randoms
        .slice(part * mostSamples, (part + 1) * mostSamples)
        .map((random, index): SamplingRow => ({ request, sample: part * mostSamples + index, random }));
      return { prompt, rows, promptLength: prompt.length, samples: rows.length };
    }),
  );
  return groupRequests(parts).map((group): SamplingBatch => {
    const members = group.map((index) => parts[index] as (typeof parts)[number]);
    const [first] = members as [(typeof parts)[number]];
    const sizes = batchSizes(first, batchRows[0]);
    const size = sizes.findLast((prompts) => members.length <= prompts) as number;
    const places = Array.from({ length: size }, (_, place) => members[place]);
    return {
      positions: paddedLength(first.promptLength),
      prompts: places.map((part) => (part ?? first).prompt),
      rows: places.flatMap((part) => part?.rows ?? first.rows.map(() => undefined)),
    };
  });
}
