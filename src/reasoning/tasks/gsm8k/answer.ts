/** Final answers: found in a completion, and read in the spellings that people and models use. */
import { add, divide, negate, type Rational, rationalOfDigits } from "./rational.ts";

const numberPattern = /\d[\d,]*(?:\.\d+)?|\.\d+/g;
const wellFormedNumber = /^(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?$/;
/** Words and letters that would change the size of the number before them. */
const multiplierPattern = /^(?:\s*(?:hundred|thousand|million|billion|trillion|dozen)|[kK](?![a-zA-Z])|bn\b)/i;
/** A fraction's two halves, the slash either way. */
const slashPattern = /^\s*[/⁄]\s*$/;
const signPattern = /(?:^|[^\w.)\]%])[-−]\s*\p{Sc}?\s*$/u;
/** More digits than any answer has; exact arithmetic on megabytes of digits would take minutes. */
const maximumLength = 1000;

/**
 * The one number in an answer's text: "18", "$1,234.50", "-5", "1/2", "2 1/2", "18.00 eggs", "**50%**" (a percent sign is
 * a unit here). Undefined where there is none, more than one, or one that could be misread ("1,5", "3 dozen").
 */
export function rationalOfAnswer(text: string): Rational | undefined {
  if (text.length > maximumLength) return undefined;
  const matches = [...text.matchAll(numberPattern)];
  const numbers: Rational[] = [];
  const gaps: string[] = [];
  let end = 0;
  for (const match of matches) {
    const digits = match[0].replace(/,+$/, "");
    if (!wellFormedNumber.test(digits)) return undefined;
    numbers.push(rationalOfDigits(digits.replaceAll(",", "")));
    gaps.push(text.slice(end, match.index));
    end = match.index + digits.length;
  }
  const [before = "", ...between] = gaps;
  if (multiplierPattern.test(text.slice(end))) return undefined;
  const size = combine(numbers, between);
  return size !== undefined && signPattern.test(before) ? negate(size) : size;
}

/** A number, a fraction, or a whole number and a fraction. */
function combine(numbers: readonly Rational[], between: readonly string[]): Rational | undefined {
  const [first, second, third] = numbers;
  if (first === undefined || numbers.length > 3) return undefined;
  if (second === undefined) return first;
  const slash = slashPattern.test(between.at(-1) as string);
  if (third === undefined) return slash ? quotient(first, second) : undefined;
  const fraction = slash && /^\s+$/.test(between[0] as string) ? quotient(second, third) : undefined;
  return fraction === undefined ? undefined : add(first, fraction);
}

function quotient(numerator: Rational, denominator: Rational): Rational | undefined {
  return denominator.numerator === 0n ? undefined : divide(numerator, denominator);
}

const answerLine = /^[ \t*_]*(?:the )?(?:final )?(?:a|answer)[*_]*:[*_]*/gim;
const answerSentence = /the (?:final )?answer is:?/gi;

/**
 * The text of a completion's final answer: what follows the last "####"; without one, what follows the last "A:" or
 * "Answer:" at the start of a line, or the last "the answer is" up to the sentence's end, whichever comes later.
 * Undefined where there is no such mark.
 */
export function extractAnswer(completion: string): string | undefined {
  const hashes = completion.lastIndexOf("####");
  if (hashes >= 0) return lineAfter(completion, hashes + 4);
  const line = lastEnd(completion, answerLine);
  const sentence = lastEnd(completion, answerSentence);
  if (line < 0 && sentence < 0) return undefined;
  if (line > sentence) return lineAfter(completion, line);
  return lineAfter(completion, sentence).split(/[.!?;](?:\s|$)/)[0];
}

/** The rest of the line, or the next line that is not blank. */
function lineAfter(text: string, begin: number): string {
  const rest = text.slice(begin).trimStart();
  const end = rest.indexOf("\n");
  return (end < 0 ? rest : rest.slice(0, end)).trimEnd();
}

/** Where the last match ends, or -1. */
function lastEnd(text: string, pattern: RegExp): number {
  let end = -1;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}
