/** illume's own model files: a transformer's parameters in safetensors, its shape and tokenizer named in the metadata. */
import { z } from "zod";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { RandomStream } from "../../core/random.ts";
import { treeFromFile } from "../../nn/checkpoint.ts";
import { readSafetensors, writeSafetensors } from "../../nn/safetensors.ts";
import { initialiseTransformer, type TransformerParameters, type TransformerShape } from "../../nn/transformer.ts";
import { leavesOf } from "../../tensor/tree.ts";

const shapeName = "illume.transformer";
const tokenizerName = "illume.tokenizer";
const count = z.number().int().positive();
const shapeSchema = z.object({
  vocabularySize: count,
  hiddenSize: count,
  layers: count,
  heads: count,
  keyValueHeads: count,
  feedForwardSize: count,
  rotaryBase: z.number().positive(),
  epsilon: z.number().positive(),
});

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
  // Drawn only for its structure and shapes.
  const template = initialiseTransformer(shape, new RandomStream(0));
  const parameters = treeFromFile(file, template, path);
  return { shape, parameters, tokenizer: file.metadata.get(tokenizerName) ?? "" };
}

function parseShape(text: string | undefined, path: string): TransformerShape {
  try {
    return shapeSchema.parse(JSON.parse(text ?? "null"));
  } catch (cause) {
    throw new CorruptFileError({
      expected: `a model of illume's in ${path}, with its shape in the metadata "${shapeName}"`,
      received: text === undefined ? "a safetensors file without it" : text.slice(0, 80),
      remedy: "name a model that illume saved",
      cause,
    });
  }
}
