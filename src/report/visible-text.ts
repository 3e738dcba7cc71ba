// Control characters except tab and line feed, lone surrogates, line and paragraph separators, the characters that turn
// the direction of the text around them, those of no width that no script needs, and tags outside of flags, in which words
// can be hidden: what is invisible, or makes visible text lie.
const deceptive =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}|(?<!\u{1f3f4}[\u{e0000}-\u{e007f}]*)[\u{e0000}-\u{e007f}]/gu;

/** The text with carriage returns dropped before line feeds and each deceptive character shown as its code, "[U+202E]". */
export function visibleText(text: string): string {
  if (!/[^\t\n\x20-\x7e]/.test(text)) return text;
  return text.replaceAll("\r\n", "\n").replace(deceptive, (character) => `[U+${code(character)}]`);
}

function code(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
