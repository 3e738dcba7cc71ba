/** illume's side of fine-tuning a model of SmolLM2-135M's shape; see benchmark.ts. */
import { readFileSync } from "node:fs";
import { RandomStream } from "../../src/core/random.ts";
import type { TokenSequence } from "../../src/fine-tuning/data/encode-record.ts";
import { type TrainingBatch, trainingBatch } from "../../src/fine-tuning/data/training-batch.ts";
import { supervisedLoss, trainedHead } from "../../src/fine-tuning/loss.ts";
import {
  initialiseLora,
  type LoraParameters,
  loraScale,
  loraTargets,
  requireLoraTargets,
  withLora,
} from "../../src/nn/lora.ts";
import { Trainer } from "../../src/nn/trainer.ts";
import { type TransformerParameters, type TransformerShape, transformerTemplate } from "../../src/nn/transformer.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { mapTree } from "../../src/tensor/tree.ts";
import { type Request, serve, timed } from "../serve.ts";

/** SmolLM2-135M. */
const shape: TransformerShape = {
  vocabularySize: 49_152,
  hiddenSize: 576,
  layers: 30,
  heads: 9,
  keyValueHeads: 3,
  feedForwardSize: 1536,
  rotaryBase: 100_000,
  epsilon: 1e-5,
};
const checkedSteps = 5;
const optimiser = { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 } as const;
const learningRate = 1e-4;

/** A made number in [-1, 1) for each index, the same in pytorch_side.py. */
function fill(data: Float32Array, offset: number, factor: number): void {
  for (let index = 0; index < data.length; index++) {
    // A multiplicative hash of 32 bits.
    const mixed = Math.imul(index + offset, 2_654_435_761) >>> 0;
    const again = Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) >>> 0;
    data[index] = ((again >>> 8) / 2 ** 23 - 1) * factor;
  }
}

/** Uniform weights of deviation 0.02, norms 1, the same in pytorch_side.py. */
function madeParameters(): TransformerParameters {
  let offset = 0;
  return mapTree(transformerTemplate(shape), (leaf, path) => {
    const data = new Float32Array(leaf.size);
    if (path.includes("norm")) data.fill(1);
    else fill(data, offset, 0.02 * Math.sqrt(3));
    offset += leaf.size;
    return tensor(data, { shape: leaf.shape });
  });
}

function madeBatch(rows: number, length: number): TrainingBatch {
  const sequences = Array.from({ length: rows }, (_, row): TokenSequence[] => {
    const tokens = Array.from({ length: length + 1 }, (_, position) => {
      const mixed = (row * 7919 + position * 104_729 + 12_345) % 46_337;
      return (mixed * mixed) % shape.vocabularySize;
    });
    return [{ tokens, taught: tokens.map((_, position) => position > 0) }];
  });
  return trainingBatch(sequences, { rows, weight: 1 / (rows * length) });
}

function trainingStep(request: Request): () => Promise<number> {
  const batch = madeBatch(Number(request.batch), Number(request.time));
  const frozen = madeParameters();
  const threads = Number(request.threads);
  const common = { adamW: optimiser, clip: 1, threads };
  if (request.method === "full") {
    const trainer = new Trainer<TransformerParameters, [TrainingBatch]>({
      parameters: frozen,
      inPlace: true,
      loss: (parameters, given) => supervisedLoss(parameters, given, shape, trainedHead),
      ...common,
    });
    return async () => (await trainer.train(learningRate, batch)).loss;
  }
  const targets =
    request.targets === "all-linear" ? loraTargets : requireLoraTargets(String(request.targets).split(","));
  const options = { rank: 8, alpha: 16, targets };
  let offset = 0;
  const lora = mapTree(initialiseLora(frozen, options, new RandomStream(0)), (leaf, path) => {
    const data = new Float32Array(leaf.size);
    fill(data, offset, path.includes("lora_A") ? 1 / Math.sqrt(leaf.shape[1] as number) : 0.01);
    offset += leaf.size;
    return tensor(data, { shape: leaf.shape });
  });
  const trainer = new Trainer<LoraParameters, [TransformerParameters, TrainingBatch]>({
    parameters: lora,
    loss: (trained, weights, given) => supervisedLoss(withLora(weights, trained, loraScale(options)), given, shape),
    ...common,
  });
  return async () => (await trainer.train(learningRate, frozen, batch)).loss;
}

/** The most memory that the process ever held, in GB, where the system tells. */
function peakGigabytes(): number {
  try {
    const found = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return Number(found?.[1]) / 2 ** 20;
  } catch {
    return process.resourceUsage().maxRSS / 2 ** 20;
  }
}

let step: (() => Promise<number>) | undefined;

await serve(async (request) => {
  if (step !== undefined) return { ...(await timed(request.operations, step)), peakGigabytes: peakGigabytes() };
  step = trainingStep(request);
  const losses: number[] = [];
  while (losses.length < checkedSteps) losses.push(await step());
  return { checksum: losses.at(-1), losses, peakGigabytes: peakGigabytes() };
});
