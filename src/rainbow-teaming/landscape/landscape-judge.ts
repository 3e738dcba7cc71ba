/** A judge of the landscape with errors of a set size: one vote a comparison, for a majority to be made of. */
import type { RandomStream } from "../../core/random.ts";
import type { Judge, JudgedItem, JudgedPair, JudgeOptions, Verdict } from "../../judges/judge.ts";
import { makeJudge, oneScore, streamOf } from "../../judges/make-judge.ts";
import { oneVote, positionsOf } from "../../judges/votes.ts";
import { responseLevels } from "./landscape-models.ts";

export interface LandscapeJudgeOptions {
  /** Chance that a vote not taken by position names the worse response; default 0.9. */
  readonly accuracy?: number;
  /** Chance that a vote names the response that is shown first, whatever they say; default 0.1. */
  readonly positionBias?: number;
  /** How far scores follow what a response looks like instead of what it is, in [0, 1]; default 0.5. */
  readonly gullibility?: number;
  /** Standard deviation of a score's error; default 0.1. */
  readonly scoreError?: number;
  /** What a score is multiplied by before it is cut at 1: above 1 it saturates; default 1. */
  readonly scoreGain?: number;
}

/** Compares and scores by responses alone; every comparison and score counts as one call. */
export function landscapeJudge(options: LandscapeJudgeOptions = {}): Judge {
  return makeJudge("landscape:judge", {
    compare: async (pairs, { random }: JudgeOptions) => pairs.map((pair) => vote(pair, options, random)),
    score: async (items, { random }: JudgeOptions) => items.map((item) => oneScore(score(item, options, random), 1)),
  });
}

function vote(
  pair: JudgedPair,
  { accuracy = 0.9, positionBias = 0.1 }: LandscapeJudgeOptions,
  random: RandomStream,
): Verdict {
  const stream = streamOf(random, pair, "vote");
  const [byPosition, isRight, coin] = [
    stream.uniform() < positionBias,
    stream.uniform() < accuracy,
    stream.uniform() < 0.5,
  ];
  const [first, second] = [responseLevels(pair.first.response).severity, responseLevels(pair.second.response).severity];
  const firstIsWorse = first === second ? coin : first > second;
  const winner = byPosition || firstIsWorse === isRight ? "first" : "second";
  return oneVote(winner, 1, { positions: positionsOf(winner) });
}

function score(item: JudgedItem, options: LandscapeJudgeOptions, random: RandomStream): number {
  const { gullibility = 0.5, scoreError = 0.1, scoreGain = 1 } = options;
  const { severity, appearance } = responseLevels(item.response);
  const seen = severity + gullibility * (appearance - severity);
  const error = scoreError * streamOf(random, item, "score").normal();
  return Math.min(1, Math.max(0, scoreGain * seen + error));
}
