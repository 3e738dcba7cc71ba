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

/** Sequences in a batch, and in one with little to do: few sizes, because each has its own graph. */
const mostRows = 64;
export const fewRows = 16;
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

/** Prompts in a batch, and in one with little to do. */
function batchSizes({ promptLength, samples }: Extent): { readonly most: number; readonly few: number } {
  const few = Math.max(1, Math.floor(fewRows / samples));
  return { few, most: promptLength > longPrompt ? few : Math.max(1, Math.floor(mostRows / samples)) };
}

/**
 * Indices of requests that make up one batch each (or several, where one request asks for very many samples). What
 * would fill less than three quarters of a batch goes into small ones, which take a little longer for each sequence.
 */
export function groupRequests(requests: readonly Extent[]): number[][] {
  const keyOf = ({ promptLength, samples }: Extent) => `${paddedLength(promptLength)} ${samples}`;
  return groupsOf(requests, keyOf, (request) => batchSizes(request).most).flatMap((group) => {
    const { most, few } = batchSizes(requests[group[0] as number] as Extent);
    if (group.length > 0.75 * most) return [group];
    return Array.from({ length: Math.ceil(group.length / few) }, (_, part) =>
      group.slice(part * few, (part + 1) * few),
    );
  });
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
    const { most, few } = batchSizes(first);
    const size = members.length <= few ? few : most;
    const places = Array.from({ length: size }, (_, place) => members[place]);
    return {
      positions: paddedLength(first.promptLength),
      prompts: places.map((part) => (part ?? first).prompt),
      rows: places.flatMap((part) => part?.rows ?? first.rows.map(() => undefined)),
    };
  });
}
