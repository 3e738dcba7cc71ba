/**
 * Whether two short answers are the same but for how they are written: letter case, punctuation, articles and white space
 * (as the SQuAD evaluation has it, Rajpurkar et al., 1606.05250), Unicode's forms of a character, and thousands separators.
 */
export function sameAnswer(one: string, other: string): boolean {
  const normalised = normalisedAnswer(one);
  return normalised !== "" && normalised === normalisedAnswer(other);
}

/** The answer as it is compared. */
export function normalisedAnswer(answer: string): string {
  return (
    answer
      .normalize("NFKC")
      .toLowerCase()
      .replace(/(?<=\d),(?=\d{3}(?!\d))/gu, "")
      // A point or a minus belongs to a number where a digit follows.
      .replace(/[.-](?!\d)|[^\p{L}\p{M}\p{N}\s.-]/gu, " ")
      .replace(/\b(?:a|an|the)\b/gu, " ")
      .trim()
      .replace(/\s+/gu, " ")
  );
}
