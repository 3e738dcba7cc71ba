/** What a thread of the engine is told and answers: plain data, since threads share no objects. */
import type { RandomLabel } from "../../core/random.ts";
import type { TransformerShape } from "../../nn/transformer.ts";
import type { EngineFailure } from "./engine-failure.ts";
import type { CompletionScore } from "./scorer.ts";
import type { EncodedExample } from "./training-batches.ts";

/** A model by its shape and its parameters' arrays in the order of the tree's leaves. */
export interface EngineModel {
  readonly shape: TransformerShape;
  readonly arrays: readonly Float32Array[];
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
}

export interface ScoreJob {
  readonly kind: "score";
  readonly examples: readonly EncodedExample[];
}

export interface SampledTokens {
  readonly tokens: number[];
  readonly logProbability: number;
  /** Whether a stop token ended it. */
  readonly finished: boolean;
}

/** `id` tells which answer belongs to which request. */
export type EngineRequest =
  | { readonly kind: "model"; readonly model: EngineModel }
  | { readonly kind: "job"; readonly id: number; readonly job: SampleJob | ScoreJob }
  | { readonly kind: "stop"; readonly id: number }
  | { readonly kind: "close" };

export type EngineResult =
  | { readonly samples: readonly (readonly SampledTokens[])[] }
  | { readonly scores: readonly CompletionScore[] };

export type EngineAnswer = { readonly id: number } & (EngineResult | { readonly failure: EngineFailure });
