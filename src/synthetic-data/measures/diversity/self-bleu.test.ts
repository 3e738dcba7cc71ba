import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sharedDataMissing, sharedJsonLines } from "../../../../tests/fixtures/shared-data.ts";
import { RandomStream } from "../../../core/random.ts";
import { sentenceBleu } from "../bleu.ts";
import { selfBleu, selfBleuScores } from "./self-bleu.ts";

const fixture = JSON.parse(
  readFileSync(new URL("../../../../tests/fixtures/sacrebleu/bleu.json", import.meta.url), "utf8"),
);
const asRows = (texts: readonly string[]) => texts.map((completion) => ({ prompt: "", completion }));

describe("equal to sacreBLEU", () => {
  test("on awkward text", async () => {
    const rows = asRows(fixture.sentences.map((sentence: { hypothesis: string }) => sentence.hypothesis));
    for (const tokenization of ["13a", "none"] as const) {
      expect(await selfBleu({ tokenization }).compute(rows)).toBeCloseTo(fixture.selfBleuOfHypotheses[tokenization], 9);
    }
  });

  test.skipIf(sharedDataMissing).each(Object.keys(fixture.selfBleuOfRealData))("on %s", async (name) => {
    const expected = fixture.selfBleuOfRealData[name];
    const texts = sharedJsonLines(`${name}.jsonl`).map((row) => row[expected.field] as string);
    const rows = asRows(texts.slice(0, expected.rows));
    for (const tokenization of ["13a", "none"] as const) {
      expect(await selfBleu({ tokenization }).compute(rows)).toBeCloseTo(expected[tokenization], 9);
    }
  });
});

test("is each row's BLEU against all others, whatever the options", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "d."), { maxLength: 9 }).map((words) => words.join(" "));
  const options = fc.record({
    smoothing: fc.constantFrom("exp" as const, "floor" as const, "add-k" as const, "none" as const),
    maximumOrder: fc.integer({ min: 1, max: 5 }),
    effectiveOrder: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 6 }), options, (texts, chosen) => {
      const scores = selfBleuScores(texts, chosen);
      texts.forEach((own, row) => {
        const others = texts.filter((_, index) => index !== row);
        expect(scores[row]).toBeCloseTo(sentenceBleu(own, others, chosen).score, 9);
      });
    }),
  );
});

test("a sample is of the size asked for, repeats, and changes with its seed", async () => {
  const texts = Array.from({ length: 40 }, (_, index) => `w${index % 7} x${index % 5} y${index % 3} z${index % 2}`);
  const sampled = (seed: number) => selfBleu({ sample: { maximumRows: 10, random: new RandomStream(seed) } });
  const measure = sampled(1);
  const first = await measure.compute(asRows(texts));
  expect(await measure.compute(asRows(texts))).toBe(first);
  expect(await sampled(2).compute(asRows(texts))).not.toBe(first);
  expect(await measure.compute(asRows(texts.slice(0, 10)))).toBe(await selfBleu().compute(asRows(texts.slice(0, 10))));
});
