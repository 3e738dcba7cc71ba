/**
 * A GGUF file in llama.cpp, by node-llama-cpp.
 *
 * With one sequence (the default) samples are reproducible on one machine: each prompt is read in one go but for its
 * last token, which every sample reads again, so that no sample depends on another. With several, llama.cpp puts them
 * into one batch, whose rounding depends on the neighbours: faster with a graphics card, and a seed no longer fixes the
 * text. Scores sum in single precision and are right to about 2e-4 a token for the numbers that llama.cpp computes;
 * those of quantised files differ from exact ones by far more. Generations tell no log probabilities.
 */
import { RandomStream } from "../../core/random.ts";
import { ContextLengthError } from "../context-length-error.ts";
import { type CheckedGenerateOptions, checkGenerateOptions, textBefore } from "../generate-options.ts";
import { interrupted, throwIfAborted } from "../interrupted.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
  Prompt,
  Score,
  ScoreOptions,
} from "../language-model.ts";
import { LlamaPrompts } from "./llama-prompts.ts";
import type { LlamaEmbeddingContext, LlamaModel, LlamaSequence, LlamaToken } from "./llama-types.ts";
import { SequencePool } from "./sequence-pool.ts";

export interface LlamaLanguageModelOptions {
  readonly id: string;
  /** Disposed of when this model is closed. */
  readonly model: LlamaModel;
  /** Called after that. */
  readonly release: () => Promise<void>;
  readonly sequences: readonly LlamaSequence[];
  /** Tokens of prompt and answer together, at most. */
  readonly contextLength: number;
  readonly createEmbeddingContext: () => Promise<LlamaEmbeddingContext>;
}

