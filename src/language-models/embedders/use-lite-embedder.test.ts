import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { paraphrases } from "../../../tests/fixtures/paraphrases/paraphrases.ts";
import type { Embedder } from "./embedder.ts";
import { innerProduct } from "./unit-vector.ts";
import { useLiteEmbedder } from "./use-lite-embedder.ts";

describe("USE-lite", () => {
  let embedder: Embedder;
  beforeAll(async () => {
    embedder = await useLiteEmbedder();
  });
  afterAll(() => embedder.close());

  test("a paraphrase is nearer than any sentence of another pair", async () => {
    const vectors = await embedder.embed(paraphrases.flat());
    for (const [pair, sentences] of paraphrases.entries()) {
      const own = vectors[2 * pair] as Float32Array;
      const cosines = vectors.map((other, index) => (index === 2 * pair ? -1 : innerProduct(own, other)));
      const nearest = cosines.reduce((best, cosine, index) => (cosine > (cosines[best] as number) ? index : best), 0);
      expect(nearest, sentences[0]).toBe(2 * pair + 1);
    }
  });

  test("the order of words counts, and case does not make another meaning", async () => {
    const [bites, bitten, loud] = (await embedder.embed([
      "The dog bites the man.",
      "The man bites the dog.",
      "THE DOG BITES THE MAN.",
    ])) as [Float32Array, Float32Array, Float32Array];
    expect(innerProduct(bites, bitten)).toBeLessThan(0.999);
    expect(innerProduct(bites, loud)).toBeGreaterThan(0.5);
  });

  test("reads long texts up to its limit", async () => {
    const limited = await useLiteEmbedder({ maximumCharacters: 20 });
    const [one, other] = await limited.embed(["The river is wide. Yes.", "The river is wide. Yet we cross it."]);
    expect(one).toEqual(other);
    await limited.close();
    await expect(limited.embed(["after the end"])).rejects.toThrow(/request to stop/);
  });
});
