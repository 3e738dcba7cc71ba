/** The pretraining corpus: an endless stream of examples drawn from the chapters, all of them right. */
import type { RandomStream } from "../../../core/random.ts";
import { drawDrill, type Example } from "./drills.ts";
import type { GradeSchoolProblem } from "./problem.ts";
import { renderPrompt } from "./render-problem.ts";
import { renderSolution } from "./render-solution.ts";
import { drawOrdinaryProblem } from "./samplers.ts";

/** A problem as a training example. */
export function exampleOf(problem: GradeSchoolProblem): Example {
  return { prompt: renderPrompt(problem), completion: renderSolution(problem) };
}

/**
 * One pretraining example: a drill with probability drillShare (in [0, 1]), otherwise an ordinary problem.
 * Neither reserved sequences nor test-only problems occur.
 */
export function drawPretrainingExample(drillShare: number, random: RandomStream): Example {
  if (random.uniform() < drillShare) return drawDrill(random);
  return exampleOf(drawOrdinaryProblem("training", random));
}
