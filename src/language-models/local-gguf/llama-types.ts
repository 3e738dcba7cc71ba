/** The part of node-llama-cpp 3 that illume uses, as it is there; the package itself is optional. */

export type LlamaToken = number;

export interface LlamaModule {
  getLlama(options: {
    readonly build: "never";
    readonly maxThreads: number;
    readonly logLevel: "error";
    readonly progressLogs: false;
    readonly logger?: (level: string, message: string) => void;
    /** false: the processor alone. */
    readonly gpu?: "auto" | false;
  }): Promise<Llama>;
  resolveModelFile(uri: string, options: LlamaDownloadOptions): Promise<string>;
}

export interface LlamaDownloadOptions {
  readonly directory?: string;
  readonly download?: "auto" | false;
  readonly cli?: boolean;
  readonly signal?: AbortSignal;
  readonly tokens?: { readonly huggingFace?: string };
  readonly endpoints?: { readonly huggingFace?: string };
  readonly onProgress?: (status: { readonly totalSize: number; readonly downloadedSize: number }) => void;
}

export interface Llama {
  loadModel(options: { readonly modelPath: string }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}

export interface LlamaModel {
  /** Frees its contexts too. */
  dispose(): Promise<void>;
  readonly trainContextSize: number;
  readonly tokens: {
    readonly bos: LlamaToken | null;
    readonly eos: LlamaToken | null;
    readonly bosString: string | null;
    readonly eosString: string | null;
    readonly shouldPrependBosToken: boolean;
  };
  readonly fileInfo: { readonly metadata: { readonly tokenizer?: { readonly chat_template?: string } } };
  /** Without `specialTokens`, text that looks like a control token stays text. */
  tokenize(text: string, specialTokens?: boolean): LlamaToken[];
  detokenize(tokens: readonly LlamaToken[], specialTokens?: boolean, lastTokens?: readonly LlamaToken[]): string;
  isEogToken(token: LlamaToken): boolean;
  isSpecialToken(token: LlamaToken): boolean;
  iterateAllTokens(): Iterable<LlamaToken>;
  createContext(options: {
    readonly sequences: number;
    readonly contextSize: number;
    readonly threads: number;
  }): Promise<LlamaContext>;
  createEmbeddingContext(options: {
    readonly contextSize: number;
    readonly threads: number;
  }): Promise<LlamaEmbeddingContext>;
}

export interface LlamaContext {
  getSequence(): LlamaSequence;
}

export interface LlamaEmbeddingContext {
  getEmbeddingFor(tokens: readonly LlamaToken[]): Promise<{ readonly vector: readonly number[] }>;
}

/** What is drawn from, without the package's own defaults (top 40, nucleus .95, repetition penalty). */
export interface LlamaSampling {
  readonly temperature: number;
  readonly topP: number;
  readonly topK: 0;
  readonly minP: 0;
  readonly repeatPenalty: false;
  readonly seed: number;
  readonly yieldEogToken: true;
}

export interface LlamaSequence {
  clearHistory(): Promise<void>;
  adaptStateToTokens(tokens: readonly LlamaToken[], allowShift: false): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly LlamaToken[]): Promise<void>;
  evaluate(tokens: readonly LlamaToken[], options: LlamaSampling): AsyncGenerator<LlamaToken, void, void>;
  controlledEvaluate(
    input: readonly (LlamaToken | readonly [LlamaToken, { readonly generateNext: LlamaLogitsRequest }])[],
  ): Promise<readonly (undefined | { readonly next: LlamaLogits })[]>;
}

export interface LlamaLogitsRequest {
  readonly logits: { readonly filter: { readonly tokens: readonly LlamaToken[]; readonly includeTop: number } };
  readonly totalLogitWeight: true;
}

export interface LlamaLogits {
  /** The highest first. */
  readonly logits: ReadonlyMap<LlamaToken, number>;
  /** Sum of exp(logit - highest logit) over the vocabulary. */
  readonly totalLogitWeight: number;
}
