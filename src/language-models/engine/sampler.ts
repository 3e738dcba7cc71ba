/**
 * Batched sampling from a transformer with a key-value cache.
 *
 * Prompts of equal padded length share a batch (sampling-batches.ts), new tokens are cached in steps of `capacityStep`,
 * and each shape's graph is made once, with the weights as constants so that ONNX Runtime lays them out for its
 * products. Every sequence has its own random stream, its positions count from its own start, and all sizes that its
 * sums run over follow from its own request and step: what else is in a batch changes no bit of it.
 */
import { NumericalError } from "../../core/errors/numerical-error.ts";
import type { RandomStream } from "../../core/random.ts";
import { type RotaryTables, rotaryTables } from "../../nn/rotary-tables.ts";
import { headSize, type TransformerParameters, type TransformerShape } from "../../nn/transformer.ts";
import { type CompiledFunction, compile } from "../../tensor/compile.ts";
import { mul, sub } from "../../tensor/operations/arithmetic.ts";
import { exp } from "../../tensor/operations/elementwise.ts";
import { matrixProduct } from "../../tensor/operations/matrix-product.ts";
import { max } from "../../tensor/operations/reduction.ts";
import { softmax } from "../../tensor/operations/softmax.ts";
import { ones, type Tensor, tensor } from "../../tensor/tensor.ts";
import { type StopSignal, throwIfAborted } from "../interrupted.ts";
import {
  type DecodingInput,
  decodingStep,
  type KeysAndValues,
  type PromptInput,
  readPrompts,
} from "./decoding-step.ts";
import { KeyValueCache, takeRows } from "./key-value-cache.ts";
import { batchesOf, fewRows, type SampleRequest, type SamplingBatch } from "./sampling-batches.ts";
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
  readonly signal?: StopSignal;
}

