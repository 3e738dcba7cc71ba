/**
 * Words as Python's `str.split()` finds them, so that counts equal those of sacreBLEU and nltk.
 *
 * JavaScript's `\s` differs: it takes U+FEFF for white space, but not U+001C-U+001F and U+0085.
 */
const WHITE_SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const WORDS = new RegExp(`[^${WHITE_SPACE}]+`, "g");
const BLANK = new RegExp(`[${WHITE_SPACE}]`);

/** The maximal runs of characters that are not white space; none for a blank text. */
export function splitWords(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** How many words `splitWords` finds, without making them. */
export function countWords(text: string): number {
  let count = 0;
  let inWord = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const blank = code <= 0x20 ? isBlankControl(code) : code >= 0x85 && BLANK.test(text[index] as string);
    if (!blank && !inWord) count++;
    inWord = !blank;
  }
  return count;
}

/** White space up to the blank: tab to carriage return, and the four separators. */
function isBlankControl(code: number): boolean {
  return code >= 0x1c || (code >= 0x09 && code <= 0x0d);
}

/** The text without white space at its end (`str.rstrip()`); a loop, since a pattern would be quadratic on long blanks. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && BLANK.test(text[end - 1] as string)) end--;
  return text.slice(0, end);
}
