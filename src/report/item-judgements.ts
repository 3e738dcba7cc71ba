/** What judges and people said of a prompt, in lines for its page. */
import { type EvaluatedPrompt, judgedScore } from "../rainbow-teaming/evaluated-prompt.ts";
import type { Reviews } from "../rainbow-teaming/review/review.ts";
import type { FoundPrompts } from "../rainbow-teaming/run/found-prompts.ts";
import type { HeldOutScores } from "../rainbow-teaming/run/held-out-scores.ts";
import { itemNotes } from "./review-notes.ts";

/** Writes the lines of one search's prompts. */
export function judgementWriter(
  found: Pick<FoundPrompts, "prompts">,
  heldOut: HeldOutScores | undefined,
  { items }: Reviews,
): (prompt: EvaluatedPrompt) => string[] {
  const ownLine = scoreWriter("The search's judge");
  const otherLine = scoreWriter("The held-out judge");
  return (prompt) => {
    const { votes, incumbentId } = prompt;
    const against = incumbentId === undefined ? undefined : found.prompts.get(incumbentId)?.iteration;
    const unread = votes === undefined || votes.unparsable === 0 ? "" : `, ${votes.unparsable} could not be read`;
    const ties = votes === undefined || votes.tie === 0 ? "" : `, ${votes.tie} ties`;
    const score = heldOut?.scores[prompt.id];
    return [
      votes === undefined
        ? "Entered without a comparison"
        : `Votes ${votes.first} to ${votes.second} against the prompt of iteration ${against ?? "?"}${ties}${unread}`,
      ownLine(judgedScore(prompt)),
      ...(score === undefined ? [] : [otherLine(score)]),
      ...itemNotes(items.get(prompt.id)),
    ];
  };
}

/** Of many prompts the scores are the same again and again, and so are their lines. */
function scoreWriter(judge: string): (score: number | null) => string {
  const lines = new Map<number | null, string>();
  return (score) => {
    const line = lines.get(score) ?? `${judge} scores ${score === null ? "nothing readable" : score.toFixed(2)}`;
    lines.set(score, line);
    return line;
  };
}

/** Why judges said so, in their own words: untrusted texts. */
export function reasonsOf({ id, reasons }: EvaluatedPrompt, heldOut: HeldOutScores | undefined) {
  const told = [
    ["the search's judge, comparing", reasons?.comparison],
    ["the search's judge, scoring", reasons?.score],
    ["the held-out judge", heldOut?.reasons?.[id]],
  ] as const;
  return told.flatMap(([judge, text]) => (text === undefined ? [] : [{ judge, text }]));
}
