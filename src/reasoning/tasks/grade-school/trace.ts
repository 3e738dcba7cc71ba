/** The arithmetic of a whole story. */
import { type Equation, equationOf, introducesPerson, isStoryValue, type OperationKind } from "./operations.ts";
import type { GradeSchoolProblem } from "./problem.ts";

/** One equation a step, or undefined where a value would leave the stories' range or there is no previous value. */
export function traceOf(
  start: number,
  steps: readonly { readonly kind: OperationKind; readonly number: number }[],
): Equation[] | undefined {
  const equations: Equation[] = [];
  let value = start;
  let previous = Number.NaN;
  for (const { kind, number } of steps) {
    const equation = equationOf(kind, value, previous, number);
    if (!isStoryValue(equation.result)) return undefined;
    equations.push(equation);
    if (introducesPerson(kind)) previous = value;
    else if (kind === "together") previous = Number.NaN;
    value = equation.result;
  }
  return equations;
}

/** The equations of a problem, which has some by construction. */
export function equationsOf(problem: GradeSchoolProblem): Equation[] {
  return traceOf(problem.start, problem.steps) as Equation[];
}

/** The answer to a problem: the last equation's result. */
export function answerOf(problem: GradeSchoolProblem): number {
  return (equationsOf(problem).at(-1) as Equation).result;
}
