/**
 * Which sequences stand together in a training step. A row holds one sequence, or with packing as many as fit into the
 * longest one's length; a batch holds rows; a step holds batches, whose gradients are added up. All by a random stream.
 */
import type { RandomStream } from "../../core/random.ts";

/** How to arrange sequences. */
export interface ArrangeOptions {
  /** Rows of a batch, at least 1. */
  readonly batchSize: number;
  /** Batches of a step, at least 1. */
  readonly accumulate: number;
  /** Tokens of a row where several sequences share one; 0: one sequence a row. */
  readonly packedLength: number;
  readonly random: RandomStream;
}

/** Indices of sequences that share a row. */
export type Row = readonly number[];
/** The batches of one step. */
export type StepRows = readonly (readonly Row[])[];

/**
 * The steps of one epoch: every sequence once, in random order. Rows of a batch are about equally long where they are
 * not packed. The last batch may have fewer rows, and the last step fewer batches.
 * @param lengths tokens of each sequence
 */
export function arrangeEpoch(lengths: readonly number[], options: ArrangeOptions): StepRows[] {
  const { batchSize, accumulate, packedLength, random } = options;
  const shuffled = random.shuffle(lengths.map((_, index) => index));
  const batches =
    packedLength > 0
      ? inGroups(packRows(shuffled, lengths, packedLength), batchSize)
      : random.shuffle(batchesOfLikeLength(shuffled, lengths, batchSize));
  return inGroups(batches, accumulate);
}

/** Rows that may still take a sequence. More of them would fill rows better, and take sequences further apart. */
const openRows = 32;

/** First fit: each sequence goes to the oldest open row that has room for it. */
export function packRows(order: readonly number[], lengths: readonly number[], packedLength: number): Row[] {
  const rows: number[][] = [];
  const open: { readonly row: number[]; room: number }[] = [];
  for (const index of order) {
    const length = lengths[index] as number;
    let place = open.find(({ room }) => room >= length);
    if (place === undefined) {
      place = { row: [], room: packedLength };
      rows.push(place.row);
      open.push(place);
      if (open.length > openRows) open.shift();
    }
    place.row.push(index);
    place.room -= length;
  }
  return rows;
}

/** Batches within which lengths are alike: some batches' worth at a time is sorted. */
const window = 8;

function batchesOfLikeLength(order: readonly number[], lengths: readonly number[], batchSize: number): Row[][] {
  return inGroups(order, batchSize * window).flatMap((part) => {
    const sorted = [...part].sort((a, b) => (lengths[a] as number) - (lengths[b] as number));
    return inGroups(
      sorted.map((index) => [index]),
      batchSize,
    );
  });
}

function inGroups<Item>(items: readonly Item[], size: number): Item[][] {
  const groups: Item[][] = [];
  for (let start = 0; start < items.length; start += size) groups.push(items.slice(start, start + size));
  return groups;
}
