/** illume's side of the transformer's training step; see benchmark.ts. */
import { crossEntropy } from "../../src/nn/cross-entropy.ts";
import { Trainer } from "../../src/nn/trainer.ts";
import { type TransformerParameters, transformerLogits } from "../../src/nn/transformer.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { madeTokens, modelOf } from "../engine-work.ts";
import { type Request, serve, timed } from "../serve.ts";

const checkedSteps = 8;
const pool = 4;

/** A function that makes one step and gives its loss. */
function trainingStep(request: Request): () => Promise<number> {
  const [time, batch] = [Number(request.time), Number(request.batch)];
  const { shape, parameters } = modelOf(request);
  const trainer = new Trainer({
    parameters,
    loss: (current: TransformerParameters, tokens: Tensor, targets: Tensor) =>
      crossEntropy(transformerLogits(current, tokens, shape), targets),
    adamW: { betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.1 },
    clip: 1,
    threads: Number(request.threads),
  });
  const batches = Array.from({ length: pool }, (_, index) => {
    const rows = madeTokens(batch, time + 1, index);
    const part = (start: number) =>
      tensor(Int32Array.from(rows.flatMap((row) => row.slice(start, start + time))), { shape: [batch, time] });
    return [part(0), part(1)] as const;
  });
  let steps = 0;
  return async () => {
    const [tokens, targets] = batches[steps++ % pool] as (typeof batches)[number];
    return (await trainer.train(1e-3, tokens, targets)).loss;
  };
}

let step: (() => Promise<number>) | undefined;

await serve(async (request) => {
  if (step !== undefined) return timed(request.operations, step);
  step = trainingStep(request);
  const losses: number[] = [];
  while (losses.length < checkedSteps) losses.push(await step());
  return { checksum: losses.at(-1), firstLoss: losses[0] };
});
