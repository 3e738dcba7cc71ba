import fs, { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expected, fixtureShape, initialParameters } from "../../tests/fixtures/transformer/read.ts";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { RandomStream } from "../core/random.ts";
import { add, sub } from "../tensor/operations/arithmetic.ts";
import { log, square } from "../tensor/operations/elementwise.ts";
import { mean, sum } from "../tensor/operations/reduction.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { leavesOf } from "../tensor/tree.ts";
import { saveTree } from "./checkpoint.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { initialiseMlp, type MlpParameters, mlp } from "./layers/mlp.ts";
import { Trainer, type TrainerState } from "./trainer.ts";
import { loadTrainerState, saveTrainerState } from "./trainer-checkpoint.ts";
import { type TransformerParameters, transformerLogits } from "./transformer.ts";

const random = new RandomStream(0);
const parameters = initialiseMlp([2, 8, 1], random);

function createTrainer(): Trainer<MlpParameters, [Tensor, Tensor]> {
  // log(x) makes a loss that a batch can turn into NaN.
  const loss = (p: MlpParameters, x: Tensor, y: Tensor) =>
    add(mean(square(sub(mlp(p, x), y))), sum(log(mean(square(x), { axes: 0 }))));
  return new Trainer({ parameters, loss, clip: 1 });
}

/** A batch of x1 x2. */
function batch(step: number): [Tensor, Tensor] {
  const stream = random.split("batch", step);
  const rows = Array.from({ length: 16 }, () => [stream.normal(), stream.normal()] as const);
  return [tensor(rows), tensor(rows.map(([a, b]) => [a * b]))];
}

async function train(trainer: Trainer<MlpParameters, [Tensor, Tensor]>, until: number): Promise<void> {
  while (trainer.step < until) await trainer.train(0.01, ...batch(trainer.step));
}

const numbers = (state: TrainerState<MlpParameters>) =>
  [state.parameters, state.firstMoment, state.secondMoment].map((tree) =>
    leavesOf(tree).map((leaf) => [...leaf.tensor.data]),
  );

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-trainer-"));
  path = join(folder, "state.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("training", () => {
  test("equals PyTorch's three steps on the transformer fixture", async () => {
    const { learningRate, maximumNorm, ...adamW } = expected.optimiser;
    const trainer = new Trainer<TransformerParameters, [Tensor, Tensor]>({
      parameters: initialParameters,
      loss: (p, x, y) => crossEntropy(transformerLogits(p, x, fixtureShape), y),
      adamW,
      clip: maximumNorm,
    });
    const tokens = tensor(expected.inputIds, { elementType: "int32" });
    const targets = tensor(expected.targetIds, { elementType: "int32" });
    for (const { loss, gradientNorm } of [...expected.steps, { loss: expected.lossAfter, gradientNorm: undefined }]) {
      const step = await trainer.train(learningRate, tokens, targets);
      expect(Math.abs(step.loss - loss)).toBeLessThan(2e-6);
      if (gradientNorm !== undefined) expect(Math.abs(step.gradientNorm - gradientNorm)).toBeLessThan(1e-5);
    }
    await trainer.close();
  });

  test("the loss falls, and the given parameters are left alone", async () => {
    const before = JSON.stringify(parameters.layers.map(({ weight }) => [...weight.data]));
    const trainer = new Trainer<MlpParameters, [Tensor, Tensor]>({
      parameters,
      loss: (p, x, y) => mean(square(sub(mlp(p, x), y))),
    });
    const losses: number[] = [];
    for (let step = 0; step < 100; step++) losses.push((await trainer.train(0.03, ...batch(0))).loss);
    expect(losses.at(-1)).toBeLessThan(0.2 * (losses[0] as number));
    expect(JSON.stringify(parameters.layers.map(({ weight }) => [...weight.data]))).toBe(before);
    await trainer.close();
  });

  test("steps asked for at once are done one after another", async () => {
    const [first, second] = [createTrainer(), createTrainer()];
    await train(first, 5);
    await Promise.all(Array.from({ length: 5 }, (_, step) => second.train(0.01, ...batch(step))));
    expect(numbers(second.state())).toEqual(numbers(first.state()));
    await first.close();
    await second.close();
  });

  test("NaN stops it with the step, parameters and moments untouched, and it can go on", async () => {
    const [trainer, undisturbed] = [createTrainer(), createTrainer()];
    await train(trainer, 3);
    const before = numbers(trainer.state());
    const zeros = tensor(new Float32Array(32), { shape: [16, 2] });
    const failure = trainer.train(0.01, zeros, batch(0)[1]);
    await expect(failure).rejects.toThrow(NumericalError);
    await expect(failure).rejects.toThrow(/step 4/);
    for (const rate of [Number.NaN, -1, Infinity]) {
      await expect(trainer.train(rate, ...batch(0))).rejects.toThrow(InvalidArgumentError);
    }
    expect([trainer.step, numbers(trainer.state())]).toEqual([3, before]);
    await train(trainer, 5);
    await train(undisturbed, 5);
    expect(numbers(trainer.state())).toEqual(numbers(undisturbed.state()));
    await trainer.close();
    await undisturbed.close();
  });

  test("refuses to clip to nothing", () => {
    expect(() => new Trainer({ parameters, loss: () => tensor(0), clip: 0 })).toThrow(InvalidArgumentError);
  });
});

