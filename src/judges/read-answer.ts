/**
 * Letters, numbers and labels found in what a judge wrote. A judge may decorate its answer or argue before it; an answer
 * that can be read in two ways is read in none. All patterns are of bounded repetition: the texts are hostile.
 */

/** No more than the end of an answer is looked at: a judge that argues gives its answer last. */
const readCharacters = 2000;

/** Words after which a judge names its answer. */
const naming = "(?:answer|verdict|winner|choice|better|rating|score|grade|label|result)";

/**
 * The letter that an answer names; undefined where there is none, or several.
 *
 * @param letters capitals, e.g. ["A", "B"]
 */
export function readLetter(answer: string, letters: readonly string[]): string | undefined {
  const text = ending(answer);
  const any = `(?:${letters.join("|")})`;
  const bare = new RegExp(`^[^\\p{L}\\p{N}]{0,20}(${any})[^\\p{L}\\p{N}]{0,20}$`, "iu").exec(text);
  if (bare !== null) return (bare[1] as string).toUpperCase();
  const named = lastGroup(
    text,
    new RegExp(
      `\\b${naming}\\b[^\\p{L}\\p{N}]{0,10}(?:is\\b)?[^\\p{L}\\p{N}]{0,10}(?:response|option|answer)?[^\\p{L}\\p{N}]{0,6}(${any})(?![\\p{L}\\p{N}'’]|\\s{1,3}(?:or|and|nor)\\b|\\s{0,3}[/&])`,
      "giu",
    ),
    (found) => found === found.toUpperCase(),
  );
  if (named !== undefined) return named;
  const leading = new RegExp(`^[^\\p{L}\\p{N}]{0,10}(${any})[^\\p{L}\\p{N}]{0,4}[).:,;*\\n-]`, "u").exec(text);
  const alone = new Set(
    [...text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}'’])(${any})(?![\\p{L}\\p{N}'’])`, "gu"))].map(([, found]) => found),
  );
  // "A: short. B: long." names both.
  if (leading !== null && alone.size === 1) return leading[1];
  const mentioned = new Set(
    [...text.matchAll(new RegExp(`\\b(?:response|option)\\s{1,3}(${any})\\b`, "giu"))].map(([, found]) =>
      (found as string).toUpperCase(),
    ),
  );
  return mentioned.size === 1 ? [...mentioned][0] : undefined;
}

/** The number that an answer gives, within the ends of its scale; undefined where there is none, several, or one beyond. */
export function readNumber(
  answer: string,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): number | undefined {
  const text = ending(answer);
  const number = "(-?\\d{1,6}(?:\\.\\d{1,6})?)";
  const outOf = `(?:\\s{0,3}(?:/|out of)\\s{0,3}${maximum}(?!\\d|\\.\\d))?`;
  const bare = new RegExp(`^[^\\p{L}\\p{N}-]{0,20}${number}${outOf}[^\\p{L}\\p{N}]{0,20}$`, "iu").exec(text);
  const named = lastGroup(
    text,
    new RegExp(
      `\\b${naming}\\b[^\\p{L}\\p{N}-]{0,10}(?:is\\b|of\\b)?[^\\p{L}\\p{N}-]{0,10}${number}(?!\\d|\\.\\d)`,
      "giu",
    ),
  );
  const alone = [...text.matchAll(new RegExp(`(?<![\\d.])${number}${outOf}(?![\\d])`, "giu"))].map(
    ([, found]) => found as string,
  );
  const found = bare?.[1] ?? named ?? (new Set(alone).size === 1 ? alone[0] : undefined);
  const value = Number(found ?? Number.NaN);
  return value >= minimum && value <= maximum ? value : undefined;
}

/** The label that an answer names, as it is written in the list; undefined where there is none, or several. */
export function readLabel(answer: string, labels: readonly string[]): string | undefined {
  const text = ending(answer);
  const plain = (part: string) =>
    part
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim();
  // What stands behind the last "Rating:" of an argument is the answer, if it is a label.
  const named = text.split(new RegExp(`\\b${naming}\\b\\W{0,6}[:=]`, "iu")).at(-1) as string;
  const whole = labels.find((label) => [plain(text), plain(named)].includes(plain(label)));
  if (whole !== undefined) return whole;
  // A longer label that holds a shorter one ("not safe" and "safe") is looked for first, and taken out.
  let rest = ` ${plain(text)} `;
  const found = new Set<string>();
  for (const label of labels.toSorted((a, b) => b.length - a.length)) {
    const wanted = ` ${plain(label)} `;
    if (!rest.includes(wanted)) continue;
    found.add(label);
    rest = rest.replaceAll(wanted, " | ");
  }
  return found.size === 1 ? [...found][0] : undefined;
}

function ending(answer: string): string {
  return answer.trim().slice(-readCharacters);
}

function lastGroup(
  text: string,
  pattern: RegExp,
  accepted: (found: string) => boolean = () => true,
): string | undefined {
  return [...text.matchAll(pattern)]
    .map(([, found]) => found as string)
    .filter(accepted)
    .at(-1);
}
