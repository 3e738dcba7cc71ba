/**
 * illume's own transformer as a language model: generate, score, tokenise and, where asked for, embed: the mean over a
 * text's tokens of the final, normalised hidden states.
 *
 * Equal seeds, prompts and options give equal tokens to the bit on one machine, whatever else is asked for at the same
 * time, in however many threads. Log probabilities of `generate` and of `score` come from different graphs and agree to
 * about six digits; each by itself is as reproducible as the tokens. Other processors round otherwise, so that there
 * a draw within about 1e-6 of the border between two tokens can fall to the other side.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import type { TransformerParameters, TransformerShape } from "../../nn/transformer.ts";
import { leavesOf } from "../../tensor/tree.ts";
import { ContextLengthError } from "../context-length-error.ts";
import { encodePrompt, promptName } from "../encode-prompt.ts";
import { checkGenerateOptions, textBefore, usualAlternatives } from "../generate-options.ts";
import { throwIfAborted } from "../interrupted.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
  Score,
  ScoreOptions,
} from "../language-model.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { ContinuousPool } from "./continuous/continuous-pool.ts";
import type { SampledTokens, TextTokens, TokenListener } from "./engine-job.ts";
import { EnginePool } from "./engine-pool.ts";
import type { TokenAlternative } from "./most-probable.ts";
import { SampleText } from "./sample-text.ts";
import { encodeExample } from "./training-batches.ts";
import type { WeightPrecision } from "./weight-precision.ts";

/** A transformer's parts, and how to run it. */
export interface TransformerLanguageModelOptions {
  readonly id: string;
  readonly shape: TransformerShape;
  /** Not copied: they must not change while the model is open. */
  readonly parameters: TransformerParameters;
  readonly tokenizer: Tokenizer;
  /**
   * Small models: threads with a session each (default 1: the calling thread). Large ones: threads of one session's
   * operations, in a thread of its own.
   */
  readonly threads?: number;
  /**
   * Whether sequences of all calls share one batch, which they join and leave as they come, and texts are told while they
   * grow. Default: where the model has at least 20 million weights; smaller ones are faster batch by batch.
   */
  readonly continuous?: boolean;
  /** Large models only (default "float32"): "4-bit" is faster for few sequences and gives other probabilities. */
  readonly precision?: WeightPrecision;
  /**
   * Whether it embeds (default false): what a model has read the world for gives its hidden states meaning, which those of
   * a small model of one domain lack.
   */
  readonly embeds?: boolean;
  /** Tokens of prompt and new text together at most (default 1024); memory grows with its square. */
  readonly contextLength?: number;
}

/** A transformer of this engine as a language model; `close` it after use, which ends its threads. */
export class TransformerLanguageModel implements LanguageModel {
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability>;
  readonly #tokenizer: Tokenizer;
  readonly contextLength: number;
  readonly joinsCalls: boolean;
  readonly #pool: EnginePool | ContinuousPool;

  /** Throws InvalidArgumentError where the tokenizer has more tokens than the model, or for options out of range. */
  constructor(options: TransformerLanguageModelOptions) {
    const { shape, tokenizer, threads = 1, contextLength = 1024 } = options;
    require(tokenizer.vocabularySize <=
      shape.vocabularySize, `a tokenizer of at most ${shape.vocabularySize} tokens`, `one of ${tokenizer.vocabularySize}`, "pass the tokenizer that the model was trained with");
    for (const [name, value] of Object.entries({ threads, contextLength })) {
      require(Number.isInteger(value) && value >= 1, `${name} to be at least 1`, String(value), "pass a whole number");
    }
    this.id = options.id;
    this.capabilities = new Set(["generate", "score", "tokenize", ...(options.embeds ? (["embed"] as const) : [])]);
    this.#tokenizer = tokenizer;
    this.contextLength = contextLength;
    const arrays = leavesOf(options.parameters).map(({ tensor }) => tensor.data as Float32Array);
    const weights = arrays.reduce((total, { length }) => total + length, 0);
    const { continuous = weights >= largeModel, precision = "float32" } = options;
    require(continuous ||
      precision ===
        "float32", "continuous sampling for weights in 4 bits", "continuous: false", "leave one of them out");
    this.joinsCalls = continuous;
    this.#pool = continuous
      ? new ContinuousPool({ shape, arrays, continuous: { precision, contextLength, threads } })
      : new EnginePool({ shape, arrays }, threads);
  }

