import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { type BleuOptions, type BleuScore, type BleuSmoothing, corpusBleu, sentenceBleu } from "./bleu.ts";
import { tokenize13a } from "./tokenize-13a.ts";

interface Fixture {
  tokenizations: ("13a" | "none")[];
  smoothings: [BleuSmoothing, number | null][];
  sentences: { hypothesis: string; references: string[]; scores: number[]; default: BleuScore; tokens: string[] }[];
  corpora: { from: [number, number]; scores: number[]; default: BleuScore }[];
}
const fixture: Fixture = JSON.parse(
  readFileSync(new URL("../../../tests/fixtures/sacrebleu/bleu.json", import.meta.url), "utf8"),
);
const settings: BleuOptions[] = fixture.tokenizations.flatMap((tokenization) =>
  fixture.smoothings.map(([smoothing, value]) => ({
    tokenization,
    smoothing,
    ...(value === null ? {} : { smoothingValue: value }),
  })),
);

function expectEqualScores(actual: BleuScore, expected: BleuScore): void {
  expect(actual.score).toBeCloseTo(expected.score, 9);
  expect(actual.brevityPenalty).toBeCloseTo(expected.brevityPenalty, 12);
  expect([actual.hypothesisLength, actual.referenceLength]).toEqual([
    expected.hypothesisLength,
    expected.referenceLength,
  ]);
  actual.precisions.forEach((precision, order) => {
    expect(precision).toBeCloseTo(expected.precisions[order] as number, 9);
  });
}

describe("equal to sacreBLEU", () => {
  test("tokens of 13a", () => {
    for (const { hypothesis, tokens } of fixture.sentences) expect(tokenize13a(hypothesis)).toEqual(tokens);
  });

  test("sentences, both tokenisations, all smoothings, several references", () => {
    expect(fixture.sentences.length).toBeGreaterThan(150);
    for (const { hypothesis, references, scores, ...rest } of fixture.sentences) {
      expectEqualScores(sentenceBleu(hypothesis, references), rest.default);
      settings.forEach((options, index) => {
        expect(sentenceBleu(hypothesis, references, options).score).toBeCloseTo(scores[index] as number, 9);
      });
    }
  });

  test("corpora", () => {
    for (const { from, scores, ...rest } of fixture.corpora) {
      const pairs = fixture.sentences.slice(...from);
      const hypotheses = pairs.map((pair) => pair.hypothesis);
      const references = pairs.map((pair) => pair.references);
      expectEqualScores(corpusBleu(hypotheses, references), rest.default);
      settings.forEach((options, index) => {
        expect(corpusBleu(hypotheses, references, options).score).toBeCloseTo(scores[index] as number, 9);
      });
    }
  });
});

describe("what BLEU is", () => {
  const text = fc.array(fc.constantFrom("a", "b", "c", "d.", "1,5"), { maxLength: 12 }).map((words) => words.join(" "));

  test("is in [0, 100], 100 for a text that is its own reference", () => {
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 3 }), (hypothesis, references) => {
        const { score } = sentenceBleu(hypothesis, references);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        if (hypothesis.trim() !== "") expect(sentenceBleu(hypothesis, [hypothesis]).score).toBeCloseTo(100, 9);
      }),
    );
  });

  test("does not depend on the references' order", () => {
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 4 }), (hypothesis, references) => {
        expect(sentenceBleu(hypothesis, [...references].reverse())).toEqual(sentenceBleu(hypothesis, references));
      }),
    );
  });

  test("reads a megabyte of blanks at once", () => {
    expect(tokenize13a(`a${" ".repeat(1e6)}b${" ".repeat(1e6)}`)).toEqual(["a", "b"]);
  });

  test("a missing reference is an error", () => {
    expect(() => sentenceBleu("a", [])).toThrow(InvalidArgumentError);
    expect(() => corpusBleu(["a"], [])).toThrow(InvalidArgumentError);
    expect(() => corpusBleu([], [])).toThrow(InvalidArgumentError);
  });
});
