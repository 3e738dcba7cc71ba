/**
 * The judge of Rainbow Teaming (2402.16822, section 4): which of two responses is more of what is looked for, positions
 * swapped, by majority. Departures: it stops early (majority.ts), and a model that scores is asked for the probabilities
 * of the two letters in both orders instead, which needs no majority.
 */
import type { Judge } from "./judge.ts";
import { type LetterJudgeOptions, letterJudge } from "./letter-judge.ts";
import { likelihoodJudge } from "./likelihood-judge.ts";
import type { StopRule } from "./majority.ts";
import { majorityJudge } from "./majority-judge.ts";

/** A question about two responses, the model that answers it, and how often it is asked. */
export interface PairwiseJudgeOptions extends LetterJudgeOptions {
  /** "likelihood" needs a model that scores; default: that where it does, and a generated letter elsewhere. */
  readonly answer?: "letter" | "likelihood";
  /** Votes at most, where letters are generated (default 4). */
  readonly comparisons?: number;
  /** As in MajorityJudgeOptions. */
  readonly stop?: StopRule;
}

/** Capable of "compare". Throws InvalidArgumentError for a wrong number of comparisons. */
export function pairwiseJudge(options: PairwiseJudgeOptions): Judge {
  const { model, answer = model.capabilities.has("score") ? "likelihood" : "letter", comparisons, stop } = options;
  if (answer === "likelihood") return likelihoodJudge(options);
  return majorityJudge({
    judge: letterJudge(options),
    ...(comparisons !== undefined && { comparisons }),
    ...(stop !== undefined && { stop }),
  });
}
