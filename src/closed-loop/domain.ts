/** Everything the closed loop needs to know of a family of problems. */
import type { RandomStream } from "../core/random.ts";
import type { Tokenizer } from "../language-models/tokenizer.ts";
import type { Task } from "../reasoning/task.ts";

/** A family of problems as the closed loop uses it: asked and judged by its task, drawn from separate sources. */
export interface Domain<Problem> {
  readonly name: string;
  readonly task: Task<Problem>;
  /** What the domain's own small reasoners read and write. */
  readonly tokenizer: Tokenizer;
  readonly testSets: readonly { readonly name: string; readonly description: string }[];
  /** `count` different problems of a test set, none of which search or training can ever see. */
  drawTestSet(name: string, count: number, random: RandomStream): Problem[];
  /** Ordinary problems that a user would have before any search. */
  seedProblems(count: number, random: RandomStream): Problem[];
  /** A sampler of all problems that search may reach, where the domain has one. */
  readonly randomProblem?: (random: RandomStream) => Problem;
  /** Ordinary problems of few steps, for a model that has never seen any. */
  easyProblems(count: number, random: RandomStream): Problem[];
  /** What a model that was not made for the domain is told beside a problem: how the answer is to be written. */
  readonly instruction: string;
  /** The most tokens of an answer. */
  readonly maximumAnswerTokens: number;
}
