/** The reference solution of a problem: one equation a line, then `#### answer`. */
import type { Equation } from "./operations.ts";
import type { GradeSchoolProblem } from "./problem.ts";
import { equationsOf } from "./trace.ts";

/** e.g. "12 + 7 = 19", "25% of 80 = 20". */
export function renderEquation({ left, operator, right, result }: Equation): string {
  return operator === "% of" ? `${left}% of ${right} = ${result}` : `${left} ${operator} ${right} = ${result}`;
}

/** Equations and the last one's result as the answer, e.g. "12 + 7 = 19\n19 * 3 = 57\n#### 57". */
export function renderEquations(equations: readonly Equation[]): string {
  let text = "";
  let answer = 0;
  for (const equation of equations) {
    text += `${renderEquation(equation)}\n`;
    answer = equation.result;
  }
  return `${text}#### ${answer}`;
}

export function renderSolution(problem: GradeSchoolProblem): string {
  return renderEquations(equationsOf(problem));
}
