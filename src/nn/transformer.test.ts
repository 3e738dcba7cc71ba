import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  expected,
  fixtureShape,
  initialParameters,
  parametersAfterThreeSteps,
} from "../../tests/fixtures/transformer/read.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import { RandomStream } from "../core/random.ts";
import { compile } from "../tensor/compile.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import { matrixProduct } from "../tensor/operations/matrix-product.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { leavesOf, type Tree } from "../tensor/tree.ts";
import { crossEntropy } from "./cross-entropy.ts";
import {
  type AdamWState,
  adamWBuffers,
  applyAdamW,
  initialiseAdamW,
  ownTree,
  updateAdamW,
} from "./optimisers/adamw.ts";
import { clipByGlobalNorm, clippingScale, globalNorm, normOfArrays } from "./optimisers/clipping.ts";
import {
  type Attention,
  initialiseTransformer,
  type TransformerParameters,
  type TransformerShape,
  transformerLogits,
  transformerTemplate,
} from "./transformer.ts";

const tokens = tensor(expected.inputIds, { elementType: "int32" });
const targets = tensor(expected.targetIds, { elementType: "int32" });

const loss = (parameters: TransformerParameters, x: Tensor, y: Tensor) =>
  crossEntropy(transformerLogits(parameters, x, fixtureShape), y);
const logits = compile((parameters: TransformerParameters, x: Tensor) =>
  transformerLogits(parameters, x, fixtureShape),
);

/** Absolute differences of two trees' numbers. */
function differences(a: Tree, b: Tree): number[] {
  const others = leavesOf(b);
  return leavesOf(a).flatMap(({ path, tensor: leaf }, index) => {
    const other = others[index] as (typeof others)[number];
    expect([other.path, other.tensor.shape]).toEqual([path, leaf.shape]);
    return Array.from(leaf.data, (value, position) => Math.abs(value - (other.tensor.data[position] as number)));
  });
}

function distance(a: Tree, b: Tree): number {
  return differences(a, b).reduce((greatest, difference) => Math.max(greatest, difference), 0);
}

describe("equal to PyTorch and Hugging Face", () => {
  test("names and shapes of parameters", () => {
    const shapes = (tree: Tree) => leavesOf(tree).map(({ path, tensor: { shape } }) => `${path} ${shape}`);
    expect(shapes(initialiseTransformer(fixtureShape, new RandomStream(0)))).toEqual(shapes(initialParameters));
    expect(Object.keys(expected.gradients).sort()).toEqual(
      leavesOf(initialParameters)
        .map(({ path }) => path)
        .sort(),
    );
  });

  test("logits, compiled and by the reference backend", async () => {
    expect(distance(await logits(initialParameters, tokens), tensor(expected.logits))).toBeLessThan(1e-5);
    const reference = transformerLogits(initialParameters, tokens, fixtureShape);
    expect(distance(reference, tensor(expected.logits))).toBeLessThan(1e-5);
  });

  test("loss, also of each token and weighted, and gradients", async () => {
    const both = compile((parameters: TransformerParameters, x: Tensor, y: Tensor) => {
      const { value, gradient } = valueAndGradient(loss)(parameters, x, y);
      return { value, gradient };
    });
    const { value, gradient } = await both(initialParameters, tokens, targets);
    expect(Math.abs(value.item() - expected.loss)).toBeLessThan(1e-6);
    for (const { path, tensor: leaf } of leavesOf(gradient)) {
      const { norm, first } = expected.gradients[path] as (typeof expected.gradients)[string];
      expect(Math.abs(normOfArrays([leaf.data as Float32Array]) - norm)).toBeLessThan(1e-6 + 1e-5 * norm);
      first.forEach((value, index) => {
        expect(Math.abs((leaf.data[index] as number) - value)).toBeLessThan(1e-6 + 1e-5 * Math.abs(value));
      });
    }
    const weights = tensor(expected.inputIds.map((row) => row.map((_, index) => (index % 3 === 0 ? 2 : 0))));
    const chosen = expected.tokenLosses.flatMap((row) => row.filter((_, index) => index % 3 === 0));
    const weighted = crossEntropy(tensor(expected.logits), targets, weights);
    expect(weighted.item()).toBeCloseTo(chosen.reduce((a, b) => a + b, 0) / chosen.length, 5);
  });

  const { learningRate, maximumNorm, ...adamW } = expected.optimiser;

  test("three clipped steps of AdamW, traced and in place", async () => {
    type State = { parameters: TransformerParameters; optimiser: AdamWState<TransformerParameters> };
    let current: State = { parameters: initialParameters, optimiser: initialiseAdamW(initialParameters) };
    const step = compile(({ parameters, optimiser }: State, x: Tensor, y: Tensor, rate: Tensor) => {
      const { value, gradient } = valueAndGradient(loss)(parameters, x, y);
      const clipped = clipByGlobalNorm(gradient, maximumNorm);
      const updated = updateAdamW({ parameters, gradient: clipped, state: optimiser, learningRate: rate }, adamW);
      return { value, gradient, parameters: updated.parameters, optimiser: updated.state, norm: globalNorm(gradient) };
    });
    const inPlace = ownTree(initialParameters);
    const buffers = adamWBuffers(inPlace.arrays);
    for (const [index, { loss: lossBefore, gradientNorm }] of expected.steps.entries()) {
      const { value, gradient, norm, ...next } = await step(current, tokens, targets, tensor(learningRate));
      expect(Math.abs(value.item() - lossBefore)).toBeLessThan(2e-6);
      expect(Math.abs(norm.item() - gradientNorm)).toBeLessThan(1e-5);
      const arrays = leavesOf(gradient).map((leaf) => leaf.tensor.data as Float32Array);
      const gradientScale = clippingScale(normOfArrays(arrays), maximumNorm);
      applyAdamW(buffers, arrays, { step: index + 1, learningRate, gradientScale }, adamW);
      current = next;
      // Equal gradients, so nearly equal steps.
      expect(distance(inPlace.tree, current.parameters)).toBeLessThan(1e-6);
    }
    for (const parameters of [current.parameters, inPlace.tree]) {
      const errors = differences(parameters, parametersAfterThreeSteps);
      expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(1e-6);
      // AdamW divides by the gradient's size, so that where it is near zero its rounding shows.
      expect(distance(parameters, parametersAfterThreeSteps)).toBeLessThan(1e-4);
    }
    expect(Math.abs(loss(inPlace.tree, tokens, targets).item() - expected.lossAfter)).toBeLessThan(2e-6);
  });
});

