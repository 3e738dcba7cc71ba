/**
 * Batched sampling from a transformer with a key-value cache.
 *
 * Sequences are grouped into batches of equal shape: prompts are padded to a multiple of `promptMultiple`, new tokens
 * are cached in steps of `capacityStep`, and each shape's graph is made once, with the weights as constants so that
 * ONNX Runtime lays them out for its products. Every sequence has its own random stream, positions count from its own
 * start and masked positions weigh exactly zero, so what else is in a batch does not change it.
 */
import type { RandomStream } from "../../core/random.ts";
import { rotaryTables } from "../../nn/rotary-tables.ts";
import { headSize, type TransformerParameters, type TransformerShape } from "../../nn/transformer.ts";
import { type CompiledFunction, compile } from "../../tensor/compile.ts";
import { mul } from "../../tensor/operations/arithmetic.ts";
import { logSumExp } from "../../tensor/operations/reduction.ts";
import { softmax } from "../../tensor/operations/softmax.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import {
  type DecodingInput,
  decodingStep,
  type KeysAndValues,
  type PromptInput,
  readPrompts,
} from "./decoding-step.ts";
import { KeyValueCache, takeRows } from "./key-value-cache.ts";
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
  readonly signal?: AbortSignal;
}

export interface SampleRequest {
  /** Token ids, the begin token first; at least one. */
  readonly prompt: readonly number[];
  /** One stream for each sample wanted of this prompt. */
  readonly randoms: readonly RandomStream[];
}

export interface SampledSequence {
  readonly tokens: number[];
  /** Sum of the natural-log probabilities of the tokens (and the stop token) at temperature 1. */
  logProbability: number;
  finished: boolean;
}

/** Scores as the choice of a token needs them. */
type Scores = { readonly logits: Tensor; readonly probabilities: Tensor; readonly normaliser: Tensor };
type Row = SampledSequence & { readonly random: RandomStream };

/** Prompts read together, and samples of one prompt decoded together. */
const mostRows = 64;
const mostSamples = 96;
/** A batch with few sequences left goes on in a graph of this many rows. */
const fewRows = 16;
const promptMultiple = 32;
const capacityStep = 32;
const hidden = -1e9;

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

  /** Samples by request: result[r][s]. */
  async sample(requests: readonly SampleRequest[], options: SampleOptions): Promise<SampledSequence[][]> {
    const results = requests.map((request) => new Array<SampledSequence>(request.randoms.length));
    for (const batch of batchesOf(requests)) {
      if (options.signal?.aborted === true) break;
      const sequences = await this.#sampleBatch(batch, options);
      batch.rows.forEach((row, index) => {
        if (row !== undefined) (results[row.request] as SampledSequence[])[row.sample] = sequences[index] as Row;
      });
    }
    return results;
  }

  async #sampleBatch(batch: Batch, options: SampleOptions): Promise<Row[]> {
    const sequences = batch.rows.map(
      (row): Row => ({
        tokens: [],
        logProbability: 0,
        finished: row === undefined,
        random: (row ?? batch.rows[0])?.random as RandomStream,
      }),
    );
    const positions = Math.ceil(Math.max(...batch.prompts.map((p) => p.length)) / promptMultiple) * promptMultiple;
    const sharpness = tensor(1 / (options.temperature || 1));
    const prompt = await this.#read(promptInput(batch.prompts, positions, this.#shape), sharpness);
    const state: DecodingState = {
      active: sequences,
      promptLengths: batch.prompts.map((tokens) => tokens.length),
      prompts: prompt.caches.map(({ keys, values }) => ({
        keys: keys.data as Float32Array,
        values: values.data as Float32Array,
      })),
      caches: prompt.caches.map(() => this.#newCache(sequences.length)),
    };
    const samples = sequences.length / batch.prompts.length;
    chooseTokens(sequences, prompt, samples, options, this.#shape.vocabularySize);
    for (let step = 0; step + 1 < options.maximumTokens && options.signal?.aborted !== true; step++) {
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

function scoresOf(logits: Tensor, sharpness: Tensor): Scores {
  return { logits, probabilities: softmax(mul(logits, sharpness)), normaliser: logSumExp(logits, { axes: 1 }) };
}

interface DecodingState {
  active: Row[];
  /** By prompt. */
  promptLengths: number[];
  prompts: { readonly keys: Float32Array; readonly values: Float32Array }[];
  caches: KeyValueCache[];
}

interface Batch {
  readonly prompts: readonly (readonly number[])[];
  /** Samples of one prompt stand together; undefined rows only fill the batch up. */
  readonly rows: readonly (
    | { readonly request: number; readonly sample: number; readonly random: RandomStream }
    | undefined
  )[];
}

/** Requests of one sample are batched by length of prompt; of several, each prompt's samples are batches of their own. */
function batchesOf(requests: readonly SampleRequest[]): Batch[] {
  const batches: Batch[] = [];
  const single = requests.flatMap((request, index) => (request.randoms.length === 1 ? [index] : []));
  const lengthOf = (index: number) => (requests[index] as SampleRequest).prompt.length;
  single.sort((a, b) => lengthOf(a) - lengthOf(b) || a - b);
  for (let start = 0; start < single.length; start += mostRows) {
    const members = single.slice(start, start + mostRows);
    const size = members.length <= fewRows ? fewRows : mostRows;
    const rows = Array.from({ length: size }, (_, row) => {
      const request = members[row];
      return request === undefined
        ? undefined
        : { request, sample: 0, random: requests[request]?.randoms[0] as RandomStream };
    });
    const prompts = rows.map((row) => (requests[row?.request ?? (members[0] as number)] as SampleRequest).prompt);
    batches.push({ prompts, rows });
  }
  requests.forEach(({ prompt, randoms }, request) => {
    if (randoms.length === 1) return;
    for (let start = 0; start < randoms.length; start += mostSamples) {
      const members = randoms.slice(start, start + mostSamples);
      const rows = Array.from({ length: Math.max(2, members.length) }, (_, row) => {
        const random = members[row];
        return random && { request, sample: start + row, random };
      });
      batches.push({ prompts: [prompt], rows });
    }
  });
  return batches;
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
    const token =
      options.temperature === 0
        ? greatestToken(logits, start, width)
        : options.topP < 1
          ? drawNucleusToken(probabilities, start, width, options.topP, sequence.random)
          : drawToken(probabilities, start, width, sequence.random);
    sequence.logProbability += (logits[start + token] as number) - (scores.normaliser.data[row] as number);
    if (options.stopTokens.includes(token)) sequence.finished = true;
    else sequence.tokens.push(token);
  });
}

function promptInput(prompts: readonly (readonly number[])[], positions: number, shape: TransformerShape): PromptInput {
  const tokens = new Int32Array(prompts.length * positions);
  prompts.forEach((prompt, row) => {
    tokens.set(prompt, row * positions);
  });
  const last = Int32Array.from(prompts, (prompt, row) => row * positions + prompt.length - 1);
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
  const tables = rotaryTables(positions + step + 1, size, shape.rotaryBase);
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
      keys: tensor(cache.keys, { shape: [sequences, heads, size, capacity] }),
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
