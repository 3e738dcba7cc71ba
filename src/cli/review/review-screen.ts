/** What a reviewer sees in a terminal, as lines. Texts of models are made safe, and hidden where a domain is sensitive. */
import { padToWidth, shortenToWidth, terminalLine, terminalLines, wrapToWidth } from "../../core/terminal-text.ts";
import type { ItemReview, PairReview } from "../../rainbow-teaming/review/review.ts";
import type { ReviewItem, ReviewPair, ReviewWork } from "../../rainbow-teaming/review/review-work.ts";
import { paint, type Terminal } from "../terminal/terminal.ts";

/** How texts are shown. */
export interface ScreenLook extends Pick<Terminal, "columns" | "colour" | "unicode"> {
  /** Whether texts are shown at all. */
  readonly shown: boolean;
  /** Whether long ones are shown to their end. */
  readonly full: boolean;
}

/** Where an item stands among all. */
export interface ScreenPlace {
  /** From 0. */
  readonly place: number;
  readonly count: number;
}

/** Lines of a text that is not shown in full. */
const linesAtFirst = 16;

export function itemScreen(
  item: ReviewItem,
  review: ItemReview | undefined,
  { place, count }: ScreenPlace,
  look: ScreenLook,
): string[] {
  const { labels, fitness, scored, success, heldOutScore } = item;
  const heldOut =
    heldOutScore === undefined
      ? ""
      : `; the held-out judge scores ${heldOutScore === null ? "nothing readable" : heldOutScore.toFixed(2)}`;
  const own =
    scored === false ? "nothing readable" : `${success ? "handled badly" : "handled well"} (${fitness.toFixed(2)})`;
  const verdict = `The judge: ${own}${heldOut}`;
  return [
    ...heading(`Item ${place + 1} of ${count}`, Object.values(labels).join(", "), look),
    ...wrapToWidth(verdict, look.columns),
    ...wrapToWidth(`Reviewed: ${itemReviewText(review)}`, look.columns),
    ...textBlock("Prompt", item.prompt, look),
    ...textBlock("Response", item.response, look),
    ...(review?.response === undefined ? [] : textBlock("Better answer", review.response, look)),
  ];
}

export function pairScreen(
  { first, second }: ReviewPair,
  review: PairReview | undefined,
  { place, count }: ScreenPlace,
  question: string,
  look: ScreenLook,
): string[] {
  const label = review === undefined ? "not yet" : review.label === "tie" ? "alike" : `the ${review.label} one`;
  const samePrompt = first.prompt === second.prompt;
  return [
    ...heading(`Pair ${place + 1} of ${count}`, "", look),
    ...wrapToWidth(`Which response is it: ${question}`, look.columns),
    ...wrapToWidth(`Labelled: ${label}`, look.columns),
    ...textBlock(samePrompt ? "Prompt" : "First prompt", first.prompt, look),
    ...textBlock("First response", first.response, look),
    ...(samePrompt ? [] : textBlock("Second prompt", second.prompt, look)),
    ...textBlock("Second response", second.response, look),
  ];
}

/** What the keys do, in full. */
export function helpLines(work: ReviewWork, columns: number): string[] {
  return [
    "Items",
    "  a  accept: the judge is right, and the item is fit for use",
    "  r  reject: it is not used, in no export and no training",
    "  w  wrong verdict: what the judge calls handled badly was handled well, or the other way round",
    "  y  handled well, x handled badly: whatever the judge said, or where nothing could be read",
    "  e  write a better answer; a line with a single dot ends it",
    "Pairs",
    "  1  the first response is the one that is meant, 2 the second, 0 neither more",
    "Both",
    "  n  the next one, undecided or not; b the one before; u take a decision back",
    "  s  show or hide texts; f long texts to their end",
    "  p  to the pairs, or back to the items; g look again at a search that goes on",
    "  q  end; everything is kept, and the next time goes on from here",
    ...wrapToWidth(`Handled badly, in ${work.domain}: ${work.criterion}`, columns),
    ...(work.system === undefined ? [] : wrapToWidth(`The target is told before: ${work.system}`, columns)),
  ];
}

/** The keys of what is on the screen, in one line. @param unscored whether the judge gave no verdict that could be wrong */
export function keyLine(kind: "items" | "pairs", hidden: boolean, unscored: boolean): string {
  const show = hidden ? "s show  " : "";
  const verdict = unscored ? "y handled well  x handled badly" : "w wrong verdict";
  return kind === "items"
    ? `${unscored ? "" : "a accept  "}r reject  ${verdict}  e better answer  ${show}n next  ? help  q end`
    : `1 first  2 second  0 alike  ${show}n next  ? help  q end`;
}

/** What a reviewer decided, in words. */
function itemReviewText(review: ItemReview | undefined): string {
  if (review === undefined) return "not yet";
  const { decision, success, response, reviewer } = review;
  const parts = [
    ...(success === undefined ? [] : [success ? "it was handled badly" : "it was handled well"]),
    ...(response === undefined ? [] : ["with a better answer"]),
  ];
  const by = reviewer === undefined ? "" : ` by ${terminalLine(reviewer)}`;
  return `${decision}${by}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}

function heading(title: string, subject: string, { columns, colour, unicode }: ScreenLook): string[] {
  const ellipsis = unicode ? "…" : "...";
  const text = shortenToWidth(subject === "" ? title : `${title}: ${subject}`, columns - 4, ellipsis);
  const rule = unicode ? "─" : "-";
  const line = `${rule} ${text} `;
  return [
    "",
    paint(
      padToWidth(line, columns).replace(/ +$/u, (blank) => ` ${rule.repeat(blank.length - 1)}`),
      "strong",
      colour,
    ),
  ];
}

function textBlock(title: string, text: string, look: ScreenLook): string[] {
  const name = paint(title, "faint", look.colour);
  if (!look.shown) return [name, "  (hidden; s shows it)"];
  const lines = terminalLines(text)
    .split("\n")
    .flatMap((line) => wrapToWidth(line, look.columns - 2));
  const kept = look.full ? lines : lines.slice(0, linesAtFirst);
  const more = lines.length - kept.length;
  return [name, ...kept.map((line) => `  ${line}`), ...(more > 0 ? [`  (${more} more lines; f shows them)`] : [])];
}
