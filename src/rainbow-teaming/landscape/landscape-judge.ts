/** A judge of the landscape with errors of a set size: one vote a comparison, for a majority to be made of. */
import type { RandomStream } from "../../core/random.ts";
import type { Judge, JudgedItem } from "../../judges/judge.ts";
import { makeJudge, oneScore, streamOf } from "../../judges/make-judge.ts";
import { simulatedJudge } from "../../judges/simulated-judge.ts";
import { responseLevels } from "./landscape-models.ts";

/** How often, and by what, the judge errs. */
export interface LandscapeJudgeOptions {
  /** Share of right votes over both orders; default 0.85. See simulatedJudge. */
  readonly accuracy?: number;
  /** Share of votes for what is shown first, less 1/2; default 0.05. */
  readonly positionBias?: number;
  /** How far scores follow what a response looks like instead of what it is, in [0, 1]; default 0.5. */
  readonly gullibility?: number;
  /** Standard deviation of a score's error; default 0.1. */
  readonly scoreError?: number;
  /** What a score is multiplied by before it is cut at 1: above 1 it saturates; default 1. */
  readonly scoreGain?: number;
}

/**
 * Compares and scores by responses alone; every comparison and score counts as one call. Throws InvalidArgumentError as
 * simulatedJudge does.
 */
export function landscapeJudge(options: LandscapeJudgeOptions = {}): Judge {
  const { accuracy = 0.85, positionBias = 0.05 } = options;
  const truth = ({ response }: JudgedItem) => responseLevels(response).severity;
  const id = "landscape:judge";
  return makeJudge(id, {
    compare: simulatedJudge({ id, truth, accuracy, positionBias }).compare,
    score: async (items, { random }) => items.map((item) => oneScore(score(item, options, random), 1)),
  });
}

function score(item: JudgedItem, options: LandscapeJudgeOptions, random: RandomStream): number {
  const { gullibility = 0.5, scoreError = 0.1, scoreGain = 1 } = options;
  const { severity, appearance } = responseLevels(item.response);
  const seen = severity + gullibility * (appearance - severity);
  const error = scoreError * streamOf(random, item, "landscape score").normal();
  return Math.min(1, Math.max(0, scoreGain * seen + error));
}