export class LlamaLanguageModel implements LanguageModel {
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability> = new Set(["generate", "score", "tokenize", "embed"]);
  readonly contextLength: number;
  readonly #options: LlamaLanguageModelOptions;
  readonly #sequences: SequencePool;
  readonly #prompts: LlamaPrompts;
  #embedding: Promise<LlamaEmbeddingContext> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: LlamaLanguageModelOptions) {
    this.id = options.id;
    this.contextLength = options.contextLength;
    this.#options = options;
    this.#sequences = new SequencePool(options.sequences);
    this.#prompts = new LlamaPrompts(options.model, options.id);
  }

  async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    const { prompts, samples, firstSample, ...settings } = checkGenerateOptions(options);
    throwIfAborted(options.signal);
    const encoded = prompts.map((prompt) => this.#encode(prompt, settings.maximumTokens));
    return Promise.all(
      prompts.map((prompt, promptIndex) =>
        this.#sequences.use(async (sequence) => {
          const tokens = encoded[promptIndex] as readonly LlamaToken[];
          throwIfAborted(options.signal);
          await sequence.clearHistory();
          if (tokens.length > 1) await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(0, -1));
          const row: Generation[] = [];
          for (let index = 0; index < samples; index++) {
            const random = new RandomStream(settings.seed, [
              "generate",
              this.#prompts.name(prompt),
              firstSample + index,
            ]);
            const generation = await this.#sample(sequence, tokens, { ...settings, random, signal: options.signal });
            if (generation.text !== "") {
              options.onText?.({ prompt: promptIndex, sample: index, text: generation.text });
            }
            row.push(generation);
          }
          return row;
        }),
      ),
    );
  }

  async score(options: ScoreOptions): Promise<readonly Score[]> {
    throwIfAborted(options.signal);
    const { eos } = this.#options.model.tokens;
    const items = options.items.map(({ prompt, completion }) => {
      const wanted = [...this.#options.model.tokenize(completion), ...(eos === null ? [] : [eos])];
      return { prompt: this.#encode(prompt, wanted.length), wanted };
    });
    return Promise.all(
      items.map(({ prompt, wanted }) =>
        this.#sequences.use((sequence) => {
          throwIfAborted(options.signal);
          return scoreOf(sequence, prompt, wanted);
        }),
      ),
    );
  }

  async tokenize(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    return texts.map((text) => this.#options.model.tokenize(text));
  }

  async embed(
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Float32Array[]> {
    if (texts.length === 0) return [];
    this.#embedding ??= this.#options.createEmbeddingContext();
    const context = await this.#embedding;
    const vectors: Float32Array[] = [];
    for (const text of texts) {
      throwIfAborted(signal);
      const { vector } = await context.getEmbeddingFor(this.#encode(text, 0));
      vectors.push(Float32Array.from(vector));
    }
    return vectors;
  }

  async close(): Promise<void> {
    this.#closing ??= this.#options.model.dispose().then(() => this.#options.release());
    await this.#closing;
  }

  #encode(prompt: Prompt, more: number): LlamaToken[] {
    const tokens = this.#prompts.encode(prompt);
    if (tokens.length + more <= this.contextLength) return tokens;
    throw new ContextLengthError({
      expected: `prompt and answer of at most ${this.contextLength} tokens`,
      received: `${tokens.length} and ${more}`,
      remedy: "shorten the prompt, ask for fewer tokens, or open the model with a greater contextLength",
    });
  }

  /** The sequence has read the prompt but for its last token. */
  async #sample(
    sequence: LlamaSequence,
    prompt: readonly LlamaToken[],
    options: Omit<CheckedGenerateOptions, "prompts" | "samples" | "firstSample"> & {
      readonly random: RandomStream;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Generation> {
    const { maximumTokens, temperature, topP, stop, random, signal } = options;
    const { model } = this.#options;
    await sequence.adaptStateToTokens(prompt.slice(0, -1), false);
    const tokens: LlamaToken[] = [];
    let ended = false;
    const textOf = () => model.detokenize(tokens, false, prompt);
    const sampling = { temperature, topP, topK: 0, minP: 0, repeatPenalty: false, yieldEogToken: true } as const;
    const drawn = sequence.evaluate(prompt.slice(-1), { ...sampling, seed: random.integer(0, 2 ** 31 - 1) });
    for await (const token of drawn) {
      if (signal?.aborted === true) throw interrupted();
      ended = model.isEogToken(token);
      if (!ended) tokens.push(token);
      if (ended || tokens.length >= maximumTokens) break;
      if (stop.length > 0 && stop.some((text) => textOf().includes(text))) break;
    }
    const whole = textOf();
    const text = textBefore(whole, stop);
    const finishReason = ended || text.length < whole.length ? "stop" : "length";
    return { text, finishReason, promptTokens: prompt.length, tokens: tokens.length };
  }
}

async function scoreOf(
  sequence: LlamaSequence,
  prompt: readonly LlamaToken[],
  wanted: readonly LlamaToken[],
): Promise<Score> {
  await sequence.clearHistory();
  const tokens = [...prompt, ...wanted].slice(0, -1);
  const first = prompt.length - 1;
  const input = tokens.map((token, index) => {
    if (index < first) return token;
    // The filter's own includeMax leaves the highest out.
    const filter = { tokens: [wanted[index - first] as LlamaToken], includeTop: 1 };
    return [token, { generateNext: { logits: { filter }, totalLogitWeight: true } }] as const;
  });
  const results = await sequence.controlledEvaluate(input);
  let logProbability = 0;
  let greedy = true;
  for (const [index, target] of wanted.entries()) {
    const next = results[first + index]?.next;
    const [highest] = next?.logits ?? [];
    const logit = next?.logits.get(target);
    if (next === undefined || highest === undefined || logit === undefined) return impossible(wanted.length);
    logProbability += logit - highest[1] - Math.log(next.totalLogitWeight);
    greedy &&= highest[0] === target;
  }
  return { logProbability: Math.min(0, logProbability), tokens: wanted.length, greedy };
}

/** llama.cpp gave no logit for a token: it cannot come. */
function impossible(tokens: number): Score {
  return { logProbability: -Infinity, tokens, greedy: false };
}
