import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { adapterFolder, expected, initialFolder } from "../../tests/fixtures/peft/read.ts";
import { fixtureShape, initialParameters } from "../../tests/fixtures/transformer/read.ts";
import { readPeftAdapter, writePeftAdapter } from "../language-models/adapters/peft-adapter.ts";
import { type LoraParameters, loraScale, mergeLora, withLora } from "../nn/lora.ts";
import { normOfArrays } from "../nn/optimisers/clipping.ts";
import { Trainer } from "../nn/trainer.ts";
import { type TransformerParameters, transformerLogits } from "../nn/transformer.ts";
import { compile } from "../tensor/compile.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { leavesOf, type Tree } from "../tensor/tree.ts";
import type { TokenSequence } from "./data/encode-record.ts";
import { trainingBatch } from "./data/training-batch.ts";
import { preferenceLoss, rowLogProbabilities, supervisedLoss } from "./loss.ts";

const folder = mkdtempSync(join(tmpdir(), "illume-peft-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tokens = tensor(expected.inputIds, { elementType: "int32" });
const adapter = readPeftAdapter(adapterFolder, initialParameters);
const scale = loraScale(adapter.settings);

function distance(a: Tree, b: Tree): number {
  const others = leavesOf(b);
  return leavesOf(a).reduce((most, { tensor: leaf }, index) => {
    const other = others[index]?.tensor.data as Float32Array;
    expect(other).toHaveLength(leaf.data.length);
    return Array.from(leaf.data).reduce((largest, value, at) => {
      return Math.max(largest, Math.abs(value - (other[at] as number)));
    }, most);
  }, 0);
}

const sequenceOf = (all: readonly number[], promptLength: number): TokenSequence => ({
  tokens: all,
  taught: all.map((_, index) => index >= promptLength),
});
const examples = expected.examples.map((example) => sequenceOf(example.tokens, example.promptLength));
const learnt = examples.reduce((sum, { taught }) => sum + taught.filter(Boolean).length, 0);

describe("adapters of PEFT", () => {
  test("the adapted and the merged model have its logits", async () => {
    const logits = compile((parameters: TransformerParameters, lora: LoraParameters, x: Tensor) =>
      transformerLogits(withLora(parameters, lora, scale), x, fixtureShape),
    );
    expect(distance(await logits(initialParameters, adapter.lora, tokens), tensor(expected.logits))).toBeLessThan(2e-5);
    await logits.close();
    const merged = mergeLora(initialParameters, adapter.lora, scale);
    expect(distance(transformerLogits(merged, tokens, fixtureShape), tensor(expected.mergedLogits))).toBeLessThan(2e-5);
  });

  test("are written as they were read", () => {
    writePeftAdapter(folder, adapter.lora, adapter.settings);
    const again = readPeftAdapter(folder, initialParameters);
    expect(again.settings).toEqual(adapter.settings);
    expect(distance(again.lora, adapter.lora)).toBe(0);
  });
});

/** Two rows of packed sequences, or one sequence a row. */
const arrangements = {
  packed: [
    [examples[0], examples[1]],
    [examples[2], examples[3]],
  ] as TokenSequence[][],
  padded: examples.map((example) => [example]),
};

describe.each(["packed", "padded"] as const)("training on %s rows has the losses of PyTorch", (name) => {
  const rows = arrangements[name];
  const batch = trainingBatch(rows, { rows: rows.length, weight: 1 / learnt });
  const { learningRate, maximumNorm, ...adamW } = expected.optimiser;

  async function losses<P extends Tree>(trainer: Trainer<P, [TransformerParameters, typeof batch]>): Promise<number[]> {
    const found: number[] = [];
    for (let step = 0; step < expected.full.length; step++) {
      found.push((await trainer.train(learningRate, initialParameters, batch)).loss);
    }
    await trainer.close();
    return found;
  }
  const compare = (found: readonly number[], wanted: readonly number[]) => {
    found.forEach((loss, step) => {
      expect(Math.abs(loss / (wanted[step] as number) - 1), `step ${step}: ${loss}`).toBeLessThan(1e-5);
    });
  };

  test("of all weights", async () => {
    const trainer = new Trainer<TransformerParameters, [TransformerParameters, typeof batch]>({
      parameters: initialParameters,
      loss: (parameters, _, given) => supervisedLoss(parameters, given, fixtureShape),
      adamW,
      clip: maximumNorm,
    });
    compare(await losses(trainer), expected.full);
  });

  test("of an adapter", async () => {
    const { lora, settings } = readPeftAdapter(initialFolder, initialParameters);
    const trainer = new Trainer<LoraParameters, [TransformerParameters, typeof batch]>({
      parameters: lora,
      loss: (trained, frozen, given) =>
        supervisedLoss(withLora(frozen, trained, loraScale(settings)), given, fixtureShape),
      adamW,
      clip: maximumNorm,
    });
    compare(await losses(trainer), expected.lora);
  });
});

test("direct preference optimisation has PyTorch's loss and gradients", async () => {
  const pairs = expected.preferences;
  const rows = [...pairs.map(({ chosen }) => chosen), ...pairs.map(({ rejected }) => rejected)].map((all, index) => [
    sequenceOf(all, pairs[index % pairs.length]?.promptLength as number),
  ]);
  const batch = trainingBatch(rows, { rows: rows.length, weight: 1 });
  const reference = rowLogProbabilities(initialParameters, batch, fixtureShape);
  expect(distance(reference, tensor(expected.dpo.reference.flat()))).toBeLessThan(5e-5);
  const targets = { reference, weights: tensor(new Float32Array(pairs.length).fill(1 / pairs.length)) };
  const both = compile((trained: LoraParameters, frozen: TransformerParameters, given: typeof batch) => {
    const { value, gradient } = valueAndGradient((lora: LoraParameters) => {
      const policy = rowLogProbabilities(withLora(frozen, lora, scale), given, fixtureShape);
      return preferenceLoss(policy, targets, expected.beta);
    })(trained);
    return { value, gradient };
  });
  const { value, gradient } = await both(adapter.lora, initialParameters, batch);
  await both.close();
  expect(Math.abs(value.item() / expected.dpo.loss - 1)).toBeLessThan(1e-5);
  const found = leavesOf(gradient);
  expect(found.map(({ path }) => path).sort()).toEqual(Object.keys(expected.dpo.gradients).sort());
  for (const { path, tensor: leaf } of found) {
    const { norm, first } = expected.dpo.gradients[path] as (typeof expected.dpo.gradients)[string];
    expect(Math.abs(normOfArrays([leaf.data as Float32Array]) - norm)).toBeLessThan(1e-5 * (1 + norm));
    first.forEach((entry, index) => {
      expect(Math.abs((leaf.data[index] as number) - entry)).toBeLessThan(1e-5 * (1 + norm));
    });
  }
});
