import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../../core/random.ts";
import { drawDrill } from "./drills.ts";
import { gradeSchoolTokenizer as tokenizer } from "./grade-school-tokenizer.ts";
import { exampleOf } from "./pretraining.ts";
import { randomProblem } from "./samplers.ts";
import { drawTestSet, testSets } from "./test-sets.ts";
import { beginToken, endToken, padToken, vocabulary } from "./vocabulary.ts";

function words(tokens: readonly number[]): string[] {
  return tokens.map((token) => vocabulary[token] as string);
}

describe("tokens", () => {
  test("numbers stand least significant digit first, words in lower case, names as they are", () => {
    expect(words(tokenizer.encode("Mia has 120 apples. How many now?\n"))).toEqual([
      "Mia",
      "has",
      "0",
      "2",
      "1",
      "apples",
      ".",
      "how",
      "many",
      "now",
      "?",
      "\n",
    ]);
    expect(words(tokenizer.encode("25% of 80 = 20\n#### 20"))).toEqual([
      "5",
      "2",
      "%",
      "of",
      "0",
      "8",
      "=",
      "0",
      "2",
      "\n",
      "####",
      "0",
      "2",
    ]);
    expect(words(tokenizer.encode("Compared with Leo's, Ana"))).toEqual(["compared", "with", "Leo", "'s", ",", "Ana"]);
  });

  test("pad, begin and end are 0, 1, 2 and have no text", () => {
    expect([padToken, beginToken, endToken]).toEqual([0, 1, 2]);
    expect(tokenizer.decode([beginToken, ...tokenizer.encode("12 + 7 = 19"), endToken, padToken, padToken])).toBe(
      "12 + 7 = 19",
    );
  });

  test("no two tokens have the same text", () => {
    expect(new Set(vocabulary.map((text) => text.toLowerCase())).size).toBe(vocabulary.length);
    expect(tokenizer.vocabularySize).toBe(vocabulary.length);
  });

  test("the vocabulary is the one that shipped checkpoints were pretrained with", () => {
    const digest = createHash("sha256").update(JSON.stringify(vocabulary)).digest("hex");
    expect([vocabulary.length, digest.slice(0, 16)]).toEqual([154, "72038eba5d7bbfaa"]);
  });
});

describe("round trip", () => {
  test("decode gives back every text of the domain", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = new RandomStream(seed);
        for (const { prompt, completion } of [exampleOf(randomProblem(random)), drawDrill(random)]) {
          for (const text of [prompt, completion, prompt + completion]) {
            expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
          }
          // Parts can be encoded apart: a model continues the prompt's tokens.
          expect([...tokenizer.encode(prompt), ...tokenizer.encode(completion)]).toEqual(
            tokenizer.encode(prompt + completion),
          );
        }
      }),
    );
  });

  test("decode gives back the texts of every test set", () => {
    for (const { name } of testSets) {
      for (const problem of drawTestSet(name, 20, new RandomStream(5))) {
        const { prompt, completion } = exampleOf(problem);
        expect(tokenizer.decode(tokenizer.encode(prompt + completion))).toBe(prompt + completion);
      }
    }
  });

  test("whatever can be encoded comes back", () => {
    const piece = fc.constantFrom(...vocabulary.slice(3), " ", "Has", "The", "12", "07", "Of");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, spaced) => {
        const text = pieces.join(spaced ? " " : "");
        let tokens: number[];
        try {
          tokens = tokenizer.encode(text);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidArgumentError);
          return;
        }
        expect(tokenizer.decode(tokens)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test("any tokens decode, ids outside the vocabulary too", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: vocabulary.length + 5 })), (tokens) => {
        expect(typeof tokenizer.decode(tokens)).toBe("string");
      }),
    );
  });
});

describe("refused texts", () => {
  test.each([
    ["an unknown word", "Mia has 3 dragons."],
    ["a capital within a sentence", "Mia Has 3 apples."],
    ["a sentence without capital", "the bus comes at 3."],
    ["two spaces", "Mia  has"],
    ["a leading space", " Mia"],
    ["a trailing space", "Mia "],
    ["a space before a full stop", "Mia has 3 apples ."],
    ["no space between words and number", "has3"],
    ["two numbers side by side", "3 4"],
    ["no space around an operator", "12+7"],
    ["a special token's name", "<pad>"],
    ["a special token's name capitalised", "<end>"],
    ["a terminal escape", "\u001b[31m"],
  ])("%s", (_, text) => {
    expect(() => tokenizer.encode(text)).toThrow(InvalidArgumentError);
  });

  test("the message shows no control characters of the text", () => {
    expect(() => tokenizer.encode("Mia \u001b[31m")).toThrow(/at character 4, but got "\?\[31m"/);
  });
});
