/** What every embedder has to do. A new implementation adds one call in embedder.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InterruptedError } from "../../src/core/errors/interrupted-error.ts";
import type { Embedder } from "../../src/language-models/embedders/embedder.ts";

export interface EmbedderCase {
  readonly name: string;
  create(): Embedder | Promise<Embedder>;
  /** At least three different texts that it can read, none empty. */
  readonly texts?: readonly string[];
  /** Texts of the large batch; fewer for what is slow (default 3000). */
  readonly many?: number;
}

/** For models that read some hundred tokens at most. */
export const shortTexts = ["Where does the river end?", "Count to three.", "größer, 大きい 🙂\u0000\u202e", " "];
const plainTexts = [...shortTexts, "x".repeat(5000)];

export function embedderContract({ name, create, texts = plainTexts, many = 3000 }: EmbedderCase): void {
  describe(`embedder contract: ${name}`, () => {
    let embedder: Embedder;
    beforeAll(async () => {
      embedder = await create();
    });
    afterAll(() => embedder.close());

    test("one unit-length vector a text, of the dimensions that it tells", async () => {
      expect(embedder.id).not.toBe("");
      const vectors = await embedder.embed(texts);
      expect(vectors).toHaveLength(texts.length);
      for (const vector of vectors) {
        expect(vector).toBeInstanceOf(Float32Array);
        expect(vector).toHaveLength(embedder.dimensions as number);
        expect(Math.abs(Math.hypot(...vector.subarray(0)) - 1)).toBeLessThan(1e-5);
      }
      expect(new Set(vectors.slice(0, 3).map(String)).size).toBe(3);
    });

    test("equal texts have equal vectors, whatever else is in the call, and are not one object", async () => {
      const [first, second] = texts as [string, string];
      const [alone] = await embedder.embed([first]);
      const [one, , two] = await embedder.embed([first, second, first, ...texts.slice(2)]);
      expect(one).toEqual(two);
      expect(one).not.toBe(two);
      for (const [index, value] of (alone as Float32Array).entries()) {
        expect(Math.abs(value - (one?.[index] as number))).toBeLessThan(1e-5);
      }
    });

    test("takes the empty text, and no text at all", async () => {
      const [vector] = (await embedder.embed([""])) as [Float32Array];
      expect(Math.abs(Math.hypot(...vector) - 1)).toBeLessThan(1e-5);
      expect(await embedder.embed([])).toEqual([]);
    });

    test("takes thousands of texts, in order", async () => {
      const batch = Array.from({ length: many }, (_, index) => texts[index % 2] as string);
      const vectors = await embedder.embed(batch);
      expect(vectors).toHaveLength(many);
      expect(vectors.at(-2)).toEqual(vectors[many % 2 === 0 ? 0 : 1]);
      expect(vectors.at(-1)).toEqual(vectors[many % 2 === 0 ? 1 : 0]);
    });

    test("an aborted signal interrupts", async () => {
      await expect(embedder.embed(texts, { signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
      expect(await embedder.embed(texts.slice(0, 1), { signal: new AbortController().signal })).toHaveLength(1);
    });

    test("closing twice is harmless", async () => {
      const other = await create();
      await other.close();
      await other.close();
    });
  });
}