  async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    const { samples, firstSample, maximumTokens, temperature, topP, stop, seed, ...checked } =
      checkGenerateOptions(options);
    throwIfAborted(options.signal);
    const { tokenLogProbabilities = false, alternatives = usualAlternatives } = options;
    const prompts = checked.prompts.map((prompt) => promptName(this.#tokenizer, prompt));
    const tokens = checked.prompts.map((prompt) => encodePrompt(this.#tokenizer, prompt));
    for (const { length } of tokens) this.#requireRoom(length, maximumTokens);
    const texts = tokens.map(() => Array.from({ length: samples }, () => new SampleText(this.#tokenizer, stop)));
    const results = await this.#pool.sample(
      {
        kind: "sample",
        requests: tokens.map((prompt, index) => ({
          prompt,
          streams: Array.from({ length: samples }, (_, sample) => ({
            seed,
            path: ["generate", prompts[index] as string, firstSample + sample],
          })),
        })),
        maximumTokens,
        temperature,
        topP,
        stopTokens: this.#tokenizer.endTokens,
        alternatives: tokenLogProbabilities ? alternatives : 0,
      },
      options.signal,
      stop.length > 0 || options.onText !== undefined ? textListener(texts, options) : undefined,
    );
    return results.map((row, prompt) =>
      row.map((sampled, sample): Generation => {
        const grown = (texts[prompt] as SampleText[])[sample] as SampleText;
        const { text, ...generation } = this.#generation(sampled, grown.stoppedAfter, stop, tokenLogProbabilities);
        const rest = grown.finish(text);
        if (rest !== "") options.onText?.({ prompt, sample, text: rest });
        return { text, ...generation, promptTokens: (tokens[prompt] as number[]).length };
      }),
    );
  }

  #generation(
    sampled: SampledTokens,
    stoppedAfter: number | undefined,
    stop: readonly string[],
    tokenLogProbabilities: boolean,
  ): Generation {
    // Where a stop text came, the tokens behind it are those that were sampled before the thread was told.
    const tokens = sampled.tokens.slice(0, stoppedAfter);
    const whole = this.#tokenizer.decode(tokens);
    const text = textBefore(whole, stop);
    const cut = text !== whole || stoppedAfter !== undefined;
    return {
      text,
      finishReason: cut || sampled.finished ? "stop" : "length",
      tokens: tokens.length,
      // Of the whole sample, so only where all of it is returned.
      ...(!cut && { logProbability: sampled.logProbability }),
      ...(tokenLogProbabilities && {
        tokenLogProbabilities: tokens.map((token, index) => ({
          text: this.#tokenizer.decode([token]),
          logProbability: sampled.tokenLogProbabilities[index] as number,
          ...(sampled.alternatives && { alternatives: this.#named(sampled.alternatives[index]) }),
        })),
      }),
    };
  }

  #named(alternatives: readonly TokenAlternative[] = []) {
    return alternatives.flatMap(({ token, logProbability }) =>
      // A model's table may have more rows than its tokenizer has tokens.
      token < this.#tokenizer.vocabularySize ? [{ text: this.#tokenizer.decode([token]), logProbability }] : [],
    );
  }

  async score(options: ScoreOptions): Promise<readonly Score[]> {
    throwIfAborted(options.signal);
    const examples = options.items.map(({ prompt, completion }) =>
      encodeExample(this.#tokenizer, { prompt, completion }),
    );
    for (const { tokens } of examples) this.#requireRoom(tokens.length, 0);
    const scores = await this.#pool.score({ kind: "score", examples }, options.signal);
    return scores.map((score, index) => {
      const { tokens, promptLength } = examples[index] as (typeof examples)[number];
      return { logProbability: score.logProbability, greedy: score.greedy, tokens: tokens.length - promptLength };
    });
  }

  #requireRoom(given: number, wanted: number): void {
    if (given + wanted <= this.contextLength) return;
    throw new ContextLengthError({
      expected: `prompt and new text of at most ${this.contextLength} tokens together`,
      received: `${given} tokens${wanted > 0 ? ` and ${wanted} to come` : ""}`,
      remedy: "shorten the prompt, ask for fewer tokens, or open the model with a larger contextLength",
    });
  }

  async tokenize(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    return texts.map((text) => this.#tokenizer.encode(text));
  }

  /** Of a text with more tokens than the context the first ones are read. The begin token does not count. */
  async embed(
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Float32Array[]> {
    if (!this.capabilities.has("embed")) {
      throw new UnsupportedCapabilityError({
        expected: "a model that embeds texts",
        received: this.id,
        remedy: "name an embedding model",
      });
    }
    throwIfAborted(signal);
    const encoded = texts.map((text): TextTokens => {
      const tokens = encodePrompt(this.#tokenizer, text).slice(0, this.contextLength);
      return { tokens, first: this.#tokenizer.beginToken !== undefined && tokens.length > 1 ? 1 : 0 };
    });
    return this.#pool.embed({ kind: "embed", texts: encoded }, signal);
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

/** From so many weights on sequences join and leave one running batch. */
const largeModel = 20_000_000;

/** Tells of new text, and ends samples whose text has come to a stop. */
function textListener(texts: readonly (readonly SampleText[])[], { onText }: GenerateOptions): TokenListener {
  return (tokens, end) => {
    for (let index = 0; index < tokens.length; index += 3) {
      const [prompt, sample, token] = tokens.slice(index, index + 3) as [number, number, number];
      const grown = (texts[prompt] as SampleText[])[sample] as SampleText;
      const stoppedBefore = grown.stoppedAfter !== undefined;
      const text = grown.append(token);
      if (text !== "") onText?.({ prompt, sample, text });
      if (!stoppedBefore && grown.stoppedAfter !== undefined) end(prompt, sample);
    }
  };
}

function require(holds: boolean, expected: string, received: string, remedy: string): void {
  if (!holds) throw new InvalidArgumentError({ expected, received, remedy });
}
