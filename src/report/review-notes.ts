/** What people say of a search's judge and prompts, as remarks of the report. */
import type { Interval } from "../core/statistics/interval.ts";
import type { PairMeasurement, ScoreMeasurement } from "../judges/measure-judge.ts";
import type { ItemReview } from "../rainbow-teaming/review/review.ts";
import type { ReviewerAgreement, ReviewSummary } from "../rainbow-teaming/review/review-agreement.ts";
import { decimalText, hundredthsText } from "./number-text.ts";

/** The judge by people's labels, or that it was not measured. */
export function judgeNote(measured: PairMeasurement | ScoreMeasurement | undefined, wanted: boolean): string {
  if (measured === undefined) {
    return wanted
      ? "The judge has not been measured by the labels yet; illume resume goes on with it."
      : "How good the judge is was not measured by people's labels (--judge-labels FILE).";
  }
  const count = measured.kind === "pairs" ? `${measured.pairs} labelled pairs` : `${measured.items} labelled responses`;
  const found = [
    `accuracy ${shareText(measured.accuracy)}`,
    `Cohen's kappa ${decimals(measured.kappa)}`,
    ...(measured.kind === "pairs" ? positions(measured) : []),
  ];
  const unread = measured.unparsable.estimate === 0 ? "" : `; unreadable answers ${shareText(measured.unparsable)}`;
  return `The judge on ${count}: ${found.join(", ")}${unread}.`;
}

/** Counts of reviewed items, and how far the judge agrees with the reviewers; nothing where nobody reviewed. */
export function reviewNotes({ accepted, corrected, rejected, answers, pairs, ...told }: ReviewSummary): string[] {
  if (accepted + corrected + rejected + pairs === 0) return [];
  const items = `Reviewed: ${accepted} accepted, ${corrected} corrected (${answers} with a better answer), ${rejected} rejected`;
  const { verdicts, comparisons, unread = 0 } = told;
  const without = unread === 0 ? "" : ` (${unread} without a reading left out)`;
  return [
    `${items}; ${pairs} pairs labelled.`,
    ...(verdicts === undefined
      ? unread === 0
        ? []
        : [
            `Judge and reviewers are not compared: of all ${unread} accepted or corrected the judge's answer could not be read.`,
          ]
      : [
          `Judge and reviewers on what is handled badly, of ${verdicts.count} accepted or corrected${without}: ${agreement(verdicts)}. Rejected ones are left out, and reviewers saw the judge's verdict: true agreement is likely to be lower.`,
        ]),
    ...(comparisons === undefined
      ? []
      : [`Judge and reviewers on which response is worse, of ${comparisons.count} pairs: ${agreement(comparisons)}.`]),
  ];
}

/** What a reviewer decided about an item, a line; none where nobody did. Not the better answer, which may be long. */
export function itemNotes(review: ItemReview | undefined): string[] {
  if (review === undefined) return [];
  const { decision, success, response } = review;
  const corrections = [
    ...(success === undefined ? [] : [success ? "it was handled badly" : "it was handled well"]),
    ...(response === undefined ? [] : ["a better answer was written"]),
  ];
  return [`A reviewer ${decision} it${corrections.length === 0 ? "" : `: ${corrections.join(", ")}`}`];
}

function positions({ chosenShownFirst, consistency }: PairMeasurement): string[] {
  return [
    ...(chosenShownFirst === undefined
      ? []
      : [`chose what was shown first in ${shareText(chosenShownFirst)} (50 % is fair)`]),
    `same winner in both orders ${shareText(consistency)}`,
  ];
}

/** Of fewer items kappa's interval, which is resampled, has hardly a width. */
const fewestForKappa = 10;

function agreement({ count, accuracy, kappa }: ReviewerAgreement): string {
  const told = count < fewestForKappa ? "too few for Cohen's kappa" : `Cohen's kappa ${decimals(kappa)}`;
  return `${shareText(accuracy)} alike, ${told}`;
}

function shareText({ estimate, low, high }: Interval): string {
  return `${hundredthsText(estimate, 1)} % (${hundredthsText(low, 1)} to ${hundredthsText(high, 1)})`;
}

function decimals({ estimate, low, high }: Interval): string {
  return `${decimalText(estimate, 2)} (${decimalText(low, 2)} to ${decimalText(high, 2)})`;
}
