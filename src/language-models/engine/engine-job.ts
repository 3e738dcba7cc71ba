/** What a thread of the engine is told and answers: plain data, since threads share no objects. */
import type { RandomLabel } from "../../core/random.ts";
import type { TransformerShape } from "../../nn/transformer.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { TokenAlternative } from "./most-probable.ts";
import type { CompletionScore } from "./scorer.ts";
import type { EncodedExample } from "./training-batches.ts";
import type { WeightPrecision } from "./weight-precision.ts";

/** A model by its shape and its parameters' arrays in the order of the tree's leaves. */
export interface EngineModel {
  readonly shape: TransformerShape;
  readonly arrays: readonly Float32Array[];
  /** Large models are sampled continuously (continuous/); missing for small ones, which are sampled in batches. */
  readonly continuous?: ContinuousSettings;
}

/** How a large model runs in a thread. */
export interface ContinuousSettings {
  readonly precision: WeightPrecision;
  readonly contextLength: number;
  /** Threads of one operation. */
  readonly threads: number;
}

export interface SampleJob {
  readonly kind: "sample";
  readonly requests: readonly {
    readonly prompt: readonly number[];
    /** Seed and path of each sample's random stream. */
    readonly streams: readonly { readonly seed: number; readonly path: readonly RandomLabel[] }[];
  }[];
  readonly maximumTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly stopTokens: readonly number[];
  /** How many alternatives of each token are wanted (default 0). */
  readonly alternatives?: number;
}

export interface ScoreJob {
  readonly kind: "score";
  readonly examples: readonly EncodedExample[];
}

export interface EmbedJob {
  readonly kind: "embed";
  readonly texts: readonly TextTokens[];
}

/** A text whose final hidden states are averaged. */
export interface TextTokens {
  readonly tokens: readonly number[];
  /** Index of the first token that counts: those before it, such as a begin token, are the same for every text. */
  readonly first: number;
}

export type EngineJob = SampleJob | ScoreJob | EmbedJob;

export interface SampledTokens {
  readonly tokens: number[];
  /** Natural log, at temperature 1, of each token's probability. */
  readonly tokenLogProbabilities: number[];
  /** The most probable tokens at each token's place, where they are wanted. */
  readonly alternatives?: (readonly TokenAlternative[])[];
  /** Their sum, and that of the stop token where one ended it. */
  readonly logProbability: number;
  /** Whether a stop token ended it. */
  readonly finished: boolean;
}

/** New tokens of a job's samples: request, sample and token of each, one after the other. */
export type TokenTriples = readonly number[];

/** Is told of new tokens while a job is under way; `end` says that no more of a sample is wanted. */
export type TokenListener = (tokens: TokenTriples, end: (request: number, sample: number) => void) => void;

/** `id` tells which answer belongs to which request. */
export type EngineRequest =
  | { readonly kind: "model"; readonly model: EngineModel }
  | { readonly kind: "job"; readonly id: number; readonly job: EngineJob; readonly listened: boolean }
  | { readonly kind: "end"; readonly id: number; readonly request: number; readonly sample: number }
  | { readonly kind: "stop"; readonly id: number }
  | { readonly kind: "close" };

export type EngineResult =
  | { readonly samples: readonly (readonly SampledTokens[])[] }
  | { readonly scores: readonly CompletionScore[] }
  /** Mean final hidden states, [hidden] each. */
  | { readonly means: readonly Float32Array[] };

export type EngineAnswer = { readonly id: number } & (
  | EngineResult
  | { readonly failure: EngineFailure }
  /** Not the last answer. */
  | { readonly tokens: TokenTriples }
);
