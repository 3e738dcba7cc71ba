/**
 * A judge whose mistakes are set: it knows what is truly better and errs with given probabilities, so that what measures a
 * judge, or searches with one, can be checked against the truth. For tests, recipes and dry runs.
 *
 * With accuracy a and position bias b, a vote is right with probability a + b where the truly better item is shown first
 * and a - b where it is shown second. Over both orders that makes
 *
 *   P(right) = a,    P(chosen = shown first) = 1/2 + b,    P(the orders agree) = a^2 - b^2 + (1 - a)^2 - b^2.
 */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../core/random.ts";
import { throwIfAborted } from "../language-models/interrupted.ts";
import type { Judge, JudgedItem, JudgedPair, JudgeScore, Verdict } from "./judge.ts";
import { makeJudge, oneScore, streamOf } from "./make-judge.ts";
import { oneVote, positionsOf } from "./votes.ts";

/** The truth, and how often the judge departs from it. */
export interface SimulatedJudgeOptions {
  /** Default "simulated". */
  readonly id?: string;
  /** How much an item truly is what is looked for; in [0, 1] where the judge shall score. */
  readonly truth: (item: JudgedItem) => number;
  /** Share of right votes over both orders, in [0, 1] (default 1). */
  readonly accuracy?: number;
  /** Share of votes for what is shown first, less 1/2; at most the lesser of accuracy and 1 - accuracy away from 0 (default 0). */
  readonly positionBias?: number;
  /** Share of answers that cannot be read, in [0, 1] (default 0). */
  readonly unparsable?: number;
  /** Calls that an answer counts as (default 1). */
  readonly calls?: number;
}

/**
 * Capable of "compare" (one vote; equally good items are chosen between by the position bias alone) and "score" (the truth
 * with probability `accuracy`, otherwise 1 less the truth). Equal streams and items give equal answers. Throws
 * InvalidArgumentError for probabilities out of range.
 */
export function simulatedJudge(options: SimulatedJudgeOptions): Judge {
  const { id = "simulated", truth, accuracy = 1, positionBias = 0, unparsable = 0, calls = 1 } = options;
  const inRange = [accuracy + positionBias, accuracy - positionBias, unparsable].every(
    (share) => share >= 0 && share <= 1,
  );
  if (!inRange) {
    throw new InvalidArgumentError({
      expected: "accuracy + positionBias, accuracy - positionBias and unparsable from 0 to 1",
      received: `accuracy ${accuracy}, positionBias ${positionBias}, unparsable ${unparsable}`,
      remedy: "a judge that is always right has no position bias: lower one of them",
    });
  }
  const vote = (pair: JudgedPair, random: RandomStream): Verdict => {
    const stream = streamOf(random, pair, "simulated vote");
    if (stream.uniform() < unparsable) return oneVote("unparsable", calls, { positions: positionsOf("unparsable") });
    const lead = truth(pair.first) - truth(pair.second);
    const choosesFirst =
      lead > 0 ? accuracy + positionBias : lead < 0 ? 1 - accuracy + positionBias : 0.5 + positionBias;
    const winner = stream.uniform() < choosesFirst ? "first" : "second";
    return oneVote(winner, calls, { positions: positionsOf(winner) });
  };
  const scoreOne = (item: JudgedItem, random: RandomStream): JudgeScore => {
    const stream = streamOf(random, item, "simulated score");
    if (stream.uniform() < unparsable) return oneScore(undefined, calls);
    const value = Math.min(1, Math.max(0, truth(item)));
    return oneScore(stream.uniform() < accuracy ? value : 1 - value, calls);
  };
  return makeJudge(id, {
    compare: async (pairs, { random, signal }) => {
      throwIfAborted(signal);
      return pairs.map((pair) => vote(pair, random));
    },
    score: async (items, { random, signal }) => {
      throwIfAborted(signal);
      return items.map((item) => scoreOne(item, random));
    },
  });
}
