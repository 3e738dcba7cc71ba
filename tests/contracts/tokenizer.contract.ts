/** What every tokenizer has to do. A new one adds one call in tokenizer.test.ts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import type { Tokenizer } from "../../src/language-models/tokenizer.ts";

export interface TokenizerCase {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  /** Texts that it can express. */
  readonly texts: readonly string[];
}

export function tokenizerContract({ name, tokenizer, texts }: TokenizerCase): void {
  const { vocabularySize, beginToken, endTokens } = tokenizer;
  const begin = beginToken === undefined ? [] : [beginToken];

  describe(`tokenizer contract: ${name}`, () => {
    test("begin and ends are different tokens of the vocabulary and have no text", () => {
      for (const token of [...begin, ...endTokens]) {
        expect(Number.isInteger(token) && token >= 0 && token < vocabularySize).toBe(true);
        expect(tokenizer.decode([token])).toBe("");
      }
      expect(endTokens.length).toBeGreaterThan(0);
      expect(endTokens).not.toContain(beginToken);
    });

    test("text survives, special tokens around it or not", () => {
      for (const text of texts) {
        const tokens = tokenizer.encode(text);
        expect(tokens.every((token) => Number.isInteger(token) && token >= 0 && token < vocabularySize)).toBe(true);
        expect(tokens.filter((token) => token === beginToken || endTokens.includes(token))).toEqual([]);
        expect(tokenizer.decode(tokens)).toBe(text);
        expect(tokenizer.decode([...begin, ...tokens, ...endTokens])).toBe(text);
      }
      expect(tokenizer.encode("")).toEqual([]);
      expect(tokenizer.decode([])).toBe("");
    });

    test("any row of token ids has a text, as models give out any", () => {
      const foreign = fc.constantFrom(-1, vocabularySize, 2 ** 53, Number.NaN, Infinity, 0.5, vocabularySize - 0.5);
      const token = fc.oneof({ weight: 8, arbitrary: fc.nat(vocabularySize - 1) }, foreign, fc.integer());
      fc.assert(fc.property(foreign, (id) => tokenizer.decode([id]) === ""));
      fc.assert(
        fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
          expect(tokenizer.decode(tokens)).not.toMatch(/undefined|null|NaN/);
        }),
      );
    });

    test("any text is encoded to what decodes to it, or refused", () => {
      fc.assert(
        fc.property(fc.oneof(fc.string(), fc.constantFrom("\u001b[2J", "\ud800", "a\u0000", ...texts)), (text) => {
          try {
            return tokenizer.decode(tokenizer.encode(text)) === text;
          } catch (error) {
            return error instanceof InvalidArgumentError && !/\p{Cc}/u.test(error.message);
          }
        }),
      );
    });
  });
}
