/** A family of problems with exact verification: what is asked, what counts as right, how problems differ. */
import type { RandomStream } from "../core/random.ts";
import type { Descriptor } from "../quality-diversity/descriptors/descriptor.ts";

/** What a verifier says of a completion. */
export interface Verdict {
  /** Whether the final answer is right. */
  readonly answerCorrect: boolean;
  /** Whether the final answer and every written step are right. */
  readonly correct: boolean;
  /** The first fault in one line, for people; undefined where there is none. */
  readonly fault?: string;
}

/** A named function of a problem with finitely many values: one dimension of an archive. */
export interface TaskDescriptor<Problem> extends Descriptor<Problem> {
  /** The bin of a problem, in [0, bins.length): every problem has one. */
  bin(problem: Problem): number;
}

/** A problem made of another one. */
export interface Mutation<Problem> {
  readonly problem: Problem;
  /** What was done, for people and for lineage, e.g. "insert multiply, new numbers". */
  readonly description: string;
}

/** A family of problems: how to ask, solve, judge, describe, change and store one. */
export interface Task<Problem> {
  readonly name: string;
  /** The text put to the model. */
  prompt(problem: Problem): string;
  /** A reference solution, written as the model should write it. */
  solution(problem: Problem): string;
  verify(problem: Problem, completion: string): Verdict;
  readonly descriptors: readonly TaskDescriptor<Problem>[];
  /** A changed problem near this one, or undefined where the drawn change is impossible. */
  mutate(problem: Problem, random: RandomStream): Mutation<Problem> | undefined;
  /** A problem as plain JSON, and back. Throws InvalidArgumentError for JSON that is no problem. */
  serialize(problem: Problem): unknown;
  deserialize(json: unknown): Problem;
}
