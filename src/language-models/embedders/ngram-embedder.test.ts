import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { ngramEmbedder } from "./ngram-embedder.ts";
import { innerProduct } from "./unit-vector.ts";

const cosine = async (a: string, b: string) => {
  const [first, second] = (await ngramEmbedder().embed([a, b])) as [Float32Array, Float32Array];
  return innerProduct(first, second);
};

test("near where the spelling is near: a typing error, another order of words, another text", async () => {
  const text = "How many apples does Maria have left?";
  const typo = await cosine(text, "How many aples does Maria have left?");
  const order = await cosine(text, "Have left how many apples does Maria?");
  const unrelated = await cosine(text, "The volcano erupted near Kyoto.");
  expect(typo).toBeGreaterThan(0.8);
  expect(order).toBeGreaterThan(0.7);
  expect(order).toBeLessThan(1);
  expect(Math.abs(unrelated)).toBeLessThan(0.25);
});

test("levels case, compatibility forms and white space", async () => {
  expect(await cosine("Three  RED\tfish", "three red fish")).toBeCloseTo(1, 5);
  expect(await cosine("ﬁsh", "fish")).toBeCloseTo(1, 5);
});

test("texts without a common n-gram are about as far apart as the hash says", async () => {
  const vectors = await ngramEmbedder().embed(
    Array.from({ length: 40 }, (_, index) => String.fromCodePoint(0x4e00 + index).repeat(3) + index * 7919),
  );
  let squares = 0;
  let pairs = 0;
  for (const [index, vector] of vectors.entries()) {
    for (const other of vectors.slice(index + 1)) {
      squares += innerProduct(vector, other) ** 2;
      pairs++;
    }
  }
  // Digits may be shared, which adds a little.
  expect(Math.sqrt(squares / pairs)).toBeLessThan(4 / Math.sqrt(512));
});

test("any text has a finite vector of length 1", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "binary", maxLength: 30 }), { maxLength: 4 }), async (texts) => {
      for (const vector of await ngramEmbedder({ dimensions: 16 }).embed(texts)) {
        expect(Math.abs(innerProduct(vector, vector) - 1)).toBeLessThan(1e-5);
      }
    }),
  );
});

test("refuses settings out of range", () => {
  for (const settings of [{ dimensions: 8 }, { shortest: 0 }, { shortest: 4, longest: 3 }, { dimensions: 20.5 }]) {
    expect(() => ngramEmbedder(settings)).toThrow(InvalidArgumentError);
  }
});
