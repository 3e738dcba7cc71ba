/**
 * Words, single digits and signs of the grade-school domain.
 *
 * Inside the model a number stands least significant digit first, so that sums and products can be written in the order
 * in which carries arise; text keeps the usual order. There is exactly one text for a row of tokens: one space between
 * words, none before `. , ? % 's`, a capital at the start of a text, a line and a sentence. Other text is refused.
 */
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import type { Tokenizer } from "../../../language-models/tokenizer.ts";
import { beginToken, endToken, firstDigitToken, vocabulary } from "./vocabulary.ts";

const tokenOfText = new Map(vocabulary.map((text, token) => [text, token]));
const newlineToken = tokenOfText.get("\n") as number;
/** Tokens below have no text. */
const firstTextToken = newlineToken;

/** How a token joins the text before it and what it means for the one behind it, by token id. */
const joinsLeft = vocabulary.map((text) => ["\n", ".", ",", "?", "%", "'s"].includes(text));
const endsSentence = vocabulary.map((text) => ["\n", ".", "?"].includes(text));
const capitalised = vocabulary.map((text) => text.charAt(0).toUpperCase() + text.slice(1));
/** Tokens of words where a sentence starts; names are written the same everywhere. */
const tokenOfSentenceStart = new Map(capitalised.map((text, token) => [text, token]));

function isDigitToken(token: number): boolean {
  return token >= firstDigitToken && token < firstDigitToken + 10;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function refuse(text: string, position: number, expected: string): never {
  const excerpt = text.slice(position, position + 24).replace(/[^\x20-\x7e]/g, "?");
  throw new InvalidArgumentError({
    expected: `${expected} at character ${position}`,
    received: JSON.stringify(excerpt),
    remedy: "only texts of the grade-school domain can be encoded",
  });
}

/** Where the token that starts at a position ends. */
function tokenEnd(text: string, position: number): number {
  const code = text.charCodeAt(position);
  if (isLetter(code)) {
    let end = position + 1;
    while (end < text.length && isLetter(text.charCodeAt(end))) end++;
    return end;
  }
  if (text.startsWith("####", position)) return position + 4;
  return text.startsWith("'s", position) ? position + 2 : position + 1;
}

function encode(text: string): number[] {
  const tokens: number[] = [];
  let position = 0;
  let sentenceStart = true;
  /** Whether a token that does not join to the left needs a space before it. */
  let spaceDue = false;
  while (position < text.length) {
    const spaced = text.charCodeAt(position) === 32;
    if (spaced) {
      if (!spaceDue) refuse(text, position, "no space");
      position++;
    }
    if (isDigit(text.charCodeAt(position))) {
      if (spaceDue && !spaced) refuse(text, position, "a space");
      if (spaceDue && isDigitToken(tokens.at(-1) as number)) refuse(text, position, "something between two numbers");
      let end = position + 1;
      while (end < text.length && isDigit(text.charCodeAt(end))) end++;
      for (let index = end - 1; index >= position; index--) {
        tokens.push(firstDigitToken + text.charCodeAt(index) - 48);
      }
      position = end;
      sentenceStart = false;
      spaceDue = true;
      continue;
    }
    const end = tokenEnd(text, position);
    const token = (sentenceStart ? tokenOfSentenceStart : tokenOfText).get(text.slice(position, end));
    if (token === undefined || token < firstTextToken) refuse(text, position, "a known word or sign");
    if (joinsLeft[token] ? spaced : spaceDue && !spaced) refuse(text, position, spaced ? "no space" : "a space");
    tokens.push(token);
    position = end;
    sentenceStart = endsSentence[token] as boolean;
    spaceDue = token !== newlineToken;
  }
  return tokens;
}

function decode(tokens: readonly number[]): string {
  let text = "";
  let sentenceStart = true;
  let spaceDue = false;
  let index = 0;
  while (index < tokens.length) {
    const token = tokens[index] as number;
    if (!(token >= firstTextToken && token < vocabulary.length && Number.isInteger(token))) {
      index++;
      continue;
    }
    if (isDigitToken(token)) {
      let digits = "";
      for (; index < tokens.length && isDigitToken(tokens[index] as number); index++) {
        digits = (vocabulary[tokens[index] as number] as string) + digits;
      }
      text += spaceDue ? ` ${digits}` : digits;
      sentenceStart = false;
      spaceDue = true;
      continue;
    }
    if (spaceDue && !joinsLeft[token]) text += " ";
    text += (sentenceStart ? capitalised : vocabulary)[token] as string;
    sentenceStart = endsSentence[token] as boolean;
    spaceDue = token !== newlineToken;
    index++;
  }
  return text;
}

/** See the file's header. A special token between digits parts the numbers' digits but not their text. */
export const gradeSchoolTokenizer: Tokenizer = {
  vocabularySize: vocabulary.length,
  beginToken,
  endTokens: [endToken],
  encode,
  decode,
};
