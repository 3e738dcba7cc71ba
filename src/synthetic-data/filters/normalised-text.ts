/**
 * What is left of a text when spelling variants do not count: compatibility forms, case, punctuation and white space
 * levelled, words joined by single spaces. A text without letters and digits keeps its characters but white space.
 */
export function normalisedText(text: string): string {
  const levelled = text.normalize("NFKC").toLowerCase();
  const words = levelled.replace(/[^\p{L}\p{M}\p{N}]+/gu, " ").trim();
  return words === "" ? levelled.replace(/\s+/gu, "") : words;
}
