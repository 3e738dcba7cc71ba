/**
 * A majority of comparisons that stops as soon as it is settled.
 *
 * The paper (Rainbow Teaming, 2402.16822, section 4) asks a judge several times, with the positions of the responses
 * swapped, and takes the majority; it always asks all of them (4). Here, after v votes of n with lead d (votes for the
 * first item minus votes for the second), the remaining r = n - v cannot change
 *
 *   the winner              once |d| > r,
 *   whether the first wins  once d > r or d + r <= 0 (a tie keeps the second, as an archive keeps its incumbent).
 *
 * Without ties each vote is one step of a random walk and the number of votes is a negative binomial stopping time: with
 * votes for the first item of probability p and q = 1 - p, a = floor(n / 2) + 1 votes that win and b that lose (b = a for
 * "winner" and odd n, b = ceil(n / 2) for "first-wins"),
 *
 *   E[votes] = sum k C(k-1, a-1) p^a q^(k-a) + sum k C(k-1, b-1) q^b p^(k-b).
 */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { Votes } from "./judge.ts";

/** When to stop asking: never early, when the winner is settled, or when it is settled whether the first item wins. */
export type StopRule = "never" | "winner" | "first-wins";

/** How many comparisons decide. */
export interface MajorityRule {
  /** At most so many votes, at least 1. */
  readonly comparisons: number;
  readonly stop: StopRule;
}

/** Probabilities of a vote; what is left to 1 is a tie or an answer that cannot be read. */
export interface VoteProbabilities {
  readonly first: number;
  readonly second: number;
}

/** Throws InvalidArgumentError for a number of comparisons that is no whole number from 1 to 99. */
export function checkMajorityRule({ comparisons }: MajorityRule): void {
  if (Number.isInteger(comparisons) && comparisons >= 1 && comparisons <= 99) return;
  throw new InvalidArgumentError({
    expected: "a whole number of comparisons from 1 to 99",
    received: String(comparisons),
    remedy: "pass 2 (each order once), 3 or 4",
  });
}

/** How many votes can be asked for at once without any being in vain; 0 where the majority is settled. */
export function votesNeeded(votes: Votes, rule: MajorityRule): number {
  const cast = votes.first + votes.second + votes.tie + votes.unparsable;
  return neededAt(votes.first - votes.second, rule.comparisons - cast, rule.stop);
}

/**
 * The expected number of votes of one majority.
 * @param probabilities of vote number k, from 0: they differ between the orders where the judge has a position bias
 */
export function expectedVotes(rule: MajorityRule, probabilities: (vote: number) => VoteProbabilities): number {
  let expected = 0;
  for (const [votes, probability] of stoppedAt(rule, probabilities).votes.entries()) expected += votes * probability;
  return expected;
}

/** The probabilities that a majority is for the first item, for the second, or a tie; in [0, 1], together 1. */
export function majorityOutcome(
  rule: MajorityRule,
  probabilities: (vote: number) => VoteProbabilities,
): { readonly first: number; readonly second: number; readonly tie: number } {
  return stoppedAt(rule, probabilities).outcome;
}

function neededAt(lead: number, remaining: number, stop: StopRule): number {
  if (remaining <= 0 || stop === "never") return Math.max(0, remaining);
  const toWin = Math.floor((remaining - lead) / 2) + 1;
  const toLose = stop === "winner" ? Math.floor((remaining + lead) / 2) + 1 : Math.ceil((remaining + lead) / 2);
  return Math.min(remaining, Math.max(0, Math.min(toWin, toLose)));
}

/** Walks through all leads that are possible after each vote, with their probabilities. */
function stoppedAt(rule: MajorityRule, probabilities: (vote: number) => VoteProbabilities) {
  checkMajorityRule(rule);
  const { comparisons, stop } = rule;
  const votes = new Array<number>(comparisons + 1).fill(0);
  const outcome = { first: 0, second: 0, tie: 0 };
  let leads = new Map([[0, 1]]);
  for (let cast = 0; leads.size > 0; cast++) {
    const next = new Map<number, number>();
    const add = (lead: number, probability: number) => next.set(lead, (next.get(lead) ?? 0) + probability);
    for (const [lead, probability] of leads) {
      if (neededAt(lead, comparisons - cast, stop) === 0) {
        votes[cast] = (votes[cast] as number) + probability;
        outcome[lead > 0 ? "first" : lead < 0 ? "second" : "tie"] += probability;
        continue;
      }
      const { first, second } = probabilities(cast);
      if (first > 0) add(lead + 1, probability * first);
      if (second > 0) add(lead - 1, probability * second);
      const neither = 1 - first - second;
      if (neither > 1e-12) add(lead, probability * neither);
    }
    leads = next;
  }
  return { votes, outcome };
}
