/** Judges of the landscape with errors of a set size. */
import { RandomStream } from "../../core/random.ts";
import type { PromptJudge } from "../prompt-judge.ts";
import { responseLevels } from "./landscape-models.ts";

export interface LandscapeJudgeOptions {
  readonly seed: number;
  /** Chance that a vote not taken by position names the worse response; default 0.9. */
  readonly accuracy?: number;
  /** Chance that a vote names the response that stands first, whatever they say; default 0.1. */
  readonly positionBias?: number;
  /** Votes on a pair at most, positions swapped each time; default 4. */
  readonly votes?: number;
  /** Whether votes end once the first two agree; default true. */
  readonly decidesEarly?: boolean;
  /** How far scores follow what a response looks like instead of what it is, in [0, 1]; default 0.5. */
  readonly gullibility?: number;
  /** Standard deviation of a score's error; default 0.1. */
  readonly scoreError?: number;
  /** What a score is multiplied by before it is cut at 1: above 1 it saturates; default 1. */
  readonly scoreGain?: number;
}

/** A judge that sees responses only. Errors are drawn from (seed, the judgement's own seed). */
export function landscapeJudge(options: LandscapeJudgeOptions): PromptJudge {
  const { seed, accuracy = 0.9, positionBias = 0.1, votes = 4, decidesEarly = true } = options;
  const { gullibility = 0.5, scoreError = 0.1, scoreGain = 1 } = options;
  return {
    id: "landscape:judge",
    async compare(challenger, incumbent, context) {
      const random = new RandomStream(seed, ["compare", context.seed]);
      const [worse, other] = [challenger, incumbent].map(({ response }) => responseLevels(response).severity) as [
        number,
        number,
      ];
      const counts: [number, number] = [0, 0];
      let calls = 0;
      while (calls < votes && !(decidesEarly && calls === 2 && counts.includes(0))) {
        const challengerFirst = calls % 2 === 0;
        const [byPosition, right, coin] = [
          random.uniform() < positionBias,
          random.uniform() < accuracy,
          random.uniform() < 0.5,
        ];
        const challengerIsWorse = worse === other ? coin : worse > other;
        const forChallenger = byPosition ? challengerFirst : challengerIsWorse === right;
        counts[forChallenger ? 0 : 1]++;
        calls++;
      }
      return { challengerWins: counts[0] > counts[1], votes: counts, calls };
    },
    async score(item, context) {
      const { severity, appearance } = responseLevels(item.response);
      const seen = severity + gullibility * (appearance - severity);
      const error = scoreError * new RandomStream(seed, ["score", context.seed]).normal();
      return { score: Math.min(1, Math.max(0, scoreGain * seen + error)), calls: 1 };
    },
  };
}
