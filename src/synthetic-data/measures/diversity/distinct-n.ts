import { type BleuTokenization, bleuTokenizer } from "../bleu.ts";
import type { Measure } from "../measure.ts";
import { NgramIndex } from "../ngram-index.ts";
import { partInWords, partSuffix, type RowPart, rowText } from "../row-text.ts";

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
    compute(rows) {
      const tokenize = bleuTokenizer(tokenization);
      const index = new NgramIndex(n);
      let total = 0;
      for (const row of rows) {
        const tokens = tokenize(rowText(row, part));
        index.idsOf(tokens);
        total += Math.max(0, tokens.length - n + 1);
      }
      return index.distinct(n) / total;
    },
  };
}
