/** What is new in a text against the text it was made from. */

export interface TextPart {
  readonly text: string;
  readonly added: boolean;
}

/** Above this many pairs of words the texts are not compared: a table of all pairs is kept. */
const greatestTable = 400_000;

/**
 * The later text in parts: those words that a longest common subsequence with the earlier text does not hold are
 * `added`. Joined, the parts give the later text. Undefined where the texts are too long to compare.
 */
export function wordDifference(earlier: string, later: string): readonly TextPart[] | undefined {
  const from = earlier.split(/\s+/u);
  // Words at even places, the spaces between them at odd ones.
  const to = later.split(/(\s+)/u);
  const width = from.length + 1;
  if (to.length * width > greatestTable) return undefined;
  // common[i * width + j]: length of the longest common subsequence of to[i..] and from[j..].
  const common = new Uint16Array((to.length + 1) * width);
  for (let i = to.length - 1; i >= 0; i--) {
    for (let j = from.length - 1; j >= 0; j--) {
      const here = i * width + j;
      const skip = Math.max(common[here + width] as number, common[here + 1] as number);
      common[here] = to[i] === from[j] ? Math.max(skip, (common[here + width + 1] as number) + 1) : skip;
    }
  }
  const added = addedWords(from, to, common);
  const parts: { text: string; added: boolean }[] = [];
  for (const [index, word] of to.entries()) {
    const space = index % 2 === 1;
    const flag = space ? added[index - 1] === true && added[index + 1] === true : added[index] === true;
    const last = parts.at(-1);
    if (last !== undefined && last.added === flag) last.text += word;
    else parts.push({ text: word, added: flag });
  }
  return parts;
}

/** For each element of `to` whether it is outside one longest common subsequence, read from the table of lengths. */
function addedWords(from: readonly string[], to: readonly string[], common: Uint16Array): boolean[] {
  const width = from.length + 1;
  let j = 0;
  return to.map((word, i) => {
    while (
      j < from.length &&
      word !== from[j] &&
      (common[i * width + j + 1] as number) > (common[(i + 1) * width + j] as number)
    ) {
      j++;
    }
    const kept = j < from.length && word === from[j];
    if (kept) j++;
    return !kept && word !== "";
  });
}
