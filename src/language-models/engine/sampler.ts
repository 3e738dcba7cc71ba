/**
 * Batched sampling from a transformer with a key-value cache.
 *
 * Prompts of equal padded length share a batch (sampling-batches.ts), and each shape's graph is made once, with the
 * weights as constants so that ONNX Runtime lays them out for its products. Every sequence has its own random stream, its positions count from its own start, and all sizes that its
 * sums run over follow from its own request and step: what else is in a batch changes no bit of it.
 */
import { NumericalError } from "../../core/errors/numerical-error.ts";
import type { RandomStream } from "../../core/random.ts";
import { rotaryTables } from "../../nn/rotary-tables.ts";
import type { TransformerParameters, TransformerShape } from "../../nn/transformer.ts";
import { type CompiledFunction, compile } from "../../tensor/compile.ts";
import { mul, sub } from "../../tensor/operations/arithmetic.ts";
import { exp } from "../../tensor/operations/elementwise.ts";
import { matrixProduct } from "../../tensor/operations/matrix-product.ts";
import { max } from "../../tensor/operations/reduction.ts";
import { softmax } from "../../tensor/operations/softmax.ts";
import { ones, type Tensor, tensor } from "../../tensor/tensor.ts";
import { type StopSignal, throwIfAborted } from "../interrupted.ts";
import { DecodingState } from "./decoding-state.ts";
import {
  type DecodingInput,
  decodingStep,
  type KeysAndValues,
  type PromptInput,
  readPrompts,
} from "./decoding-step.ts";
import { ArrayPool } from "./key-value-cache.ts";
import { mostProbable, type TokenAlternative } from "./most-probable.ts";
import { batchesOf, leastShared, type SampleRequest, type SamplingBatch, shrunkenRows } from "./sampling-batches.ts";
import { drawNucleusToken, drawToken, greatestToken } from "./token-choice.ts";

export interface SampleOptions {
  /** At least 1. */
  readonly maximumTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** In (0, 1]. */
  readonly topP: number;
  /** Tokens that end a sequence and are not part of it. */
  readonly stopTokens: readonly number[];
  /** How many alternatives of each token are wanted (default 0). */
  readonly alternatives?: number;
  readonly signal?: StopSignal;
}

export interface SampledSequence {
  readonly tokens: number[];
  /** Natural log of each token's probability at temperature 1. */
  readonly tokenLogProbabilities: number[];
  /** The most probable tokens at each token's place, where they are wanted. */
  readonly alternatives?: (readonly TokenAlternative[])[];
  /** Sum of the natural-log probabilities of the tokens (and the stop token) at temperature 1. */
  logProbability: number;
  finished: boolean;
}

/** Scores as the choice of a token needs them; the logits' greatest, and the sum of e^(logit - greatest). */
type Scores = {
  readonly logits: Tensor;
  readonly probabilities: Tensor;
  readonly highest: Tensor;
  readonly total: Tensor;
};
type Row = SampledSequence & { readonly random: RandomStream };

/** Below this a temperature would overflow float32; it is greedy for all that scores can tell apart. */
const leastTemperature = 1e-6;

export class Sampler {
  readonly #shape: TransformerShape;
  readonly #pool = new ArrayPool();
  readonly #read: CompiledFunction<[PromptInput, Tensor], Scores & { caches: readonly KeysAndValues[] }>;
  readonly #decode: CompiledFunction<[DecodingInput, Tensor], Scores & { rows: readonly KeysAndValues[] }>;

