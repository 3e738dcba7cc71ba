/**
 * Self-BLEU (Zhu et al. 2018, 1802.01886): the mean over rows of the sentence BLEU of a row against all others.
 *
 * Sentence BLEU is sacreBLEU's (smoothing "exp", effective order), so that the value equals the mean of its
 * `sentence_bleu` calls, which take O(n^2) time. Here one pass finds, for every n-gram, the most that any row has of it,
 * the row that has it, and the most that any other row has; a row's references are all others, so its clipped counts
 * follow from these: O(n-grams of the data set).
 */
import type { RandomStream } from "../../../core/random.ts";
import { type BleuCounts, type BleuOptions, bleuOfCounts, bleuTokenizer, emptyCounts } from "../bleu.ts";
import type { DataRow, Measure } from "../measure.ts";
import { NgramIndex } from "../ngram-index.ts";
import { meanOfDefined } from "../row-mean-measure.ts";
import { partInWords, partSuffix, type RowPart, rowText } from "../row-text.ts";
import { sampleRows } from "../sample-rows.ts";

/** Settings of self-BLEU. */
export interface SelfBleuOptions extends BleuOptions {
  /** Default "completion". */
  readonly part?: RowPart;
  /** Measures a random sample of that many rows instead of all; its seed is part of the measure. */
  readonly sample?: { readonly maximumRows: number; readonly random: RandomStream };
}

/** The measure self-BLEU, in [0, 100]; NaN for fewer than two rows. */
export function selfBleu(options: SelfBleuOptions = {}): Measure {
  const { part = "completion", sample, tokenization = "13a" } = options;
  const subsetValue = (rows: readonly DataRow[]) => {
    const texts = readTexts(
      rows.map((row) => rowText(row, part)),
      options,
    );
    return (kept: readonly number[]) => meanOfDefined(scoresWithin(texts, kept, options));
  };
  return {
    name: `self-bleu-${tokenization}${partSuffix(part)}`,
    axis: "diversity",
    description: `How much each of the ${partInWords(part)} repeats n-grams of the others (BLEU with tokenisation ${tokenization}${
      sample === undefined ? "" : `, on a sample of at most ${sample.maximumRows} rows`
    })`,
    formula: "mean over rows i of BLEU(row i; all other rows)",
    source: "Zhu et al. 2018, 1802.01886; BLEU as sacreBLEU 2.x",
    range: [0, 100],
    higherMeans: "less diverse",
    cost: "linear",
    dependsOnSize: true,
    dependsOnOrder: sample !== undefined,
    ...(sample === undefined ? { subsetValue } : {}),
    compute(rows) {
      // A split stream, so that computing twice gives the same rows.
      const used = sample ? sampleRows(rows, sample.maximumRows, sample.random.split("self-bleu")) : rows;
      return subsetValue(used)([...used.keys()]);
    },
  };
}

/** Sentence BLEU of each text against all others, in [0, 100]; empty for fewer than two texts. */
export function selfBleuScores(texts: readonly string[], options: BleuOptions = {}): Float64Array {
  return scoresWithin(readTexts(texts, options), [...texts.keys()], options);
}

interface ReadTexts {
  /** Tokens of each text. */
  readonly lengths: Int32Array;
  /** N-gram ids of each text, by order. */
  readonly grams: readonly Int32Array[];
  /** Ids are below this. */
  readonly size: number;
}

function readTexts(texts: readonly string[], options: BleuOptions): ReadTexts {
  const { tokenization = "13a", maximumOrder = 4 } = options;
  const tokenize = bleuTokenizer(tokenization);
  const index = new NgramIndex(maximumOrder);
  const lengths = new Int32Array(texts.length);
  const grams = texts.map((text, row) => {
    const tokens = tokenize(text);
    lengths[row] = tokens.length;
    return index.idsOf(tokens);
  });
  return { lengths, grams, size: index.size };
}

/** The scores of some texts as if there were no others. */
function scoresWithin(texts: ReadTexts, kept: readonly number[], options: BleuOptions): Float64Array {
  if (kept.length < 2) return new Float64Array(0);
  const grams = kept.map((row) => texts.grams[row] as Int32Array);
  const lengths = Int32Array.from(kept, (row) => texts.lengths[row] as number);
  const others = mostInOtherRows(grams, texts.size);
  const nearestLength = nearestOtherLength(lengths);
  const remaining = new Int32Array(texts.size);
  const scores = new Float64Array(kept.length);
  for (let row = 0; row < kept.length; row++) {
    const ids = grams[row] as Int32Array;
    for (const id of ids) remaining[id] = others(id, row);
    const counts = emptyCounts(options.maximumOrder ?? 4);
    counts.hypothesisLength = lengths[row] as number;
    counts.referenceLength = nearestLength(row);
    countClipped(ids, remaining, counts);
    scores[row] = bleuOfCounts(counts, { effectiveOrder: true, ...options }).score;
  }
  return scores;
}

/** Each occurrence uses up one that another row has: what clipping means. */
function countClipped(ids: Int32Array, remaining: Int32Array, counts: BleuCounts): void {
  let position = 0;
  for (let order = 1; order <= counts.totals.length; order++) {
    const total = Math.max(0, counts.hypothesisLength - order + 1);
    let matches = 0;
    for (const end = position + total; position < end; position++) {
      const id = ids[position] as number;
      const left = remaining[id] as number;
      if (left === 0) continue;
      remaining[id] = left - 1;
      matches++;
    }
    counts.matches[order - 1] = matches;
    counts.totals[order - 1] = total;
  }
}

/** For an n-gram and a row: how often the row with most of it, other than this one, has it. */
function mostInOtherRows(grams: readonly Int32Array[], size: number): (id: number, row: number) => number {
  const most = new Int32Array(size);
  const rowOfMost = new Int32Array(size).fill(-1);
  const second = new Int32Array(size);
  const inRow = new Int32Array(size);
  for (let row = 0; row < grams.length; row++) {
    const ids = grams[row] as Int32Array;
    for (const id of ids) inRow[id] = (inRow[id] as number) + 1;
    for (const id of ids) {
      const count = inRow[id] as number;
      // Zero where an earlier occurrence in this row has entered the count.
      if (count === 0) continue;
      inRow[id] = 0;
      if (count > (most[id] as number)) {
        second[id] = most[id] as number;
        most[id] = count;
        rowOfMost[id] = row;
      } else if (count > (second[id] as number)) {
        second[id] = count;
      }
    }
  }
  return (id, row) => (rowOfMost[id] === row ? (second[id] as number) : (most[id] as number));
}

/** The length nearest to a row's among all other rows, the shorter of two. */
function nearestOtherLength(lengths: Int32Array): (row: number) => number {
  const sorted = Int32Array.from(lengths).sort();
  const nearest = new Map<number, number>();
  for (let place = 0; place < sorted.length; place++) {
    const length = sorted[place] as number;
    // The lengths beside it in order; an equal one, if there is one, is the neighbour of the last of its kind.
    const below = place > 0 ? (sorted[place - 1] as number) : -Infinity;
    const above = place + 1 < sorted.length ? (sorted[place + 1] as number) : Infinity;
    nearest.set(length, length - below <= above - length ? below : above);
  }
  return (row) => nearest.get(lengths[row] as number) as number;
}
