/**
 * The label that an answer names, whatever is written around it: the whole answer, or the only one of the labels that
 * stands in it as words of its own. Case and white space do not count, and of labels that contain each other ("animal",
 * "farm animal") the longer one is meant. Undefined where the answer names none, or several.
 */
export function namedLabel(answer: string, labels: readonly string[]): number | undefined {
  const levelled = labels.map(levelledLabel);
  const text = levelledLabel(answer);
  const whole = levelled.indexOf(text.replace(/^[\s"'`*.:-]+|[\s"'`*.:-]+$/gu, ""));
  if (whole !== -1) return whole;
  const longestFirst = levelled
    .map((_, index) => index)
    .sort((a, b) => (levelled[b] as string).length - (levelled[a] as string).length);
  // What a longer label has taken a shorter one cannot.
  let rest = text;
  const named: number[] = [];
  for (const index of longestFirst) {
    const without = withoutWords(rest, levelled[index] as string);
    if (without !== rest) named.push(index);
    rest = without;
  }
  return named.length === 1 ? named[0] : undefined;
}

/** A label as it is compared: case, compatibility forms and white space levelled. */
export function levelledLabel(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}

const wordCharacter = /[\p{L}\p{N}]/u;

/** The text with a mark in place of each occurrence of `words` that touches no other letter or digit. */
function withoutWords(text: string, words: string): string {
  let result = "";
  let position = 0;
  for (;;) {
    const found = text.indexOf(words, position);
    if (found === -1) return result + text.slice(position);
    const end = found + words.length;
    const apart = !wordCharacter.test(text[found - 1] ?? "") && !wordCharacter.test(text[end] ?? "");
    result += text.slice(position, found) + (apart ? "\n" : words);
    position = end;
  }
}
