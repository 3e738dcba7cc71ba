/** Votes, and verdicts made of them. */
import type { JudgedPair, PositionVotes, Verdict, Votes, Winner } from "./judge.ts";

/** No vote at all. */
export const noVotes: Votes = { first: 0, second: 0, tie: 0, unparsable: 0 };

/** Votes added up. */
export function addVotes(a: Votes, b: Votes): Votes {
  return {
    first: a.first + b.first,
    second: a.second + b.second,
    tie: a.tie + b.tie,
    unparsable: a.unparsable + b.unparsable,
  };
}

/** A verdict of one vote. */
export function oneVote(
  vote: Winner | "unparsable",
  calls: number,
  { reason, positions }: { readonly reason?: string | undefined; readonly positions?: PositionVotes } = {},
): Verdict {
  return {
    winner: vote === "unparsable" ? "tie" : vote,
    votes: { ...noVotes, [vote]: 1 },
    calls,
    ...(positions !== undefined && { positions }),
    ...(reason !== undefined && { reason }),
  };
}

/** A vote of a judge that was shown the first item first. */
export function positionsOf(vote: Winner | "unparsable"): PositionVotes {
  return { shownFirst: vote === "first" ? 1 : 0, shownSecond: vote === "second" ? 1 : 0 };
}

/** The winner by more votes; a tie where there are as many. */
export function winnerOf({ first, second }: Votes): Winner {
  return first > second ? "first" : second > first ? "second" : "tie";
}

/** The pair the other way round. */
export function swappedPair({ first, second }: JudgedPair): JudgedPair {
  return { first: second, second: first };
}

/** A verdict on a swapped pair, told of the pair as it was. */
export function swappedVerdict(verdict: Verdict): Verdict {
  const { winner, votes } = verdict;
  return {
    ...verdict,
    winner: winner === "tie" ? "tie" : winner === "first" ? "second" : "first",
    votes: { ...votes, first: votes.second, second: votes.first },
  };
}
