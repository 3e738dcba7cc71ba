/** How far the search's own judge agrees with the people who reviewed its prompts. */
import { RandomStream } from "../../core/random.ts";
import type { Interval } from "../../core/statistics/interval.ts";
import { wilsonInterval } from "../../core/statistics/wilson-interval.ts";
import { kappaInterval } from "../../judges/agreement.ts";
import { winnerOf } from "../../judges/votes.ts";
import type { EvaluatedPrompt } from "../evaluated-prompt.ts";
import type { Reviews } from "./review.ts";

/** Agreement of judge and reviewer; intervals are of 95 %. */
export interface ReviewerAgreement {
  /** Verdicts that both gave, at least 1. */
  readonly count: number;
  /** Share of equal verdicts. */
  readonly accuracy: Interval;
  /** Cohen's kappa. */
  readonly kappa: Interval;
}

/** What people decided on items. */
export interface ReviewCounts {
  readonly accepted: number;
  readonly corrected: number;
  readonly rejected: number;
  /** Corrected items for which a better answer was written. */
  readonly answers: number;
}

/** A run's reviews in numbers. */
export interface ReviewSummary extends ReviewCounts {
  /** Accepted and corrected items of which the judge's answer could not be read: none of them is among the verdicts. */
  readonly unread?: number;
  /** Labelled pairs. */
  readonly pairs: number;
  /**
   * Whether an item is a success: accepted and corrected ones. A rejected item has no verdict. The reviewer knew the
   * judge's; missing without such items.
   */
  readonly verdicts?: ReviewerAgreement;
  /** Which response of a pair is worse, of pairs that the search compared; missing without such pairs. */
  readonly comparisons?: ReviewerAgreement;
}

/** Decisions alone, which are told at once; agreement takes a bootstrap. */
export function reviewCounts({ items }: Pick<Reviews, "items">): ReviewCounts {
  const decided = [...items.values()];
  const count = (decision: string) => decided.filter((item) => item.decision === decision).length;
  return {
    accepted: count("accepted"),
    corrected: count("corrected"),
    rejected: count("rejected"),
    answers: decided.filter(({ response }) => response !== undefined).length,
  };
}

/**
 * @param prompts all that were put to the target, by id
 * @param success the fitness from which the judge's verdict is a success
 */
export function reviewSummary(
  { items, pairs }: Reviews,
  prompts: ReadonlyMap<string, EvaluatedPrompt>,
  success: number,
): ReviewSummary {
  const decided = [...items.values()];
  const verdicts = decided.flatMap(({ id, decision, success: corrected }): Ratings[] => {
    const prompt = prompts.get(id);
    if (prompt === undefined || decision === "rejected" || prompt.scored === false) return [];
    const judged = prompt.fitness >= success;
    return [[Number(corrected ?? judged), Number(judged)]];
  });
  const unread = decided.filter(
    ({ id, decision }) => decision !== "rejected" && prompts.get(id)?.scored === false,
  ).length;
  const comparisons = [...pairs.values()].flatMap(({ first, second, label }): Ratings[] => {
    const judged = judgedWinner(prompts, first, second);
    return judged === undefined ? [] : [[sides.indexOf(label), sides.indexOf(judged)]];
  });
  return {
    ...reviewCounts({ items }),
    ...(unread > 0 && { unread }),
    pairs: pairs.size,
    ...(verdicts.length > 0 && { verdicts: agreementOf(verdicts, "verdicts") }),
    ...(comparisons.length > 0 && { comparisons: agreementOf(comparisons, "comparisons") }),
  };
}

type Ratings = readonly [reviewer: number, judge: number];
const sides = ["first", "second", "tie"] as const;

/** What the search's judge said of two items, told of this order; undefined where it did not compare them. */
function judgedWinner(
  prompts: ReadonlyMap<string, EvaluatedPrompt>,
  first: string,
  second: string,
): (typeof sides)[number] | undefined {
  const [one, other] = [prompts.get(first), prompts.get(second)];
  if (one?.incumbentId === second && one.votes !== undefined) return winnerOf(one.votes);
  if (other?.incumbentId !== first || other.votes === undefined) return undefined;
  const winner = winnerOf(other.votes);
  return winner === "tie" ? winner : winner === "first" ? "second" : "first";
}

function agreementOf(ratings: readonly Ratings[], name: string): ReviewerAgreement {
  const equal = ratings.filter(([reviewer, judge]) => reviewer === judge).length;
  const groups = ratings.map((each) => [each]);
  return {
    count: ratings.length,
    accuracy: wilsonInterval(equal, ratings.length),
    kappa: kappaInterval(groups, sides.length, { random: new RandomStream(0, ["review agreement", name]) }),
  };
}
