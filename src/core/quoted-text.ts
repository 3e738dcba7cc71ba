/** What JSON.stringify leaves as it is although a terminal or a reader may be misled by it. */
const misleading = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Untrusted text for a message: in quotes, on one line, with control characters (also those of terminals, C1) and marks
 * of writing direction escaped, and cut after `maximumLength` UTF-16 units.
 */
export function quotedText(text: string, maximumLength = 100): string {
  const cut = text.length > maximumLength ? `${text.slice(0, maximumLength)}...` : text;
  return JSON.stringify(cut).replace(
    misleading,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
