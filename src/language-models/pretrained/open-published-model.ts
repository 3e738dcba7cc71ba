/** A published model in illume's own engine, ready to be asked. */
import { availableParallelism } from "node:os";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { leavesOf } from "../../tensor/tree.ts";
import { TransformerLanguageModel } from "../engine/transformer-language-model.ts";
import type { WeightPrecision } from "../engine/weight-precision.ts";
import type { DownloadProgress } from "../hub/download-model.ts";
import type { LocatedModel } from "./locate-pretrained.ts";
import { openPretrained } from "./open-pretrained.ts";
import { describeDivergence, roundingDivergence } from "./rounding-divergence.ts";

/** How to run a published model. */
export interface OpenPublishedModelOptions {
  /** See TransformerLanguageModel (default: the machine's cores). */
  readonly threads?: number;
  /** Tokens of prompt and answer together (default: what the model was trained for, at most 2048). */
  readonly contextLength?: number;
  /** Default "float32". */
  readonly precision?: WeightPrecision;
  /** Where conversions and measured divergences are kept (default: cacheFolder()). */
  readonly cache?: string;
  /** Told, before a model with weights in 4 bits is used, how far these take it from itself in float32. */
  readonly onNotice?: (notice: string) => void;
  /** Told of an adapter's base model as it is fetched. */
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/** Models are trained for far longer texts than the memory of one machine likes, which grows with the square. */
const longestByDefault = 2048;

/**
 * Opens a model that locatePretrained found. Close it after use.
 * Throws as openPretrained does, and InvalidArgumentError for more context than the model was trained for.
 */
export async function openPublishedModel(
  id: string,
  located: LocatedModel,
  options: OpenPublishedModelOptions = {},
): Promise<TransformerLanguageModel> {
  const { precision = "float32", threads = availableParallelism(), cache, onNotice, onDownload } = options;
  const {
    shape,
    parameters,
    tokenizer,
    contextLength: most,
  } = await openPretrained(located.path, {
    name: located.name,
    ...(cache !== undefined && { cache }),
    ...(onDownload !== undefined && { onDownload }),
  });
  const { contextLength = Math.min(most, longestByDefault) } = options;
  if (contextLength > most) {
    throw new InvalidArgumentError({
      expected: `a context of at most ${most} tokens, which the model was trained for`,
      received: String(contextLength),
      remedy: "ask for less, or name a model with a longer context",
    });
  }
  const model = { id, shape, parameters, tokenizer, threads, contextLength, embeds: true };
  if (precision === "float32") return new TransformerLanguageModel(model);
  const divergence = await roundingDivergence({
    shape,
    arrays: leavesOf(parameters).map(({ tensor }) => tensor.data as Float32Array),
    tokenizer,
    threads,
    ...(cache !== undefined && { cache }),
    onMeasuring: () => onNotice?.(`${id}: measuring once what weights in 4 bits change`),
  });
  onNotice?.(describeDivergence(id, divergence));
  return new TransformerLanguageModel({ ...model, precision, continuous: true });
}
