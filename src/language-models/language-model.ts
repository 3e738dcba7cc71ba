/**
 * The one interface through which illume talks to a language model.
 *
 * It is shaped for batches (many prompts, several samples each) because illume's own engine and every endpoint are
 * fastest that way, and so that an AI SDK model can be adapted to it and it to an AI SDK model (README.md says how each
 * field maps). What a model cannot do is missing from `capabilities`, and calling it raises UnsupportedCapabilityError.
 * Every implementation is held to tests/contracts/language-model.contract.ts.
 */

export type LanguageModelCapability = "generate" | "score" | "tokenize" | "embed";

/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Plain text to continue, or a conversation to answer. */
export type Prompt = string | readonly ChatMessage[];

/** What to sample, how much and how. */
export interface GenerateOptions {
  readonly prompts: readonly Prompt[];
  /** Samples of each prompt, at least 1 (default 1). */
  readonly samples?: number;
  /** Number of the first sample (default 0): samples firstSample to firstSample + samples - 1 of a longer row alone. */
  readonly firstSample?: number;
  /** The most new tokens a sample may have, at least 1. */
  readonly maximumTokens: number;
  /** 0 is greedy (default 0). */
  readonly temperature?: number;
  /** Nucleus probability in (0, 1] (default 1). */
  readonly topP?: number;
  /** Texts that end a sample; they are not part of its text, and none is empty. */
  readonly stop?: readonly string[];
  /**
   * An integer (default 0). Sample s of a prompt draws from the stream (seed, prompt text, s), so that what else is in
   * the batch never changes it. An endpoint keeps that as well as it can.
   */
  readonly seed?: number;
  /** Whether each token's own log probability is wanted, where the model tells (default false). */
  readonly tokenLogProbabilities?: boolean;
  /** The most alternatives told for each token with that, 0 to 20 (default 5, which servers commonly tell). */
  readonly alternatives?: number;
  readonly signal?: AbortSignal;
  /**
   * Called with new text of a sample as it comes, whole characters only, and never with text that a stop text may still
   * cut off: the pieces of a sample join to its text. A model that cannot stream calls it once for each finished sample.
   */
  readonly onText?: (piece: TextPiece) => void;
  /**
   * Called before a request is sent again whose last attempt may have been charged although no answer came (a time-out,
   * a broken connection): who pays for calls sets their cost aside once more. Where it throws, the request has failed.
   */
  readonly beforeRepeating?: (sample: { readonly prompt: number; readonly sample: number }) => Promise<void>;
}

/** New text of the sample that becomes result[prompt][sample]. */
export interface TextPiece {
  readonly prompt: number;
  readonly sample: number;
  /** Untrusted, and not empty. */
  readonly text: string;
}

/** "stop": the model's end or a stop text; "length": maximumTokens; "other": a reason that the model did not tell. */
export type FinishReason = "stop" | "length" | "refusal" | "error" | "other";

/** One sample. */
export interface Generation {
  /** Untrusted text: escape it before it reaches a terminal, a page or a file name. */
  readonly text: string;
  readonly finishReason: FinishReason;
  /** Tokens of the prompt as the model counts them, where it tells. */
  readonly promptTokens?: number;
  /** Tokens sampled, without the end token and with those of a stop text, where the model tells. */
  readonly tokens?: number;
  /**
   * Sum of the natural-log probabilities, at temperature 1, of the sampled tokens and of the end token where that ended
   * it: what `score` gives for the text where the text encodes to the same tokens. Missing where the model does not
   * tell, and where a stop text cut the sample.
   */
  readonly logProbability?: number;
  /** The sampled tokens without the end token, where they were asked for and the model tells them. */
  readonly tokenLogProbabilities?: readonly TokenLogProbability[];
  /** Why there is no usable text, in one line, where the finish reason is "error" or "refusal" and the model tells. */
  readonly failure?: string;
}

/** A sampled token. */
export interface TokenLogProbability {
  /** The token alone as text; a token that is part of a character has replacement characters. */
  readonly text: string;
  /** Natural log, at temperature 1. */
  readonly logProbability: number;
  /** The most probable tokens at its place, the most probable first, itself among them if it is one of these, where the model tells them. */
  readonly alternatives?: readonly TokenAlternative[];
}

/** A token that could have been sampled. */
export interface TokenAlternative {
  /** As the sampled token's; several tokens may have the same. */
  readonly text: string;
  /** Natural log, at temperature 1. */
  readonly logProbability: number;
}

/** Completions to score. */
export interface ScoreOptions {
  /** Each completion is scored given its prompt. */
  readonly items: readonly { readonly prompt: Prompt; readonly completion: string }[];
  readonly signal?: AbortSignal;
}

/** How probable a model finds a completion. */
export interface Score {
  /** Natural log of P(completion and its end | prompt). */
  readonly logProbability: number;
  /** Tokens of the completion, its end token counted. */
  readonly tokens: number;
  /** Whether greedy decoding would have given exactly this completion. */
  readonly greedy: boolean;
}

/**
 * A model that gives text, whatever runs it: this engine, an endpoint, a script. A method that is not among the
 * capabilities throws UnsupportedCapabilityError.
 */
export interface LanguageModel {
  /** What the user types to get this model, e.g. "illume:models/reasoner.safetensors". */
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability>;
  /** Tokens of a prompt and its answer together at most, where known. */
  readonly contextLength?: number;
  /** Tokens at most that the model adds to each prompt, such as a system prompt of its own (default 0). */
  readonly addedPromptTokens?: number;
  /** False where calls at the same time are worked on one by one: then prompts are best put together into one call. */
  readonly joinsCalls?: boolean;
  /**
   * Samples by prompt: result[p][s].
   * Throws InvalidArgumentError for options out of range and text that the model cannot express, its ContextLengthError
   * for prompts that are too long, InterruptedError where the signal aborts, NumericalError where the model's scores are not finite.
   */
  generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]>;
  /** One score per item, in order. Throws as generate does. */
  score(options: ScoreOptions): Promise<readonly Score[]>;
  /** Token ids by text, without begin and end. Throws InvalidArgumentError for text that the model cannot express. */
  tokenize(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  /** One vector per text, all of one length. Where the signal aborts, throws InterruptedError if it can still stop. */
  embed(texts: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<readonly Float32Array[]>;
  /** Frees workers, sessions and connections; calling it twice is harmless. */
  close(): Promise<void>;
}
