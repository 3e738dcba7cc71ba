/**
 * The one interface through which illume talks to a language model.
 *
 * It is shaped for batches (many prompts, several samples each) because illume's own engine and every endpoint are
 * fastest that way, and so that an AI SDK model can be adapted to it and it to an AI SDK model. What a model cannot do
 * is missing from `capabilities`, and calling it raises UnsupportedCapabilityError.
 */

export type LanguageModelCapability = "generate" | "score" | "tokenize" | "embed";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Plain text to continue, or a conversation to answer. */
export type Prompt = string | readonly ChatMessage[];

export interface GenerateOptions {
  readonly prompts: readonly Prompt[];
  /** Samples of each prompt, at least 1 (default 1). */
  readonly samples?: number;
  /** The most new tokens a sample may have, at least 1. */
  readonly maximumTokens: number;
  /** 0 is greedy (default 0). */
  readonly temperature?: number;
  /** Nucleus probability in (0, 1] (default 1). */
  readonly topP?: number;
  /** Texts that end a sample; they are not part of its text. */
  readonly stop?: readonly string[];
  /**
   * Sample s of a prompt draws from the stream (seed, prompt text, s), so that what else is in the batch never
   * changes it (default 0).
   */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

export type FinishReason = "stop" | "length" | "refusal" | "error";

export interface Generation {
  readonly text: string;
  readonly finishReason: FinishReason;
  /** Tokens of the prompt and of the text, as the model counts them. */
  readonly promptTokens: number;
  readonly tokens: number;
  /** Sum of the natural-log probabilities of the text's tokens at temperature 1, where the model tells them. */
  readonly logProbability?: number;
}

export interface ScoreOptions {
  /** Each completion is scored given its prompt. */
  readonly items: readonly { readonly prompt: Prompt; readonly completion: string }[];
  readonly signal?: AbortSignal;
}

export interface Score {
  /** Natural log of P(completion and its end | prompt). */
  readonly logProbability: number;
  /** Tokens of the completion, its end token counted. */
  readonly tokens: number;
  /** Whether greedy decoding would have given exactly this completion. */
  readonly greedy: boolean;
}

export interface LanguageModel {
  /** What the user types to get this model, e.g. "illume:models/reasoner.safetensors". */
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability>;
  /** Samples by prompt: result[p][s]. */
  generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]>;
  /** One score per item, in order. */
  score(options: ScoreOptions): Promise<readonly Score[]>;
  /** Token ids by text. */
  tokenize(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  /** One vector per text, all of one length. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
  /** Frees workers, sessions and connections; calling it twice is harmless. */
  close(): Promise<void>;
}
