/**
 * The card of exported prompts. Up to ten thousand, every measure is of all rows, with its interval. Of more, what is told of
 * single rows (means, shares, cells, repeats) is still of all, exact and without intervals, which would say little; what
 * compares rows with each other (n-grams, compression) is of a random sample, with intervals, and its name says so: the
 * value depends on how many rows there are, so that a fixed number makes large sets comparable too.
 */
import type { RandomStream } from "../../core/random.ts";
import { type DataCard, dataCard } from "../../synthetic-data/card.ts";
import { attributeMean } from "../../synthetic-data/measures/attribute-mean.ts";
import { lengthInCharacters, lengthInWords } from "../../synthetic-data/measures/complexity/length.ts";
import type { DataDescriptor } from "../../synthetic-data/measures/descriptor.ts";
import { archiveCoverage } from "../../synthetic-data/measures/diversity/archive-coverage.ts";
import { compressionRatio } from "../../synthetic-data/measures/diversity/compression-ratio.ts";
import { descriptorEntropy } from "../../synthetic-data/measures/diversity/descriptor-entropy.ts";
import { distinctN } from "../../synthetic-data/measures/diversity/distinct-n.ts";
import { duplicateRate } from "../../synthetic-data/measures/diversity/duplicate-rate.ts";
import { selfBleu } from "../../synthetic-data/measures/diversity/self-bleu.ts";
import type { DataRow, Measure } from "../../synthetic-data/measures/measure.ts";
import { sampleRows } from "../../synthetic-data/measures/sample-rows.ts";
import { inShares } from "./share-measure.ts";

/** More rows are sampled where rows are compared, and have no intervals elsewhere. */
export const rowsMeasuredInFull = 10_000;

/** Rows of the sample. */
export const rowsSampled = 2_000;

/** What a card is made with. */
export interface PromptCardOptions {
  /** Dimensions of the archive. */
  readonly descriptors: readonly DataDescriptor[];
  /** For the sample and for resampling. */
  readonly random: RandomStream;
}

/** Rows have the attributes fitness, success and held-out score, where they are known. Throws what a measure throws. */
export async function promptCard(
  rows: readonly DataRow[],
  { descriptors, random }: PromptCardOptions,
): Promise<DataCard> {
  const measured = { descriptors, random };
  const { quality, cells, compared, repeats, lengths } = measures(descriptors);
  if (rows.length <= rowsMeasuredInFull) {
    return dataCard(rows, { ...measured, measures: [...quality, ...cells, ...compared, ...repeats, ...lengths] });
  }
  const exact = { ...measured, measures: [...quality, ...cells, ...repeats, ...lengths], intervals: false };
  const card = await dataCard(rows, exact);
  const sample = sampleRows(rows, rowsSampled, random.split("sample of rows"));
  const sampled = await dataCard(sample, { ...measured, measures: compared.map(ofSample) });
  return {
    ...card,
    rows: [...card.rows, ...sampled.rows],
    undefinedMeasures: [...card.undefinedMeasures, ...sampled.undefinedMeasures],
  };
}

function measures(descriptors: readonly DataDescriptor[]) {
  return {
    quality: [
      attributeMean({
        attribute: "fitness",
        axis: "quality",
        range: [0, 1],
        higherMeans: "handled worse, says the search's judge",
      }),
      attributeMean({
        attribute: "success",
        axis: "quality",
        range: [0, 1],
        higherMeans: "more prompts handled badly",
      }),
      attributeMean({
        attribute: "held-out score",
        axis: "quality",
        range: [0, 1],
        higherMeans: "handled worse, says a judge that took no part in the search",
      }),
    ],
    cells: [
      archiveCoverage({ descriptors }),
      ...(descriptors.length > 1 ? [descriptorEntropy({ descriptors })] : []),
      ...descriptors.map((descriptor) => descriptorEntropy({ descriptors: [descriptor] })),
    ],
    compared: [
      ...[1, 2, 3].map((n) => distinctN({ n, part: "prompt" as const })),
      inShares(selfBleu({ part: "prompt" })),
      compressionRatio({ part: "prompt" }),
    ],
    repeats: [duplicateRate()],
    lengths: [lengthInWords({ part: "prompt" }), lengthInCharacters({ part: "prompt" }), lengthInWords()],
  };
}

function ofSample(measure: Measure): Measure {
  return {
    ...measure,
    name: `${measure.name}-of-${rowsSampled}-rows`,
    description: `${measure.description}, in ${rowsSampled} rows drawn at random`,
  };
}
