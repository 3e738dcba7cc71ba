/** illume's own transformer as a language model: generate, score, tokenise; it does not embed. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import type { TransformerParameters, TransformerShape } from "../../nn/transformer.ts";
import { leavesOf } from "../../tensor/tree.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
  Prompt,
  Score,
  ScoreOptions,
} from "../language-model.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { EnginePool } from "./engine-pool.ts";
import { encodeExample } from "./training-batches.ts";

export interface TransformerLanguageModelOptions {
  readonly id: string;
  readonly shape: TransformerShape;
  /** Not copied: they must not change while the model is open. */
  readonly parameters: TransformerParameters;
  readonly tokenizer: Tokenizer;
  /** Threads with a session each (default 1: the calling thread). */
  readonly threads?: number;
}

export class TransformerLanguageModel implements LanguageModel {
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability> = new Set(["generate", "score", "tokenize"]);
  readonly #tokenizer: Tokenizer;
  readonly #pool: EnginePool;

  constructor(options: TransformerLanguageModelOptions) {
    this.id = options.id;
    this.#tokenizer = options.tokenizer;
    const arrays = leavesOf(options.parameters).map(({ tensor }) => tensor.data as Float32Array);
    this.#pool = new EnginePool({ shape: options.shape, arrays }, options.threads ?? 1);
  }

  async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    const { samples = 1, maximumTokens, temperature = 0, topP = 1, stop = [], seed = 0, signal } = options;
    requirePositive("samples", samples);
    requirePositive("maximumTokens", maximumTokens);
    const prompts = options.prompts.map((prompt) => plainText(prompt));
    const tokens = prompts.map((text) => [this.#tokenizer.beginToken, ...this.#tokenizer.encode(text)]);
    const results = await this.#pool.sample(
      {
        kind: "sample",
        requests: tokens.map((prompt, index) => ({
          prompt,
          streams: Array.from({ length: samples }, (_, sample) => ({
            seed,
            path: ["generate", prompts[index] as string, sample],
          })),
        })),
        maximumTokens,
        temperature,
        topP,
        stopTokens: [this.#tokenizer.endToken],
      },
      signal,
    );
    return results.map((row, index) =>
      row.map((sample): Generation => {
        const whole = this.#tokenizer.decode(sample.tokens);
        const text = cutAtStop(whole, stop);
        return {
          text,
          finishReason: sample.finished || text !== whole ? "stop" : "length",
          promptTokens: (tokens[index] as number[]).length,
          tokens: sample.tokens.length,
          // Of the whole sample, so only where all of it is returned.
          ...(text === whole && { logProbability: sample.logProbability }),
        };
      }),
    );
  }

  async score(options: ScoreOptions): Promise<readonly Score[]> {
    const examples = options.items.map(({ prompt, completion }) =>
      encodeExample(this.#tokenizer, { prompt: plainText(prompt), completion }),
    );
    const scores = await this.#pool.score({ kind: "score", examples }, options.signal);
    return scores.map((score, index) => {
      const { tokens, promptLength } = examples[index] as (typeof examples)[number];
      return { ...score, tokens: tokens.length - promptLength };
    });
  }

  async tokenize(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    return texts.map((text) => this.#tokenizer.encode(text));
  }

  async embed(): Promise<never> {
    throw new UnsupportedCapabilityError({
      expected: "a model that embeds texts",
      received: this.id,
      remedy: "name an embedding model",
    });
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }
}

/** The small reasoners have no chat template: a conversation is put to them as its last message. */
function plainText(prompt: Prompt): string {
  if (typeof prompt === "string") return prompt;
  const [message] = prompt;
  if (prompt.length !== 1 || message?.role !== "user") {
    throw new InvalidArgumentError({
      expected: "plain text, or one message of the user",
      received: `a conversation of ${prompt.length} messages`,
      remedy: "this model has no chat template: put everything into one text",
    });
  }
  return message.content;
}

function cutAtStop(text: string, stop: readonly string[]): string {
  const positions = stop.map((end) => text.indexOf(end)).filter((position) => position >= 0);
  return positions.length === 0 ? text : text.slice(0, Math.min(...positions));
}

function requirePositive(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new InvalidArgumentError({
    expected: `${name} to be a whole number of at least 1`,
    received: String(value),
    remedy: "correct it",
  });
}
