/** illume's side of the perceptron's training step; see benchmark.ts. */
import { Trainer } from "../../src/nn/trainer.ts";
import { add, sub } from "../../src/tensor/operations/arithmetic.ts";
import { relu, square } from "../../src/tensor/operations/elementwise.ts";
import { linear } from "../../src/tensor/operations/matrix-product.ts";
import { mean } from "../../src/tensor/operations/reduction.ts";
import { type Tensor, tensor, zeros } from "../../src/tensor/tensor.ts";
import { type Request, serve, timed } from "../serve.ts";

const sizes = [8, 64, 64, 4];
const pool = 16;
const checkedSteps = 100;

/** `count` numbers in [-1, 1), the same as in peers/mlp.py. */
function made(count: number, start: number): Float32Array {
  return Float32Array.from({ length: count }, (_, item) => {
    const index = ((start + item) * 7919) % 46_337;
    return (((index * index) % 1_000_003) % 2048) / 1024 - 1;
  });
}

type Layer = { readonly weight: Tensor; readonly bias: Tensor };

function madeLayers(): Layer[] {
  let start = 0;
  return sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index] as number;
    const weight = made(inputs * outputs, start).map((value) => value / Math.sqrt(inputs));
    start += inputs * outputs;
    return { weight: tensor(weight, { shape: [outputs, inputs] }), bias: zeros([outputs]) };
  });
}

function loss(layers: readonly Layer[], inputs: Tensor, targets: Tensor): Tensor {
  const outputs = layers.reduce((x, { weight, bias }, index) => {
    const y = add(linear(x, weight), bias);
    return index + 1 < layers.length ? relu(y) : y;
  }, inputs);
  return mean(square(sub(outputs, targets)));
}

/** A function that makes one step and gives its loss. */
function trainingStep(request: Request): () => Promise<number> {
  const batch = Number(request.batch);
  const trainer = new Trainer({
    parameters: madeLayers(),
    loss,
    adamW: { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 },
    threads: Number(request.threads),
  });
  const [inputs, outputs] = [sizes[0] as number, sizes.at(-1) as number];
  const batches = Array.from(
    { length: pool },
    (_, index) =>
      [
        tensor(made(batch * inputs, 100_000 + index * 10_000), { shape: [batch, inputs] }),
        tensor(made(batch * outputs, 500_000 + index * 10_000), { shape: [batch, outputs] }),
      ] as const,
  );
  let steps = 0;
  return async () => (await trainer.train(1e-3, ...(batches[steps++ % pool] as (typeof batches)[number]))).loss;
}

let step: (() => Promise<number>) | undefined;

await serve(async (request) => {
  if (step !== undefined) return timed(request.operations, step);
  step = trainingStep(request);
  const losses: number[] = [];
  while (losses.length < checkedSteps) losses.push(await step());
  return { checksum: losses.at(-1), firstLoss: losses[0] };
});
