// Control characters except tab and line feed, lone surrogates, line and paragraph separators, and the characters that
// turn the direction of the text around them: what is invisible, or makes visible text lie.
const deceptive =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** The text with carriage returns dropped before line feeds and each deceptive character shown as its code, "[U+202E]". */
export function visibleText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(deceptive, (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
}
