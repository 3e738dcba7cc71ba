/** Scoring given completions by one teacher-forced pass. */
import { type TransformerParameters, type TransformerShape, transformerLogits } from "../../nn/transformer.ts";
import { type CompiledFunction, compile } from "../../tensor/compile.ts";
import { mul } from "../../tensor/operations/arithmetic.ts";
import { equal, or } from "../../tensor/operations/comparison.ts";
import { cast } from "../../tensor/operations/elementwise.ts";
import { pick } from "../../tensor/operations/indexing.ts";
import { argmax, min, sum } from "../../tensor/operations/reduction.ts";
import { logSoftmax } from "../../tensor/operations/softmax.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type EncodedExample, trainingBatch } from "./training-batches.ts";

export interface CompletionScore {
  /** Natural log of P(completion and its end | prompt). */
  readonly logProbability: number;
  /** Whether every token of completion and end is the most probable one. */
  readonly greedy: boolean;
}

type ScoreRows = { logProbability: Tensor; greedy: Tensor };

export class Scorer {
  readonly #batchSize: number;
  readonly #score: CompiledFunction<[TransformerParameters, Tensor, Tensor, Tensor], ScoreRows>;

  constructor(options: { readonly shape: TransformerShape; readonly threads?: number; readonly batchSize?: number }) {
    this.#batchSize = options.batchSize ?? 32;
    this.#score = compile(
      (parameters: TransformerParameters, tokens: Tensor, targets: Tensor, weights: Tensor): ScoreRows => {
        const logits = transformerLogits(parameters, tokens, options.shape);
        const hits = or(equal(argmax(logits), targets), equal(weights, 0));
        return {
          logProbability: sum(mul(pick(logSoftmax(logits), targets), weights), { axes: 1 }),
          greedy: min(cast(hits, "float32"), { axes: 1 }),
        };
      },
      { threads: options.threads ?? 1 },
    );
  }

  /** One score per example, in order; rows are batched by length. */
  async score(parameters: TransformerParameters, examples: readonly EncodedExample[]): Promise<CompletionScore[]> {
    const order = examples
      .map((_, index) => index)
      .sort((a, b) => lengthOf(examples, a) - lengthOf(examples, b) || a - b);
    const scores = new Array<CompletionScore>(examples.length);
    for (let start = 0; start < order.length; start += this.#batchSize) {
      const rows = order.slice(start, start + this.#batchSize);
      // A last incomplete batch is filled up, so that each length needs one graph only.
      const filled = Array.from({ length: this.#batchSize }, (_, row) => examples[rows[row] ?? (rows[0] as number)]);
      const result = await this.#score(parameters, ...trainingBatch(filled as EncodedExample[]));
      rows.forEach((index, row) => {
        scores[index] = {
          logProbability: result.logProbability.data[row] as number,
          greedy: result.greedy.data[row] === 1,
        };
      });
    }
    return scores;
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    await this.#score.close();
  }
}

function lengthOf(examples: readonly EncodedExample[], index: number): number {
  return (examples[index] as EncodedExample).tokens.length;
}
