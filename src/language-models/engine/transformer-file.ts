/** illume's own model files: a transformer's parameters in safetensors, its shape and tokenizer named in the metadata. */
import { z } from "zod";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { treeFromFile } from "../../nn/checkpoint.ts";
import { readSafetensors, writeSafetensors } from "../../nn/safetensors.ts";
import {
  checkTransformerShape,
  type TransformerParameters,
  type TransformerShape,
  transformerTemplate,
} from "../../nn/transformer.ts";
import { leavesOf } from "../../tensor/tree.ts";

const shapeName = "illume.transformer";
const tokenizerName = "illume.tokenizer";
/** A header is untrusted: a shape is not allowed to ask for more than any model has. */
const count = z.number().int().min(1).max(16_777_216);
const shapeSchema = z.object({
  vocabularySize: count,
  hiddenSize: count,
  layers: count.max(1024),
  heads: count,
  keyValueHeads: count,
  feedForwardSize: count,
  rotaryBase: z.number().positive(),
  epsilon: z.number().positive(),
  headSize: count.exactOptional(),
  attentionBiases: z.boolean().exactOptional(),
  untiedHead: z.boolean().exactOptional(),
  rotaryScaling: z
    .object({
      factor: z.number().min(1),
      lowFrequencyFactor: z.number().positive(),
      highFrequencyFactor: z.number().positive(),
      originalContextLength: count,
    })
    .refine((scaling) => scaling.lowFrequencyFactor < scaling.highFrequencyFactor)
    .exactOptional(),
});

/** What a model file holds. */
export interface TransformerFile {
  readonly shape: TransformerShape;
  readonly parameters: TransformerParameters;
  /** Name of the tokenizer the model was trained with, e.g. "grade-school". */
  readonly tokenizer: string;
}

/** Writes a model atomically; "f16" halves the file and rounds the weights. Throws StorageError. */
export function saveTransformer(path: string, model: TransformerFile, floatType: "f32" | "f16" = "f32"): void {
  const tensors = leavesOf(model.parameters).map(
    (leaf) => [leaf.path, { shape: leaf.tensor.shape, data: leaf.tensor.data as Float32Array }] as const,
  );
  const metadata = new Map([
    [shapeName, JSON.stringify(model.shape)],
    [tokenizerName, model.tokenizer],
  ]);
  writeSafetensors(path, new Map(tensors), { metadata, floatType });
}

/** Reads a model. Throws StorageError, or CorruptFileError where the file is torn or no illume transformer. */
export function loadTransformer(path: string): TransformerFile {
  const file = readSafetensors(path);
  const shape = parseShape(file.metadata.get(shapeName), path);
  const parameters = treeFromFile(file, transformerTemplate(shape), path);
  return { shape, parameters, tokenizer: file.metadata.get(tokenizerName) ?? "" };
}

function parseShape(text: string | undefined, path: string): TransformerShape {
  try {
    const shape = shapeSchema.parse(JSON.parse(text ?? "null"));
    checkTransformerShape(shape);
    return shape;
  } catch (cause) {
    throw new CorruptFileError({
      expected: `a model of illume's in ${quotedText(path, 1000)}, with a sound shape in the metadata "${shapeName}"`,
      received: text === undefined ? "a safetensors file without it" : quotedText(text),
      remedy: "name a model that illume saved",
      cause,
    });
  }
}
