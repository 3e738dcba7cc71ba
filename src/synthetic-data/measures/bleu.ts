/**
 * BLEU (Papineni et al. 2002), equal to sacreBLEU 2.x (Post 2018, 1804.08771) on the same text.
 *
 *   BLEU = 100 * BP * exp(1/N sum_n log p_n),  BP = min(1, exp(1 - r / c))
 *
 * p_n: the share of the hypothesis' n-grams that the references have, an n-gram counted at most as often as the one
 * reference with most of it; c: the hypothesis' length; r: the reference length nearest to it, the shorter of two.
 * Smoothing (Chen and Cherry 2014) replaces p_n without a match: "exp" by 1 / (2^k total) for the k-th such order,
 * "floor" by value / total (0.1), "add-k" adds a value (1) to match and total from n = 2 on.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { splitWords } from "../../core/words.ts";
import { NgramIndex } from "./ngram-index.ts";
import { tokenize13a } from "./tokenize-13a.ts";

/** How texts are cut into tokens for BLEU. */
export type BleuTokenization = "13a" | "none";
/** What is done about orders without a match (Chen and Cherry, 2014); as sacreBLEU names them. */
export type BleuSmoothing = "exp" | "none" | "floor" | "add-k";

/** How BLEU is computed; the names are sacreBLEU's. */
export interface BleuOptions {
  /** "13a" (default, mteval-v13a) or "none" (words between white space). */
  readonly tokenization?: BleuTokenization;
  /** Default "exp". */
  readonly smoothing?: BleuSmoothing;
  /** The value of "floor" (default 0.1) and of "add-k" (default 1). */
  readonly smoothingValue?: number;
  /** Greatest n, default 4. */
  readonly maximumOrder?: number;
  /**
   * Leaves out the orders that the hypothesis is too short for. Default true for a sentence, false for a corpus, as in
   * sacreBLEU's functions.
   */
  readonly effectiveOrder?: boolean;
}

/** BLEU and its parts. */
export interface BleuScore {
  /** In [0, 100]; papers often print a hundredth of it. */
  readonly score: number;
  /** 100 p_n for n = 1 ... maximumOrder, after smoothing. */
  readonly precisions: readonly number[];
  /** In [0, 1]. */
  readonly brevityPenalty: number;
  /** Tokens. */
  readonly hypothesisLength: number;
  /** Tokens of the nearest reference, summed over a corpus. */
  readonly referenceLength: number;
}

/** Counts from which BLEU is made; they add up over the sentences of a corpus. */
export interface BleuCounts {
  hypothesisLength: number;
  referenceLength: number;
  /** Matches by order, n = 1 first. */
  readonly matches: number[];
  /** The hypothesis' n-grams by order. */
  readonly totals: number[];
}

/** The function that makes tokens under that name. */
export function bleuTokenizer(tokenization: BleuTokenization): (text: string) => string[] {
  return tokenization === "13a" ? tokenize13a : splitWords;
}

/** BLEU of one text against one or more references. Throws InvalidArgumentError where there is no reference. */
export function sentenceBleu(hypothesis: string, references: readonly string[], options: BleuOptions = {}): BleuScore {
  return bleuOfCounts(countMatches(hypothesis, references, options), { effectiveOrder: true, ...options });
}

/**
 * BLEU of a corpus: counts are added up over the sentences first.
 * `references[i]` are those of `hypotheses[i]` (sacreBLEU has the transpose), one or more each.
 * Throws InvalidArgumentError where the lengths differ, are zero, or a sentence has no reference.
 */
export function corpusBleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): BleuScore {
  if (hypotheses.length === 0 || hypotheses.length !== references.length) {
    throw new InvalidArgumentError({
      expected: "as many lists of references as hypotheses, at least one",
      received: `${hypotheses.length} hypotheses and ${references.length} lists`,
      remedy: "pass references[i] for hypotheses[i]",
    });
  }
  const sum = emptyCounts(options.maximumOrder ?? 4);
  for (let index = 0; index < hypotheses.length; index++) {
    const counts = countMatches(hypotheses[index] as string, references[index] as readonly string[], options);
    sum.hypothesisLength += counts.hypothesisLength;
    sum.referenceLength += counts.referenceLength;
    for (let order = 0; order < sum.totals.length; order++) {
      sum.matches[order] = (sum.matches[order] as number) + (counts.matches[order] as number);
      sum.totals[order] = (sum.totals[order] as number) + (counts.totals[order] as number);
    }
  }
  return bleuOfCounts(sum, options);
}

