/**
 * Reading tokens into keys and values, and scores after some of them: prompts before they are continued, and texts that
 * are to be scored. Texts of one padded length are read together; long ones in parts, one after the other.
 */

import { headSize } from "../../../nn/transformer.ts";
import { groupsOf } from "../groups.ts";
import { LaneCache } from "./lane-cache.ts";
import type { DecodingResult, ModelSession } from "./model-session.ts";

/** What is to be read. */
export interface Reading {
  readonly tokens: readonly number[];
  /** Indices of the tokens whose successors are asked for, ascending. */
  readonly asked: readonly number[];
  /** The successors to score, one for each of `asked`. */
  readonly targets?: readonly number[];
  /** 1 / temperature of the running sums (default 1). */
  readonly sharpness?: number;
}

/** Readings with what to give back beside the answers. */
export interface ReadingOptions {
  /** Keys, values and whole scores, as prompts that are continued need them. */
  readonly keep: boolean;
  /** The sum of the final hidden states from this token of each text on, by its place among the readings. */
  readonly sumsFrom?: readonly number[];
  readonly beforePart?: () => void;
}

/** What came out for one reading. */
export interface ReadTokens {
  /** Keys and values, [tokens, layers, 2, G * D]; only where asked for. */
  readonly rows?: Float32Array;
  /** [hidden]; only where asked for. */
  readonly sum?: Float64Array;
  /** One for each of `asked`. */
  readonly answers: readonly Answer[];
}

export interface Answer {
  /** Sum of e^score over the vocabulary, scores being less the greatest. */
  readonly total: number;
  /** Running sums of e^(score * sharpness) over blocks. */
  readonly running: Float32Array;
  readonly targetScore: number;
  /** Of the whole vocabulary; only with keys and values. */
  readonly scores?: Float32Array;
}

/** Tokens that are read at once from a text, and from several together. */
const partLength = 128;
const mostTokens = 256;
/** Length to which texts are padded, by their own alone: few lengths, so that several texts can be read together. */
function paddedLength(length: number): number {
  const multiple = length <= 32 ? 4 : 16;
  return Math.ceil(length / multiple) * multiple;
}
const hidden = -1e9;

/** Reads texts, in order. */
export async function readTokens(
  session: ModelSession,
  readings: readonly Reading[],
  options: ReadingOptions,
): Promise<ReadTokens[]> {
  const results = new Array<ReadTokens>(readings.length);
  const lengthOf = ({ tokens }: Reading) => paddedLength(tokens.length);
  const together = (reading: Reading) => Math.max(1, Math.floor(mostTokens / lengthOf(reading)));
  for (const group of groupsOf(readings, lengthOf, together)) {
    const read = await readTogether(
      session,
      group.map((index) => readings[index] as Reading),
      options.sumsFrom === undefined
        ? options
        : { ...options, sumsFrom: group.map((index) => options.sumsFrom?.[index] as number) },
    );
    group.forEach((index, place) => {
      results[index] = read[place] as ReadTokens;
    });
  }
  return results;
}

async function readTogether(
  session: ModelSession,
  readings: readonly Reading[],
  { keep, sumsFrom, beforePart }: ReadingOptions,
): Promise<ReadTokens[]> {
  const { shape } = session;
  const longest = readings.reduce((length, { tokens }) => Math.max(length, tokens.length), 0);
  const width = 2 * shape.layers * shape.keyValueHeads * headSize(shape);
  const kept = readings.map(({ tokens }) => (keep ? new Float32Array(tokens.length * width) : undefined));
  const answers = readings.map((): Answer[] => []);
  const sums = sumsFrom && readings.map(() => new Float64Array(shape.hiddenSize));
  const earlier = new LaneCache({ ...shape, headSize: headSize(shape) });
  for (let start = 0; start < longest; start += partLength) {
    beforePart?.();
    const queries = Math.min(partLength, paddedLength(longest) - start);
    const result = await runPart(session, readings, { start, queries, keep, hidden: sums !== undefined, earlier });
    const next = start + partLength;
    if (next < longest) earlier.fit(readings.length, readings.length, next);
    readings.forEach(({ tokens }, row) => {
      for (let query = 0; query < queries && start + query < tokens.length; query++) {
        const from = (row * queries + query) * width;
        kept[row]?.set(result.newRows.subarray(from, from + width), (start + query) * width);
        if (next < longest) earlier.write(row, start + query, result.newRows, from);
      }
    });
    takeAnswers(result, readings, start, answers);
    sums?.forEach((sum, row) => {
      const end = Math.min(queries, (readings[row] as Reading).tokens.length - start);
      const first = Math.max(0, (sumsFrom?.[row] as number) - start);
      for (let query = first; query < end; query++) addRow(sum, result.hidden as Float32Array, row * queries + query);
    });
  }
  return readings.map((_, row) => {
    const rows = kept[row];
    const sum = sums?.[row];
    return { ...(rows && { rows }), ...(sum && { sum }), answers: answers[row] as Answer[] };
  });
}

