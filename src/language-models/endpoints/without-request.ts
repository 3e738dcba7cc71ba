/**
 * What servers say about a request without the request itself: many repeat it in their errors, and what a search asks is
 * not to stand in terminals and logs.
 */

const words = /[\p{L}\p{N}]+/gu;
/** Of JSON, addresses and markup. */
const escapes = /\\+(?:[bfnrt]|u[0-9a-f]{4})|%[0-9a-f]{2}|&(?:#?\w+);/giu;
/** So many words in a row are taken for the request's. */
const inARow = 3;

/**
 * The text with "[the request]" in place of everything from the first to the last words that are the request's, also where
 * it is escaped as in JSON, addresses or markup, or cut.
 *
 * @param texts the request's own
 */
export function withoutRequest(text: string, texts: readonly string[]): string {
  // Escaped line breaks would stick to the words after them.
  const plain = text.replace(escapes, (sequence) => " ".repeat(sequence.length));
  const said = [...plain.matchAll(words)].map(({ 0: word, index }) => ({ word: word.toLowerCase(), at: index }));
  const asked = texts.map((each) => each.toLowerCase().match(words) ?? []);
  const rows = new Set(asked.flatMap((each) => rowsOf(each, Math.min(inARow, each.length))));
  let [from, to] = [said.length, -1];
  for (const length of new Set(asked.map((each) => Math.min(inARow, each.length)))) {
    if (length === 0) continue;
    for (const [index, row] of rowsOf(
      said.map(({ word }) => word),
      length,
    ).entries()) {
      if (!rows.has(row)) continue;
      from = Math.min(from, index);
      to = Math.max(to, index + length - 1);
    }
  }
  if (to < 0) return text;
  // Beside these, words that are the request's too, of which an end may be cut off.
  const known = [...new Set(asked.flat())];
  const isPart = (index: number) =>
    known.some((word) => word.startsWith(said[index]?.word ?? "|") || word.endsWith(said[index]?.word ?? "|"));
  while (from > 0 && isPart(from - 1)) from--;
  while (to < said.length - 1 && isPart(to + 1)) to++;
  const [first, last] = [said[from], said[to]] as [{ at: number }, { at: number; word: string }];
  return `${text.slice(0, first.at)}[the request]${text.slice(last.at + last.word.length)}`;
}

function rowsOf(all: readonly string[], length: number): string[] {
  if (length === 0) return [];
  return all.slice(length - 1).map((_, index) => all.slice(index, index + length).join(" "));
}
