/** Scoring given completions by one teacher-forced pass. */
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { type TransformerParameters, type TransformerShape, transformerLogits } from "../../nn/transformer.ts";
import { type CompiledFunction, compile } from "../../tensor/compile.ts";
import { mul } from "../../tensor/operations/arithmetic.ts";
import { equal, or } from "../../tensor/operations/comparison.ts";
import { cast } from "../../tensor/operations/elementwise.ts";
import { pick } from "../../tensor/operations/indexing.ts";
import { argmax, min, sum } from "../../tensor/operations/reduction.ts";
import { logSoftmax } from "../../tensor/operations/softmax.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { type StopSignal, throwIfAborted } from "../interrupted.ts";
import { groupsOf } from "./groups.ts";
import { type EncodedExample, paddedPositions, trainingBatch } from "./training-batches.ts";

/** How probable a transformer finds one completion. */
export interface CompletionScore {
  /** Natural log of P(completion and its end | prompt). */
  readonly logProbability: number;
  /** Whether every token of completion and end is the most probable one. */
  readonly greedy: boolean;
  /** The same of each token, where the model is a large one. */
  readonly byToken?: readonly { readonly logProbability: number; readonly greedy: boolean }[];
}

type ScoreRows = { logProbability: Tensor; greedy: Tensor };

/** Scores completions of one shape of transformer in batches; `close` it after use. */
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

  /**
   * One score per example, in order. Rows of a batch are padded to the length that each would have by itself, so that
   * what else is scored changes no bit. Throws NumericalError where scores are not finite, InterruptedError where the
   * signal aborts between batches.
   */
  async score(
    parameters: TransformerParameters,
    examples: readonly EncodedExample[],
    signal?: StopSignal,
  ): Promise<CompletionScore[]> {
    const scores = new Array<CompletionScore>(examples.length);
    for (const rows of groupsOf(examples, paddedPositions, () => this.#batchSize)) {
      throwIfAborted(signal);
      // Batches are filled up to one of two sizes, so that each length needs few graphs.
      const few = Math.ceil(this.#batchSize / 4);
      const size = rows.length <= few ? few : this.#batchSize;
      const filled = Array.from({ length: size }, (_, row) => examples[rows[row] ?? (rows[0] as number)]);
      const result = await this.#score(parameters, ...trainingBatch(filled as EncodedExample[]));
      rows.forEach((index, row) => {
        scores[index] = {
          logProbability: finite(result.logProbability.data[row] as number),
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

function finite(logProbability: number): number {
  if (Number.isFinite(logProbability)) return logProbability;
  throw new NumericalError({
    expected: "a finite log probability",
    received: String(logProbability),
    remedy: "use another checkpoint: this one's weights are not finite or far too large",
  });
}
