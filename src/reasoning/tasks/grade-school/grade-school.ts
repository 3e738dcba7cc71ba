/** Grade-school word problems as a task. */
import type { Task } from "../../task.ts";
import { descriptors } from "./descriptors.ts";
import { mutate } from "./mutation.ts";
import type { GradeSchoolProblem } from "./problem.ts";
import { renderPrompt } from "./render-problem.ts";
import { renderSolution } from "./render-solution.ts";
import { deserialize, serialize } from "./serialization.ts";
import { verify } from "./verifier.ts";

/** The word problems of this folder; its README says what a verdict means. */
export const gradeSchool: Task<GradeSchoolProblem> = {
  name: "grade-school",
  prompt: renderPrompt,
  solution: renderSolution,
  verify,
  descriptors,
  mutate,
  serialize,
  deserialize,
};
