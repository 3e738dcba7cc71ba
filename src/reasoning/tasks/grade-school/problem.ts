/** A grade-school word problem as data. Immutable; text is made of it by render-problem.ts and render-solution.ts. */
import type { DistractorKind } from "./distractors.ts";
import type { OperationKind } from "./operations.ts";
import type { SurfaceName } from "./surfaces.ts";

/** One operation of a story. */
export interface Step {
  readonly kind: OperationKind;
  /** The number in its sentence; 0 for together and difference, which have none. */
  readonly number: number;
  /** Which of the surface's wordings tells it: an integer in [0, wordingVariants), taken modulo what there is. */
  readonly variant: number;
}

/** A sentence with a number that the solution does not need. */
export interface Distractor {
  readonly kind: DistractorKind;
  readonly number: number;
  /** The thing it counts, where it counts one; never the problem's own. Empty otherwise. */
  readonly object: string;
  readonly variant: number;
  /** It stands after this sentence of the story: 0 is the first, which names the starting amount. */
  readonly after: number;
}

/** A story as plain data; its text, solution and answer follow from it. */
export interface GradeSchoolProblem {
  /** The amount at the start; where the first step is boxes, the amount in each. */
  readonly start: number;
  /** A boxes step is told in the story's first sentence, every other in one of its own. */
  readonly steps: readonly Step[];
  /** The first person, and one more for every comparison, in order; all different. */
  readonly people: readonly string[];
  /** What is counted, in the plural. */
  readonly object: string;
  /** What boxes are called, in the plural; in every problem, so that a mutation to boxes has a word. */
  readonly container: string;
  readonly surface: SurfaceName;
  /** Wording of the first sentence and of the question, as Step.variant. */
  readonly variant: number;
  readonly distractors: readonly Distractor[];
}

/** Integers that choose among wordings lie in [0, wordingVariants): a multiple of every number of wordings (1, 2, 3). */
export const wordingVariants = 6;

/** The operation sequence of a problem, in the order of the story. */
export function kindsOf(problem: GradeSchoolProblem): OperationKind[] {
  return problem.steps.map((step) => step.kind);
}
