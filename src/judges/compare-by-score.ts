/**
 * A judge that scores, made to compare: the arm "score judge" of Rainbow Teaming's ablation (2402.16822, section 5.2), which
 * saturates where many responses have the greatest score, and a way to compare by patterns, guards and functions.
 */
import type { Judge, JudgeScore, Verdict, Winner } from "./judge.ts";
import { makeJudge } from "./make-judge.ts";
import { noVotes } from "./votes.ts";

/** A judge that scores, and how far two scores have to differ. */
export interface CompareByScoreOptions {
  readonly judge: Judge;
  /** Scores that differ by no more than this are a tie, in [0, 1) (default 0). */
  readonly margin?: number;
}

/** Capable of "compare", by two scores a pair, and of "score" as the judge is. */
export function compareByScore({ judge, margin = 0 }: CompareByScoreOptions): Judge {
  return makeJudge(`${judge.id}, by score`, {
    score: (items, options) => judge.score(items, options),
    compare: async (pairs, options) => {
      const scores = await judge.score(
        pairs.flatMap(({ first, second }) => [first, second]),
        options,
      );
      return pairs.map((_, index) =>
        verdictOf(scores[2 * index] as JudgeScore, scores[2 * index + 1] as JudgeScore, margin),
      );
    },
    close: () => judge.close(),
  });
}

function verdictOf(first: JudgeScore, second: JudgeScore, margin: number): Verdict {
  const calls = first.calls + second.calls;
  const reason = first.reason ?? second.reason;
  const told = reason !== undefined && { reason };
  if (first.value === undefined || second.value === undefined) {
    return { winner: "tie", votes: { ...noVotes, unparsable: 1 }, calls, ...told };
  }
  const lead = first.value - second.value;
  const winner: Winner = Math.abs(lead) <= margin ? "tie" : lead > 0 ? "first" : "second";
  return { winner, votes: { ...noVotes, [winner]: 1 }, calls, ...told };
}