export interface SampledSequence {
  readonly tokens: number[];
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

const capacityStep = 32;
const hidden = -1e9;
/** Below this a temperature would overflow float32; it is greedy for all that scores can tell apart. */
const leastTemperature = 1e-6;

export class Sampler {
  readonly #shape: TransformerShape;
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
        logProbability: 0,
        finished: row === undefined,
        random: (row ?? batch.rows[0])?.random as RandomStream,
      }),
    );
    const sharpness = tensor(options.temperature === 0 ? 1 : 1 / Math.max(options.temperature, leastTemperature));
    const prompt = await this.#read(promptInput(batch.prompts, positions, this.#shape), sharpness);
    const state: DecodingState = {
      active: sequences,
      tables: rotaryTables(positions + options.maximumTokens, headSize(this.#shape), this.#shape.rotaryBase),
      promptLengths: batch.prompts.map((tokens) => tokens.length),
      prompts: prompt.caches.map(({ keys, values }) => ({
        keys: keys.data as Float32Array,
        values: values.data as Float32Array,
      })),
      caches: prompt.caches.map(() => this.#newCache(sequences.length)),
    };
    const samples = sequences.length / batch.prompts.length;
    chooseTokens(sequences, prompt, samples, options, this.#shape.vocabularySize);
    for (let step = 0; step + 1 < options.maximumTokens; step++) {
      if (step % capacityStep === 0) await letSignalsBeHeard();
      throwIfAborted(options.signal);
      const left = state.active.filter((sequence) => !sequence.finished).length;
      if (left === 0) break;
      if (samples === 1 && left <= fewRows && state.active.length > fewRows) keepUnfinished(state, positions, step);
      if (step === state.caches[0]?.capacity) growCaches(state, step);
      const output = await this.#decode(decodingInput(state, positions, samples, step, this.#shape), sharpness);
      output.rows.forEach(({ keys, values }, layer) => {
        state.caches[layer]?.write(step, keys.data as Float32Array, values.data as Float32Array);
      });
      chooseTokens(state.active, output, 1, options, this.#shape.vocabularySize);
    }
    return sequences;
  }

  #newCache(sequences: number): KeyValueCache {
    const shape = { sequences, keyValueHeads: this.#shape.keyValueHeads, headSize: headSize(this.#shape) };
    return new KeyValueCache(shape, capacityStep);
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

/** A session holds the event loop while it runs, so timers and signals need a turn now and then. */
function letSignalsBeHeard(): Promise<void> {
  return new Promise((resume) => setImmediate(resume));
}

interface DecodingState {
  active: Row[];
  /** Angles of all positions that the batch can reach. */
  readonly tables: RotaryTables;
  /** By prompt. */
  promptLengths: number[];
  prompts: { readonly keys: Float32Array; readonly values: Float32Array }[];
  caches: KeyValueCache[];
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
    sequence.logProbability += (logits[start + token] as number) - normaliser;
    if (options.stopTokens.includes(token)) sequence.finished = true;
    else sequence.tokens.push(token);
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
  const tables = rotaryTables(positions, headSize(shape), shape.rotaryBase);
  return { tokens: tensor(tokens, { shape: [prompts.length, positions] }), last: tensor(last), ...tables };
}

function decodingInput(
  state: DecodingState,
  positions: number,
  samples: number,
  step: number,
  shape: TransformerShape,
): DecodingInput {
  const { active, promptLengths, caches } = state;
  const prompts = promptLengths.length;
  const sequences = active.length;
  const size = headSize(shape);
  const half = size / 2;
  const heads = shape.keyValueHeads;
  const promptMask = new Float32Array(prompts * positions);
  promptLengths.forEach((length, row) => {
    promptMask.fill(hidden, row * positions + length, (row + 1) * positions);
  });
  const capacity = (caches[0] as KeyValueCache).capacity;
  const mask = new Float32Array(capacity).fill(hidden, step);
  const { tables } = state;
  const angles = (table: Tensor) => {
    const rows = active.map((_, row) => (promptLengths[Math.floor(row / samples)] as number) + step);
    return tensor(takeRows(table.data as Float32Array, half, rows), { shape: [sequences, 1, half] });
  };
  return {
    tokens: tensor(Int32Array.from(active, (sequence) => sequence.tokens.at(-1) ?? 0)),
    cosine: angles(tables.cosine),
    sine: angles(tables.sine),
    promptMask: tensor(promptMask, { shape: [prompts, 1, 1, positions] }),
    mask: tensor(mask),
    caches: caches.map((cache, layer) => ({
      promptKeys: tensor(state.prompts[layer]?.keys as Float32Array, { shape: [prompts, heads, size, positions] }),
      promptValues: tensor(state.prompts[layer]?.values as Float32Array, { shape: [prompts, heads, positions, size] }),
      keys: tensor(cache.keys, { shape: [sequences, heads, capacity, size] }),
      values: tensor(cache.values, { shape: [sequences, heads, capacity, size] }),
    })),
  };
}

function growCaches(state: DecodingState, length: number): void {
  const all = state.active.map((_, row) => row);
  state.caches = state.caches.map((cache) => cache.take(all, length, cache.capacity + capacityStep));
}

/** Goes on with the unfinished sequences alone, filled up with finished ones to a batch of `fewRows`. */
function keepUnfinished(state: DecodingState, positions: number, length: number): void {
  const order = state.active.map((_, row) => row);
  const finished = (row: number) => Number((state.active[row] as Row).finished);
  const kept = order.sort((a, b) => finished(a) - finished(b) || a - b).slice(0, fewRows);
  const [first] = state.caches as [KeyValueCache];
  const rowLength = first.shape.keyValueHeads * first.shape.headSize * positions;
  state.active = kept.map((row) => state.active[row] as Row);
  state.promptLengths = kept.map((row) => state.promptLengths[row] as number);
  state.prompts = state.prompts.map(({ keys, values }) => ({
    keys: takeRows(keys, rowLength, kept),
    values: takeRows(values, rowLength, kept),
  }));
  state.caches = state.caches.map((cache) => cache.take(kept, length, cache.capacity));
}