test("several batches together are one step on the sum of their losses", async () => {
  const squares = (p: MlpParameters, x: Tensor, y: Tensor) => sum(square(sub(mlp(p, x), y)));
  const together = new Trainer<MlpParameters, [Tensor, Tensor]>({ parameters, loss: squares, clip: 1 });
  const atOnce = new Trainer<MlpParameters, [Tensor, Tensor, Tensor, Tensor]>({
    parameters,
    loss: (p, x1, y1, x2, y2) => add(squares(p, x1, y1), squares(p, x2, y2)),
    clip: 1,
  });
  for (let step = 0; step < 3; step++) {
    const [one, two] = [batch(step), batch(step + 10)];
    const [a, b] = [await together.trainTogether(0.01, [one, two]), await atOnce.train(0.01, ...one, ...two)];
    expect(a.loss).toBeCloseTo(b.loss, 3);
    expect(a.gradientNorm / b.gradientNorm).toBeCloseTo(1, 4);
  }
  numbers(together.state())[0]?.forEach((leaf, index) => {
    leaf.forEach((value, at) => {
      expect(value).toBeCloseTo(numbers(atOnce.state())[0]?.[index]?.[at] as number, 4);
    });
  });
  await together.close();
  await atOnce.close();
});

describe("states and checkpoints", () => {
  test("a restored state goes on to the bit, in memory and through a file", async () => {
    const [whole, first] = [createTrainer(), createTrainer()];
    await train(whole, 9);
    await train(first, 4);
    const state = first.state();
    saveTrainerState(path, state);
    await train(first, 6);
    const fromFile = loadTrainerState(path, parameters);
    expect(fromFile?.step).toBe(4);
    for (const saved of [state, fromFile as typeof state]) {
      const trainer = createTrainer();
      await train(trainer, 2);
      trainer.restore(saved);
      await train(trainer, 9);
      expect(numbers(trainer.state())).toEqual(numbers(whole.state()));
      await trainer.close();
    }
    await whole.close();
    await first.close();
  });

  test("a state of another model is refused and changes nothing", () => {
    const trainer = createTrainer();
    const before = numbers(trainer.state());
    const other = (sizes: readonly number[]) =>
      new Trainer<MlpParameters, [Tensor, Tensor]>({
        parameters: initialiseMlp(sizes, random),
        loss: () => tensor(0),
      }).state();
    for (const sizes of [
      [2, 9, 1],
      [2, 8, 8, 1],
      [2, 1],
    ]) {
      expect(() => trainer.restore(other(sizes))).toThrow(ShapeError);
    }
    expect(numbers(trainer.state())).toEqual(before);
  });

  test("no file is no state; torn, foreign and wrong files are errors of their own", () => {
    expect(loadTrainerState(path, parameters)).toBeUndefined();
    const state = createTrainer().state();
    saveTrainerState(path, state);
    const bytes = fs.statSync(path).size;
    for (const length of [0, 7, 100, bytes - 1]) {
      saveTrainerState(path, state);
      truncateSync(path, length);
      expect(() => loadTrainerState(path, parameters)).toThrow(CorruptFileError);
    }
    writeFileSync(path, "no checkpoint at all");
    expect(() => loadTrainerState(path, parameters)).toThrow(CorruptFileError);
    saveTree(path, { parameters });
    expect(() => loadTrainerState(path, parameters)).toThrow(/illume\.step/);
    saveTree(path, { parameters }, { metadata: new Map([["illume.step", "-1"]]) });
    expect(() => loadTrainerState(path, parameters)).toThrow(CorruptFileError);
    saveTree(path, { parameters }, { metadata: new Map([["illume.step", "3"]]) });
    expect(() => loadTrainerState(path, parameters)).toThrow(/firstMoment/);
    saveTrainerState(path, state);
    expect(() => loadTrainerState(path, initialiseMlp([2, 9, 1], random))).toThrow(/bias of floats \[9\].* f32 \[8\]/);
    expect(() => loadTrainerState(folder, parameters)).toThrow(StorageError);
    expect(() => saveTrainerState(join(folder, "missing", "file"), state)).toThrow(StorageError);
  });
});
