import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../core/random.ts";
import { compile } from "../tensor/compile.ts";
import { valueAndGradient } from "../tensor/gradient.ts";
import { mul } from "../tensor/operations/arithmetic.ts";
import { linear } from "../tensor/operations/matrix-product.ts";
import { sum } from "../tensor/operations/reduction.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { leavesOf } from "../tensor/tree.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { normalWeight } from "./initialisation.ts";
import { tokenLosses } from "./token-losses.ts";

type Inputs = { readonly hidden: Tensor; readonly head: Tensor };

function example(rows: number, size: number, vocabulary: number) {
  const random = new RandomStream(rows);
  const targets = Int32Array.from({ length: rows }, () => random.integer(0, vocabulary));
  const weights = Float32Array.from({ length: rows }, () => random.uniform());
  return {
    inputs: { hidden: normalWeight([rows, size], 1, random), head: normalWeight([vocabulary, size], 1, random) },
    targets: tensor(targets),
    weights: tensor(weights),
  };
}

describe("losses of tokens from hidden rows", () => {
  test("are the cross-entropy of all scores, with its derivatives, in chunks of any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 60 }), (rows, largestChunk) => {
        const { inputs, targets, weights } = example(rows, 3, 11);
        const total = Array.from(weights.data).reduce((a, b) => a + b, 0);
        const plain = valueAndGradient(({ hidden, head }: Inputs) =>
          mul(crossEntropy(linear(hidden, head), targets, weights), total),
        )(inputs);
        const chunked = valueAndGradient(({ hidden, head }: Inputs) =>
          sum(mul(tokenLosses(hidden, head, targets, { largestChunk }), weights)),
        )(inputs);
        expect(chunked.value.item()).toBeCloseTo(plain.value.item(), 4);
        leavesOf(chunked.gradient).forEach(({ tensor: leaf }, index) => {
          const other = leavesOf(plain.gradient)[index]?.tensor.data as Float32Array;
          leaf.data.forEach((value: number, at: number) => {
            expect(value).toBeCloseTo(other[at] as number, 4);
          });
        });
      }),
      { numRuns: 30 },
    );
  });

  test("compiled they are the reference backend's", async () => {
    const { inputs, targets } = example(6, 4, 9);
    const both = ({ hidden, head }: Inputs) => {
      const { value, gradient } = valueAndGradient((given: Inputs) =>
        sum(tokenLosses(given.hidden, given.head, targets, { largestChunk: 20 })),
      )({ hidden, head });
      return { value, gradient };
    };
    const [compiled, reference] = [compile(both), compile(both, { backend: "reference" })];
    const wanted = leavesOf(await reference(inputs));
    leavesOf(await compiled(inputs)).forEach(({ tensor: leaf }, index) => {
      leaf.data.forEach((value: number, at: number) => {
        expect(value).toBeCloseTo(wanted[index]?.tensor.data[at] as number, 4);
      });
    });
    await compiled.close();
  });

  test("stay finite where the target is all but impossible", () => {
    const head = tensor([[100], [-100]]);
    expect(tokenLosses(tensor([[1]]), head, tensor([1], { elementType: "int32" })).item()).toBeCloseTo(200, 3);
  });
});
