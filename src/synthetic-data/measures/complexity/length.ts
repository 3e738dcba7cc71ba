import { countWords } from "../../../core/words.ts";
import type { Measure } from "../measure.ts";
import { rowMeanMeasure } from "../row-mean-measure.ts";
import { partInWords, partSuffix, type RowPart, rowText } from "../row-text.ts";

/** Settings of the lengths. */
export interface LengthOptions {
  /** Default "completion". */
  readonly part?: RowPart;
}

/** Settings of the length in tokens. */
export interface LengthInTokensOptions extends LengthOptions {
  /** Any Tokenizer of language-models, or whatever else makes ids of a text. */
  readonly tokenizer: { encode(text: string): ArrayLike<number> };
}

/** The mean number of words, as white space parts them; NaN for no rows. */
export function lengthInWords(options: LengthOptions = {}): Measure {
  return lengthMeasure("words", options, (text) => countWords(text));
}

/** The mean number of characters (Unicode code points); NaN for no rows. */
export function lengthInCharacters(options: LengthOptions = {}): Measure {
  return lengthMeasure("characters", options, (text) => {
    let count = 0;
    for (const _ of text) count++;
    return count;
  });
}

/** The mean number of a tokenizer's tokens; NaN for no rows. Throws what the tokenizer throws for text it cannot express. */
export function lengthInTokens(options: LengthInTokensOptions): Measure {
  return lengthMeasure("tokens", options, (text) => options.tokenizer.encode(text).length);
}

function lengthMeasure(unit: string, options: LengthOptions, count: (text: string) => number): Measure {
  const { part = "completion" } = options;
  return rowMeanMeasure({
    name: `length-${unit}${partSuffix(part)}`,
    axis: "complexity",
    description: `Mean length of the ${partInWords(part)} in ${unit}`,
    formula: `${unit} / rows`,
    source: "Havrilla et al. 2024, 2412.02980",
    range: [0, Infinity],
    higherMeans: "longer",
    valueOfRow: (row) => count(rowText(row, part)),
  });
}
