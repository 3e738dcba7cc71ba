/** The mean of a text's final hidden states, by one pass of a small model. */
import { type TransformerParameters, type TransformerShape, transformerHidden } from "../../nn/transformer.ts";
import { type CompiledFunction, compile } from "../../tensor/compile.ts";
import { mul } from "../../tensor/operations/arithmetic.ts";
import { reshape } from "../../tensor/operations/layout.ts";
import { sum } from "../../tensor/operations/reduction.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { type StopSignal, throwIfAborted } from "../interrupted.ts";
import type { TextTokens } from "./engine-job.ts";
import { groupsOf } from "./groups.ts";

const lengthMultiple = 16;

/** Positions of a text's row: few lengths, so that few shapes occur and each needs its graph only once. */
export function paddedLength({ tokens }: TextTokens): number {
  return Math.ceil(Math.max(1, tokens.length) / lengthMultiple) * lengthMultiple;
}

/** Averages the hidden states of one shape of transformer in batches; `close` it after use. */
export class HiddenMeans {
  readonly #batchSize = 32;
  readonly #hiddenSize: number;
  readonly #mean: CompiledFunction<[TransformerParameters, Tensor, Tensor], Tensor>;

  constructor(options: { readonly shape: TransformerShape; readonly threads?: number }) {
    this.#hiddenSize = options.shape.hiddenSize;
    this.#mean = compile(
      (parameters: TransformerParameters, tokens: Tensor, weights: Tensor): Tensor => {
        const hidden = transformerHidden(parameters, tokens, options.shape);
        return sum(mul(hidden, reshape(weights, [...weights.shape, 1])), { axes: 1 });
      },
      { threads: options.threads ?? 1 },
    );
  }

  /**
   * One vector [hidden] a text, in order; what else is in a batch changes no bit. Throws InterruptedError where the signal
   * aborts between batches.
   */
  async means(
    parameters: TransformerParameters,
    texts: readonly TextTokens[],
    signal?: StopSignal,
  ): Promise<Float32Array[]> {
    const means = new Array<Float32Array>(texts.length);
    for (const rows of groupsOf(texts, paddedLength, () => this.#batchSize)) {
      throwIfAborted(signal);
      // Batches are filled up to one of two sizes, so that each length needs few graphs.
      const few = this.#batchSize / 4;
      const size = rows.length <= few ? few : this.#batchSize;
      const filled = Array.from({ length: size }, (_, row) => texts[rows[row] ?? (rows[0] as number)] as TextTokens);
      const { data } = await this.#mean(parameters, ...textBatch(filled));
      rows.forEach((index, row) => {
        means[index] = Float32Array.from(data.slice(row * this.#hiddenSize, (row + 1) * this.#hiddenSize));
      });
    }
    return means;
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    await this.#mean.close();
  }
}

/** int32 tokens and float32 weights of the mean, each [rows, positions]. */
function textBatch(texts: readonly TextTokens[]): [tokens: Tensor, weights: Tensor] {
  const positions = paddedLength(texts[0] as TextTokens);
  const shape = [texts.length, positions];
  const ids = new Int32Array(texts.length * positions);
  const weights = new Float32Array(ids.length);
  texts.forEach(({ tokens, first }, row) => {
    ids.set(tokens, row * positions);
    weights.fill(1 / (tokens.length - first), row * positions + first, row * positions + tokens.length);
  });
  return [tensor(ids, { shape }), tensor(weights, { shape })];
}
