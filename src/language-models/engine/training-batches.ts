/** Examples as batches of token rows for a transformer's training step. */
import type { RandomStream } from "../../core/random.ts";
import { crossEntropy } from "../../nn/cross-entropy.ts";
import { type TransformerParameters, type TransformerShape, transformerLogits } from "../../nn/transformer.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { encodePrompt } from "../encode-prompt.ts";
import type { Prompt } from "../language-model.ts";
import { endToken, type Tokenizer } from "../tokenizer.ts";

/** A prompt and its completion in tokens: begin, prompt, completion, end. */
export interface EncodedExample {
  readonly tokens: readonly number[];
  /** How many tokens come before the completion. */
  readonly promptLength: number;
}

/** int32 tokens and targets and float32 weights, each [rows, positions]. */
export type TrainingBatch = readonly [tokens: Tensor, targets: Tensor, weights: Tensor];

/**
 * The example's tokens: begin (where the model has one), prompt, completion, end; what the model is taught starts behind the prompt.
 * Throws InvalidArgumentError for text that the tokenizer cannot express.
 */
export function encodeExample(
  tokenizer: Tokenizer,
  example: { readonly prompt: Prompt; readonly completion: string },
): EncodedExample {
  const prompt = encodePrompt(tokenizer, example.prompt);
  const tokens = [...prompt, ...tokenizer.encode(example.completion), endToken(tokenizer)];
  return { tokens, promptLength: prompt.length };
}

const lengthMultiple = 16;

/** Positions of an example's row: few lengths, so that few shapes occur and each needs its graph only once. */
export function paddedPositions({ tokens }: EncodedExample): number {
  return Math.ceil(Math.max(1, tokens.length - 1) / lengthMultiple) * lengthMultiple;
}

/** One batch, rows padded at the right to the longest. Only completions and end tokens have weight. */
export function trainingBatch(examples: readonly EncodedExample[]): TrainingBatch {
  const positions = examples.reduce((length, example) => Math.max(length, paddedPositions(example)), lengthMultiple);
  const shape = [examples.length, positions];
  const tokens = new Int32Array(examples.length * positions);
  const targets = new Int32Array(tokens.length);
  const weights = new Float32Array(tokens.length);
  examples.forEach((example, row) => {
    for (let index = 0; index + 1 < example.tokens.length; index++) {
      const position = row * positions + index;
      tokens[position] = example.tokens[index] as number;
      targets[position] = example.tokens[index + 1] as number;
      weights[position] = index + 1 >= example.promptLength ? 1 : 0;
    }
  });
  return [tensor(tokens, { shape }), tensor(targets, { shape }), tensor(weights, { shape })];
}

/**
 * The order of one epoch: examples shuffled, then sorted by length within windows of some batches so that rows of a
 * batch are about equally long, batches shuffled again. A last incomplete batch is filled up from the epoch's start.
 */
export function epochOrder<Example extends EncodedExample>(
  examples: readonly Example[],
  options: { readonly batchSize: number; readonly window?: number; readonly random: RandomStream },
): Example[][] {
  const { batchSize, window = 8, random } = options;
  const shuffled = random.shuffle(examples);
  const missing = (batchSize - (shuffled.length % batchSize)) % batchSize;
  for (let index = 0; index < missing; index++) shuffled.push(shuffled[index % examples.length] as Example);
  const batches: Example[][] = [];
  for (let start = 0; start < shuffled.length; start += batchSize * window) {
    const part = shuffled.slice(start, start + batchSize * window);
    part.sort((a, b) => a.tokens.length - b.tokens.length);
    for (let row = 0; row < part.length; row += batchSize) batches.push(part.slice(row, row + batchSize));
  }
  return random.shuffle(batches);
}

/** The loss of a training step: mean negative log probability of completion tokens, in nats. */
export function completionLoss(shape: TransformerShape) {
  return (parameters: TransformerParameters, tokens: Tensor, targets: Tensor, weights: Tensor): Tensor =>
    crossEntropy(transformerLogits(parameters, tokens, shape), targets, weights);
}
