import fc from "fast-check";
import { expect, test } from "vitest";
import { textBefore } from "../generate-options.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { SampleText } from "./sample-text.ts";

/** A token is a byte of UTF-8. */
const bytes: Tokenizer = {
  vocabularySize: 256,
  endTokens: [0],
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (tokens) => new TextDecoder().decode(Uint8Array.from(tokens)),
};
const texts = fc.string({ unit: fc.constantFrom("a", "b", "é", "中", "😀", " ", "👩‍🔬") });

function told(tokens: readonly number[], stop: readonly string[]) {
  const grown = new SampleText(bytes, stop);
  const pieces: string[] = [];
  let taken = 0;
  for (const token of tokens) {
    if (grown.stoppedAfter !== undefined) break;
    pieces.push(grown.append(token));
    taken++;
  }
  const whole = textBefore(bytes.decode(tokens.slice(0, grown.stoppedAfter)), stop);
  pieces.push(grown.finish(whole));
  return { pieces, whole, taken };
}

test("pieces are whole characters and join to the text before the first stop text", () => {
  fc.assert(
    fc.property(
      texts,
      fc.array(
        texts.filter((text) => text !== ""),
        { maxLength: 3 },
      ),
      (text, stop) => {
        const { pieces, whole, taken } = told(bytes.encode(text), stop);
        expect(pieces.join("")).toBe(textBefore(text, stop));
        expect(whole).toBe(textBefore(text, stop));
        expect(pieces.join("")).not.toMatch(/\uFFFD/u);
        // No more tokens are looked at than up to the end of the stop text.
        if (whole.length < text.length) expect(taken).toBeLessThanOrEqual(bytes.encode(text).length);
      },
    ),
  );
});

test("what may be the beginning of a stop text is held back, until it is not", () => {
  const grown = new SampleText(bytes, ["###"]);
  const pieces = [..."a##b#"].map((character) => grown.append(character.charCodeAt(0)));
  expect(pieces).toEqual(["a", "", "", "##b", ""]);
  expect(grown.finish("a##b#")).toBe("#");
});

test("bytes that never become a character come at the end", () => {
  const tokens = [0x61, 0xe4, 0xb8];
  const { pieces, whole } = told(tokens, []);
  expect(pieces.join("")).toBe(whole);
  expect(whole).toBe("a\uFFFD");
});
