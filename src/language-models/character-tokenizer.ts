/** The simplest tokenizer: one token for each character of an alphabet; for tests and for domains of few signs. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Token 0 begins, token 1 ends, and the alphabet's characters (Unicode code points) follow in their order.
 * Throws InvalidArgumentError where a character is there twice.
 */
export function characterTokenizer(alphabet: string): Tokenizer {
  const characters = [...alphabet];
  const tokenOf = new Map(characters.map((character, index) => [character, index + 2]));
  if (tokenOf.size < characters.length) {
    throw new InvalidArgumentError({
      expected: "an alphabet of different characters",
      received: quotedText(alphabet),
      remedy: "name each character once",
    });
  }
  return {
    vocabularySize: characters.length + 2,
    beginToken: 0,
    endTokens: [1],
    encode: (text) =>
      Array.from(text, (character) => {
        const token = tokenOf.get(character);
        if (token !== undefined) return token;
        throw new InvalidArgumentError({
          expected: `text of the characters ${quotedText(alphabet)}`,
          received: quotedText(character),
          remedy: "leave other characters out",
        });
      }),
    decode: (tokens) => tokens.map((token) => characters[token - 2] ?? "").join(""),
  };
}
