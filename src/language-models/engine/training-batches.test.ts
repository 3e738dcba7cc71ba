import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expected, fixtureShape, initialParameters } from "../../../tests/fixtures/transformer/read.ts";
import { RandomStream } from "../../core/random.ts";
import { characterTokenizer } from "../character-tokenizer.ts";
import { completionLoss, encodeExample, epochOrder, paddedPositions, trainingBatch } from "./training-batches.ts";

test("an example is begin, prompt, completion, end", () => {
  const tokenizer = characterTokenizer("abc");
  const example = encodeExample(tokenizer, { prompt: "ab", completion: "c" });
  expect(example).toEqual({ tokens: [0, 2, 3, 4, 1], promptLength: 3 });
  expect(encodeExample(tokenizer, { prompt: "", completion: "" })).toEqual({ tokens: [0, 1], promptLength: 1 });
});

test("a batch predicts each next token, weighs completions and ends only, and pads at the right", () => {
  const [tokens, targets, weights] = trainingBatch([
    { tokens: [0, 5, 6, 7, 1], promptLength: 3 },
    { tokens: [0, 9, 1], promptLength: 1 },
  ]);
  expect([tokens.shape, targets.shape, weights.shape]).toEqual([
    [2, 16],
    [2, 16],
    [2, 16],
  ]);
  const row = (data: ArrayLike<number>, index: number) => Array.from(data).slice(16 * index, 16 * index + 5);
  expect(row(tokens.data, 0)).toEqual([0, 5, 6, 7, 0]);
  expect(row(targets.data, 0)).toEqual([5, 6, 7, 1, 0]);
  expect(row(weights.data, 0)).toEqual([0, 0, 1, 1, 0]);
  expect(row(tokens.data, 1)).toEqual([0, 9, 0, 0, 0]);
  expect(row(targets.data, 1)).toEqual([9, 1, 0, 0, 0]);
  expect(row(weights.data, 1)).toEqual([1, 1, 0, 0, 0]);
  expect(Array.from(weights.data).filter((weight) => weight !== 0)).toEqual([1, 1, 1, 1]);
});

test("positions are a multiple of 16 that holds all but the last token", () => {
  const positionsOf = (length: number) =>
    paddedPositions({ tokens: new Array<number>(length).fill(0), promptLength: 1 });
  expect([1, 2, 17, 18, 33, 34].map(positionsOf)).toEqual([16, 16, 16, 32, 32, 48]);
});

test("the loss is the mean over completion tokens, whatever the padding", () => {
  const [inputs, losses] = [expected.inputIds[0] as number[], expected.tokenLosses[0] as number[]];
  const tokens = [...inputs, expected.targetIds[0]?.at(-1) as number];
  const loss = completionLoss(fixtureShape);
  for (const promptLength of [1, 4, 12]) {
    const counted = losses.slice(promptLength - 1);
    const wanted = counted.reduce((total, value) => total + value, 0) / counted.length;
    expect(loss(initialParameters, ...trainingBatch([{ tokens, promptLength }])).item()).toBeCloseTo(wanted, 5);
  }
});

describe("the order of an epoch", () => {
  const lengths = fc.array(fc.integer({ min: 2, max: 30 }), { minLength: 1, maxLength: 60 });

  test("holds every example once, but for the few that fill it up, in whole batches", () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 9 }), fc.nat(), (sizes, batchSize, seed) => {
        const examples = sizes.map((size, id) => ({ tokens: new Array<number>(size).fill(0), promptLength: 1, id }));
        const batches = epochOrder(examples, { batchSize, window: 3, random: new RandomStream(seed) });
        expect(batches.every((batch) => batch.length === batchSize)).toBe(true);
        expect(batches.length).toBe(Math.ceil(sizes.length / batchSize));
        expect(new Set(batches.flat().map(({ id }) => id)).size).toBe(sizes.length);
        expect(epochOrder(examples, { batchSize, window: 3, random: new RandomStream(seed) })).toEqual(batches);
      }),
    );
  });

  test("puts examples of like length together", () => {
    const examples = Array.from({ length: 64 }, (_, id) => ({
      tokens: new Array<number>(2 + id).fill(0),
      promptLength: 1,
    }));
    const batches = epochOrder(examples, { batchSize: 8, random: new RandomStream(0) });
    const spread = batches.map((batch) => {
      const sizes = batch.map(({ tokens }) => tokens.length);
      return Math.max(...sizes) - Math.min(...sizes);
    });
    expect(spread).toEqual(new Array(8).fill(7));
  });
});