  constructor(options: {
    readonly shape: TransformerShape;
    readonly parameters: TransformerParameters;
    readonly threads?: number;
  }) {
    const { shape, parameters } = options;
    const threads = options.threads ?? 1;
    this.#shape = shape;
    this.#read = compile(
      (input: PromptInput, sharpness: Tensor) => {
        const { logits, caches } = readPrompts(parameters, input, shape);
        return { ...scoresOf(logits, sharpness), caches };
      },
      { threads },
    );
    this.#decode = compile(
      (input: DecodingInput, sharpness: Tensor) => {
        const { logits, rows } = decodingStep(parameters, input, shape);
        return { ...scoresOf(logits, sharpness), rows };
      },
      { threads },
    );
  }

  /**
   * Samples by request: result[r][s].
   * Throws InterruptedError where the signal aborts, NumericalError where scores are not finite.
   */
  async sample(requests: readonly SampleRequest[], options: SampleOptions): Promise<SampledSequence[][]> {
    const results = requests.map((request) => new Array<SampledSequence>(request.randoms.length));
    for (const batch of batchesOf(requests)) {
      const sequences = await this.#sampleBatch(batch, options);
      batch.rows.forEach((row, index) => {
        if (row !== undefined) (results[row.request] as SampledSequence[])[row.sample] = sequences[index] as Row;
      });
    }
    return results;
  }

  async #sampleBatch(batch: SamplingBatch, options: SampleOptions): Promise<Row[]> {
    throwIfAborted(options.signal);
    const { positions } = batch;
    const sequences = batch.rows.map(
      (row): Row => ({
        tokens: [],
        tokenLogProbabilities: [],
        ...(options.alternatives && { alternatives: [] }),
        logProbability: 0,
        finished: row === undefined,
        random: (row ?? batch.rows[0])?.random as RandomStream,
      }),
    );
    const sharpness = tensor(options.temperature === 0 ? 1 : 1 / Math.max(options.temperature, leastTemperature));
    const prompt = await this.#read(promptInput(batch.prompts, positions, this.#shape), sharpness);
    const samples = sequences.length / batch.prompts.length;
    const shared = samples >= leastShared;
    const start = {
      shape: this.#shape,
      promptLengths: batch.prompts.map((tokens) => tokens.length),
      promptPositions: positions,
      promptCaches: prompt.caches.map(({ keys, values }) => ({
        keys: keys.data as Float32Array,
        values: values.data as Float32Array,
      })),
      samples,
      shared,
      maximumTokens: options.maximumTokens,
    };
    const state = new DecodingState(start, this.#pool);
    let active = sequences;
    chooseTokens(active, prompt, samples, options, this.#shape.vocabularySize);
    for (let step = 0; step + 1 < options.maximumTokens; step++) {
      throwIfAborted(options.signal);
      const left = active.filter((sequence) => !sequence.finished).length;
      if (left === 0) break;
      const fewer = shared ? undefined : shrunkenRows(left, active.length);
      if (fewer !== undefined) {
        const kept = unfinishedFirst(active).slice(0, fewer);
        state.keep(kept);
        active = kept.map((row) => active[row] as Row);
      }
      const tokens = Int32Array.from(active, (sequence) => sequence.tokens.at(-1) ?? 0);
      const output = await this.#decode(state.input(tokens, step), sharpness);
      state.append(output.rows, step);
      chooseTokens(active, output, 1, options, this.#shape.vocabularySize);
    }
    state.close();
    return sequences;
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    await this.#read.close();
    await this.#decode.close();
  }
}

/**
 * The sum is a product with ones and its logarithm is left to JavaScript, because ONNX Runtime's sum over a row and its
 * logarithm round differently by where in memory the numbers stand.
 */
function scoresOf(logits: Tensor, sharpness: Tensor): Scores {
  const highest = max(logits, { axes: 1, keepDimensions: true });
  const total = matrixProduct(exp(sub(logits, highest)), ones([logits.shape[1] as number, 1]));
  return { logits, probabilities: softmax(mul(logits, sharpness)), highest, total };
}

/** Appends each unfinished sequence's next token; `samples` sequences share a row of scores. */
function chooseTokens(
  sequences: readonly Row[],
  scores: Scores,
  samples: number,
  options: SampleOptions,
  width: number,
): void {
  const logits = scores.logits.data as Float32Array;
  const probabilities = scores.probabilities.data as Float32Array;
  sequences.forEach((sequence, index) => {
    if (sequence.finished) return;
    const row = Math.floor(index / samples);
    const start = row * width;
    const normaliser = (scores.highest.data[row] as number) + Math.log(scores.total.data[row] as number);
    if (!Number.isFinite(normaliser)) throw notFinite(normaliser);
    const token =
      options.temperature === 0
        ? greatestToken(logits, start, width)
        : options.topP < 1
          ? drawNucleusToken(probabilities, start, width, options.topP, sequence.random)
          : drawToken(probabilities, start, width, sequence.random);
    const logProbability = (logits[start + token] as number) - normaliser;
    sequence.logProbability += logProbability;
    if (options.stopTokens.includes(token)) {
      sequence.finished = true;
      return;
    }
    sequence.tokens.push(token);
    sequence.tokenLogProbabilities.push(logProbability);
    sequence.alternatives?.push(
      mostProbable(logits.subarray(start, start + width), options.alternatives as number, normaliser),
    );
  });
}

function notFinite(normaliser: number): NumericalError {
  return new NumericalError({
    expected: "finite scores of the next token",
    received: `scores whose normaliser is ${normaliser}`,
    remedy: "use another checkpoint: this one's weights are not finite or far too large",
  });
}

function promptInput(prompts: readonly (readonly number[])[], positions: number, shape: TransformerShape): PromptInput {
  const tokens = new Int32Array(prompts.length * positions);
  prompts.forEach((prompt, row) => {
    tokens.set(prompt, row * positions);
  });
  // At least two rows, see sampling-batches.ts; the second is then not looked at.
  const last = new Int32Array(Math.max(2, prompts.length));
  prompts.forEach((prompt, row) => {
    last[row] = row * positions + prompt.length - 1;
  });
  const tables = rotaryTables(positions, shape);
  return { tokens: tensor(tokens, { shape: [prompts.length, positions] }), last: tensor(last), ...tables };
}

/** Indices of the sequences, finished ones last. */
function unfinishedFirst(sequences: readonly Row[]): number[] {
  const finished = (row: number) => Number((sequences[row] as Row).finished);
  return sequences.map((_, row) => row).sort((a, b) => finished(a) - finished(b) || a - b);
}