/** Indices into the readings' `asked` that fall into a part. */
function askedIn({ asked }: Reading, start: number): number[] {
  return asked.flatMap((index, place) => (index >= start && index < start + partLength ? [place] : []));
}

async function runPart(
  session: ModelSession,
  readings: readonly Reading[],
  part: {
    readonly start: number;
    readonly queries: number;
    readonly keep: boolean;
    readonly hidden: boolean;
    readonly earlier: LaneCache;
  },
): Promise<DecodingResult> {
  const { start, queries, keep, earlier } = part;
  const blocks = readings.length;
  const tokens = new Int32Array(blocks * queries);
  const positions = new Int32Array(tokens.length);
  const [last, targets, sharpness]: [number[], number[], number[]] = [[], [], []];
  readings.forEach((reading, row) => {
    tokens.set(reading.tokens.slice(start, start + queries), row * queries);
    for (let query = 0; query < queries; query++) positions[row * queries + query] = start + query;
    for (const place of askedIn(reading, start)) {
      last.push(row * queries + (reading.asked[place] as number) - start);
      targets.push(reading.targets?.[place] ?? 0);
      sharpness.push(reading.sharpness ?? 1);
    }
  });
  // A part that nothing is asked of still has one row.
  if (last.length === 0) {
    last.push(0);
    targets.push(0);
    sharpness.push(1);
  }
  const batch = {
    blocks,
    lanes: 1,
    queries,
    tokens,
    positions: positions.map((position) => Math.min(position, session.contextLength - 1)),
    mask: causalRows(blocks, queries, start, earlier.positions),
    ...(start > 0 && { prompts: earlier }),
    last: Int32Array.from(last),
    sharpness: Float32Array.from(sharpness),
    uniform: new Float32Array(last.length),
    targets: Int32Array.from(targets),
  };
  const wanted = ["targetScores", ...(keep ? ["scores"] : []), ...(part.hidden ? ["hidden"] : [])] as const;
  return session.run(batch, wanted as Parameters<ModelSession["run"]>[1]);
}

function addRow(sum: Float64Array, rows: Float32Array, row: number): void {
  for (let index = 0; index < sum.length; index++) {
    sum[index] = (sum[index] as number) + (rows[row * sum.length + index] as number);
  }
}

/** [blocks, queries, capacity + queries]: all earlier positions, and those of the part up to each query's own. */
function causalRows(blocks: number, queries: number, earlier: number, capacity: number): Float32Array {
  const width = capacity + queries;
  const rows = new Float32Array(blocks * queries * width);
  for (let row = 0; row < blocks * queries; row++) {
    rows.fill(hidden, row * width + earlier, row * width + capacity);
    rows.fill(hidden, row * width + capacity + (row % queries) + 1, (row + 1) * width);
  }
  return rows;
}

function takeAnswers(
  result: DecodingResult,
  readings: readonly Reading[],
  start: number,
  answers: readonly Answer[][],
) {
  const rows = result.total.length;
  const rowOf = (array: Float32Array, row: number) =>
    array.slice((row * array.length) / rows, ((row + 1) * array.length) / rows);
  let row = 0;
  readings.forEach((reading, index) => {
    for (const _ of askedIn(reading, start)) {
      const { scores, targetScores } = result;
      answers[index]?.push({
        total: result.total[row] as number,
        running: rowOf(result.running, row),
        targetScore: targetScores?.[row] as number,
        ...(scores !== undefined && { scores: rowOf(scores, row) }),
      });
      row++;
    }
  });
}
