import { type BleuTokenization, bleuTokenizer } from "../bleu.ts";
import type { DataRow, Measure } from "../measure.ts";
import { NgramIndex } from "../ngram-index.ts";
import { partInWords, partSuffix, type RowPart, rowText } from "../row-text.ts";

/** Settings of distinct-n. */
export interface DistinctNOptions {
  /** Tokens in an n-gram, at least 1. */
  readonly n: number;
  /** Default "completion". */
  readonly part?: RowPart;
  /** Default "none": words between white space. */
  readonly tokenization?: BleuTokenization;
}

/** The share of n-grams that are different, over all rows together, in [0, 1]; NaN where no row has n tokens. */
export function distinctN(options: DistinctNOptions): Measure {
  const { n, part = "completion", tokenization = "none" } = options;
  const subsetValue = (rows: readonly DataRow[]) => {
    const tokenize = bleuTokenizer(tokenization);
    const index = new NgramIndex(n);
    const grams = rows.map((row) => {
      const tokens = tokenize(rowText(row, part));
      // Those of order n come last.
      return index.idsOf(tokens).slice(tokens.length >= n ? n - 1 - tokens.length : Infinity);
    });
    return (kept: readonly number[]) => distinctShare(grams, kept, index.size);
  };
  return {
    name: `distinct-${n}${tokenization === "none" ? "" : `-${tokenization}`}${partSuffix(part)}`,
    axis: "diversity",
    description: `Share of different ones among all runs of ${n} words in the ${partInWords(part)}`,
    formula: "distinct n-grams / all n-grams, pooled over rows, none across rows",
    source: "Li et al. 2016, 1510.03055; n-grams as nltk.util.ngrams",
    range: [0, 1],
    higherMeans: "more diverse",
    cost: "linear",
    // New text repeats old text ever more: the value falls with every row that is added.
    dependsOnSize: true,
    dependsOnOrder: false,
    subsetValue,
    compute: (rows) => subsetValue(rows)([...rows.keys()]),
  };
}

function distinctShare(grams: readonly Int32Array[], kept: readonly number[], size: number): number {
  const seen = new Uint8Array(size);
  let total = 0;
  let distinct = 0;
  for (const row of kept) {
    const ids = grams[row] as Int32Array;
    total += ids.length;
    for (const id of ids) {
      if (seen[id] === 0) distinct++;
      seen[id] = 1;
    }
  }
  return distinct / total;
}