describe("structure", () => {
  const vocabulary = fixtureShape.vocabularySize;
  const row = fc.array(fc.integer({ min: 0, max: vocabulary - 1 }), { minLength: 12, maxLength: 12 });

  test("a later token never changes earlier scores", async () => {
    await fc.assert(
      fc.asyncProperty(row, row, fc.integer({ min: 0, max: 11 }), async (before, after, place) => {
        const changed = before.map((token, position) => (position < place ? token : (after[position] as number)));
        const both = await logits(initialParameters, tensor([before, changed], { elementType: "int32" }));
        const [first, second] = [0, 12].map((start) =>
          both.data.slice(start * vocabulary, (start + place) * vocabulary),
        );
        expect(second).toEqual(first);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  test("attention is a part that can be replaced", () => {
    // Passes the mean over all positions so far on, through value and output weights.
    const mean: Attention = (parameters, x) => {
      const positions = x.shape[1] as number;
      const weights = Array.from({ length: positions }, (_, at) =>
        Array.from({ length: positions }, (_, from) => (from <= at ? 1 / (at + 1) : 0)),
      );
      const values = matrixProduct(x, parameters.q_proj.weight, { transposeB: true });
      const mixed = matrixProduct(tensor(weights), values);
      return matrixProduct(mixed, parameters.o_proj.weight, { transposeB: true });
    };
    const others = transformerLogits(initialParameters, tokens, fixtureShape, mean);
    expect(others.shape).toEqual([2, 12, vocabulary]);
    expect(distance(others, tensor(expected.logits))).toBeGreaterThan(0.1);
    const [first] = expected.inputIds as [number[]];
    const shorter = tensor([first.slice(0, 5)], { elementType: "int32" });
    const prefix = transformerLogits(initialParameters, shorter, fixtureShape, mean);
    expect(prefix.data).toEqual(others.data.slice(0, 5 * vocabulary));
  });

  test("an untied output has a weight of its own", () => {
    const head = {
      weight: tensor(new Float32Array(vocabulary * fixtureShape.hiddenSize), { shape: [vocabulary, 32] }),
    };
    const untied = transformerLogits({ ...initialParameters, lm_head: head }, tokens, fixtureShape);
    expect(untied.data.every((value) => value === 0)).toBe(true);
  });

  test("fresh parameters follow from the seed and have GPT-2's deviations", () => {
    const shape: TransformerShape = { ...fixtureShape, hiddenSize: 64, feedForwardSize: 128 };
    const fresh = initialiseTransformer(shape, new RandomStream(3));
    expect(distance(fresh, initialiseTransformer(shape, new RandomStream(3)))).toBe(0);
    expect(distance(fresh, initialiseTransformer(shape, new RandomStream(4)))).toBeGreaterThan(0);
    for (const { path, tensor: leaf } of leavesOf(fresh)) {
      if (path.includes("norm")) {
        expect(leaf.data.every((value) => value === 1)).toBe(true);
        continue;
      }
      const deviation = Math.sqrt(normOfArrays([leaf.data as Float32Array]) ** 2 / leaf.size);
      const wanted = path.includes("o_proj") || path.includes("down_proj") ? 0.01 : 0.02;
      expect(Math.abs(deviation / wanted - 1)).toBeLessThan(0.1);
    }
  });

  test("a template has the shapes and no numbers", () => {
    const huge = { ...fixtureShape, vocabularySize: 1_000_000, hiddenSize: 65_536, feedForwardSize: 1_000_000 };
    const template = transformerTemplate(huge);
    expect(template.model.embed_tokens.weight.shape).toEqual([1_000_000, 65_536]);
    expect(template.model.embed_tokens.weight.concrete).toBe(false);
  });

  test.each<Partial<TransformerShape>>([
    { hiddenSize: 30 },
    { hiddenSize: 12 },
    { keyValueHeads: 3 },
    { layers: 0 },
    { vocabularySize: 0.5 },
    { heads: Number.NaN },
  ])("refuses %j", (change) => {
    expect(() => initialiseTransformer({ ...fixtureShape, ...change }, new RandomStream(0))).toThrow(ShapeError);
  });
});
