/** What the model before training thinks of the answers of preference pairs: computed once. */
import type { TransformerParameters, TransformerShape } from "../nn/transformer.ts";
import { compile } from "../tensor/compile.ts";
import type { SequencePair } from "./data/prepare-data.ts";
import type { TrainingBatch } from "./data/training-batch.ts";
import { rowLogProbabilities } from "./loss.ts";
import { pairBatch } from "./objective.ts";

/** How the model runs, and whom to tell. */
export interface ReferenceOptions {
  readonly parameters: TransformerParameters;
  readonly shape: TransformerShape;
  /** Pairs at once. */
  readonly batchSize: number;
  readonly threads: number;
  /** Called after each batch, with the pairs done. */
  readonly onProgress?: (done: number) => void;
  /** Called before each batch; throws to stop. */
  readonly checkInterrupted?: () => void;
}

/** log P of each pair's answers, chosen and rejected, in nats. */
export async function referenceLogProbabilities(
  pairs: readonly SequencePair[],
  options: ReferenceOptions,
): Promise<(readonly [number, number])[]> {
  const { parameters, shape, batchSize, threads } = options;
  const score = compile(
    (weights: TransformerParameters, batch: TrainingBatch) => rowLogProbabilities(weights, batch, shape),
    { threads },
  );
  // Pairs of like length share a batch.
  const longest = ({ chosen, rejected }: SequencePair) => Math.max(chosen.tokens.length, rejected.tokens.length);
  const order = pairs
    .map((_, index) => index)
    .sort((a, b) => longest(pairs[a] as SequencePair) - longest(pairs[b] as SequencePair));
  const found: (readonly [number, number])[] = [];
  try {
    for (let start = 0; start < order.length; start += batchSize) {
      options.checkInterrupted?.();
      const part = order.slice(start, start + batchSize);
      const batch = pairBatch(
        part.map((index) => pairs[index] as SequencePair),
        batchSize,
      );
      const { data } = await score(parameters, batch);
      part.forEach((index, row) => {
        found[index] = [data[row] as number, data[batchSize + row] as number];
      });
      options.onProgress?.(start + part.length);
    }
  } finally {
    await score.close();
  }
  return found;
}
