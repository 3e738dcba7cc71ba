import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { ngramEmbedder } from "../../language-models/embedders/ngram-embedder.ts";
import { innerProduct } from "../../language-models/embedders/unit-vector.ts";
import { sentenceBleu } from "../measures/bleu.ts";
import { bleuParentFilter, embeddingParentFilter } from "./parent-filter.ts";

const text = fc
  .array(fc.constantFrom("how", "many", "apples", "does", "Maria", "have", "?", "five"), { maxLength: 9 })
  .map((words) => words.join(" "));
const pairs = fc.array(fc.record({ child: text, parent: text }), { maxLength: 6 });

describe("by BLEU", () => {
  test("rejects a child with a BLEU of at least the threshold, for any pairs", async () => {
    await fc.assert(
      fc.asyncProperty(pairs, fc.double({ min: 0.05, max: 1, noNaN: true }), async (some, threshold) => {
        const verdicts = await bleuParentFilter({ threshold }).judge(some);
        expect(verdicts).toEqual(
          some.map(({ child, parent }) => {
            const similarity = sentenceBleu(child, [parent]).score / 100;
            return { kept: similarity < threshold, similarity };
          }),
        );
      }),
    );
  });

  test("a copy is rejected, a text of other words is kept, the border is rejected", async () => {
    const parent = "how many apples does Maria have";
    const verdicts = await bleuParentFilter().judge([
      { child: parent, parent },
      { child: "where is the nearest river", parent },
      { child: "how many apples does Maria have left", parent },
    ]);
    expect(verdicts.map(({ kept }) => kept)).toEqual([false, true, false]);
    const { similarity } = verdicts[2] as { similarity: number };
    const atBorder = bleuParentFilter({ threshold: similarity });
    expect((await atBorder.judge([{ child: "how many apples does Maria have left", parent }]))[0]?.kept).toBe(false);
  });

  test("says what it does", () => {
    expect(bleuParentFilter()).toMatchObject({ name: "bleu < 0.6", threshold: 0.6 });
  });
});

describe("by vectors", () => {
  const embedder = ngramEmbedder();

  test("rejects a child whose cosine is at least the threshold, for any pairs", async () => {
    await fc.assert(
      fc.asyncProperty(pairs, fc.double({ min: 0.05, max: 0.99, noNaN: true }), async (some, threshold) => {
        const verdicts = await embeddingParentFilter({ embedder, threshold }).judge(some);
        for (const [index, { child, parent }] of some.entries()) {
          const [one, other] = (await embedder.embed([child, parent])) as [Float32Array, Float32Array];
          const similarity = innerProduct(one, other);
          expect(verdicts[index]).toEqual({ kept: similarity < threshold, similarity });
        }
        expect(verdicts).toHaveLength(some.length);
      }),
    );
  });

  test("a signal reaches the embedder", async () => {
    const filter = embeddingParentFilter({ embedder, threshold: 0.9 });
    const judged = filter.judge([{ child: "a", parent: "b" }], { signal: AbortSignal.abort() });
    await expect(judged).rejects.toThrow(InterruptedError);
  });
});

test.each([0, -1, 1.01, 60, Number.NaN])("refuses the threshold %d", (threshold) => {
  expect(() => bleuParentFilter({ threshold })).toThrow(InvalidArgumentError);
  expect(() => embeddingParentFilter({ embedder: ngramEmbedder(), threshold })).toThrow(InvalidArgumentError);
});