/** BLEU of counts that were made elsewhere (self-BLEU makes them for all rows at once). */
export function bleuOfCounts(counts: BleuCounts, options: BleuOptions = {}): BleuScore {
  const { smoothing = "exp", effectiveOrder = false } = options;
  const value = options.smoothingValue ?? (smoothing === "floor" ? 0.1 : 1);
  const { hypothesisLength, referenceLength } = counts;
  const precisions = counts.totals.map(() => 0);
  const brevityPenalty =
    hypothesisLength >= referenceLength
      ? 1
      : hypothesisLength === 0
        ? 0
        : Math.exp(1 - referenceLength / hypothesisLength);
  const result = { precisions, brevityPenalty, hypothesisLength, referenceLength };
  if (counts.matches.every((match) => match === 0)) return { score: 0, ...result };

  let usedOrders = precisions.length;
  let halving = 1;
  for (let order = 1; order <= precisions.length; order++) {
    const added = smoothing === "add-k" && order > 1 ? value : 0;
    const matches = (counts.matches[order - 1] as number) + added;
    const total = (counts.totals[order - 1] as number) + added;
    if (total === 0) break;
    if (effectiveOrder) usedOrders = order;
    if (matches > 0) {
      precisions[order - 1] = (100 * matches) / total;
    } else if (smoothing === "exp") {
      halving *= 2;
      precisions[order - 1] = 100 / (halving * total);
    } else if (smoothing === "floor") {
      precisions[order - 1] = (100 * value) / total;
    }
  }
  let sumOfLogarithms = 0;
  for (let order = 0; order < usedOrders; order++) sumOfLogarithms += Math.log(precisions[order] as number);
  // exp(log(100)) is a rounding above 100.
  return { score: Math.min(100, brevityPenalty * Math.exp(sumOfLogarithms / usedOrders)), ...result };
}

export function emptyCounts(maximumOrder: number): BleuCounts {
  const zeros = () => new Array<number>(maximumOrder).fill(0);
  return { hypothesisLength: 0, referenceLength: 0, matches: zeros(), totals: zeros() };
}

function countMatches(hypothesis: string, references: readonly string[], options: BleuOptions): BleuCounts {
  if (references.length === 0) {
    throw new InvalidArgumentError({
      expected: "at least one reference for every hypothesis",
      received: "none",
      remedy: "leave out hypotheses that have no reference",
    });
  }
  const { tokenization = "13a", maximumOrder = 4 } = options;
  const tokenize = bleuTokenizer(tokenization);
  const index = new NgramIndex(maximumOrder);
  const tokens = tokenize(hypothesis);
  const ids = index.idsOf(tokens);
  // Ids of the references' own n-grams lie above, so that arrays of this size hold all that can match.
  const known = index.size;
  const most = new Int32Array(known);
  const counts = emptyCounts(maximumOrder);
  counts.hypothesisLength = tokens.length;
  let nearest = Infinity;
  for (const reference of references) {
    const referenceTokens = tokenize(reference);
    const distance = Math.abs(referenceTokens.length - tokens.length);
    if (distance < nearest || (distance === nearest && referenceTokens.length < counts.referenceLength)) {
      nearest = distance;
      counts.referenceLength = referenceTokens.length;
    }
    const inReference = new Int32Array(known);
    for (const id of index.idsOf(referenceTokens)) {
      if (id < known) most[id] = Math.max(most[id] as number, ++(inReference[id] as number));
    }
  }
  // Each occurrence in the hypothesis uses up one of the reference's: what clipping means.
  let position = 0;
  for (let order = 1; order <= maximumOrder; order++) {
    const total = Math.max(0, tokens.length - order + 1);
    counts.totals[order - 1] = total;
    for (const end = position + total; position < end; position++) {
      const id = ids[position] as number;
      if ((most[id] as number) === 0) continue;
      most[id] = (most[id] as number) - 1;
      counts.matches[order - 1] = (counts.matches[order - 1] as number) + 1;
    }
  }
  return counts;
}
