/** The domains by name. */
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { gradeSchool } from "../reasoning/tasks/grade-school/grade-school.ts";
import { gradeSchoolTokenizer } from "../reasoning/tasks/grade-school/grade-school-tokenizer.ts";
import type { GradeSchoolProblem } from "../reasoning/tasks/grade-school/problem.ts";
import { drawEasyProblem, randomProblem, seedProblems } from "../reasoning/tasks/grade-school/samplers.ts";
import { drawTestSet, testSets } from "../reasoning/tasks/grade-school/test-sets.ts";
import type { Domain } from "./domain.ts";

export const gradeSchoolDomain: Domain<GradeSchoolProblem> = {
  name: "grade-school",
  task: gradeSchool,
  tokenizer: gradeSchoolTokenizer,
  testSets,
  drawTestSet,
  seedProblems,
  randomProblem,
  easyProblems: (count, random) => Array.from({ length: count }, () => drawEasyProblem(random)),
  instruction: "Write one equation of two numbers a line, and in the last line #### and the answer.",
  // Seven equations of three-digit numbers and the answer have fewer.
  maximumAnswerTokens: 100,
};

const knownDomains = [gradeSchoolDomain];

/** The domain of a name. Throws UnknownNameError with the nearest known one. */
export function domainNamed(name: string): Domain<GradeSchoolProblem> {
  const domain = knownDomains.find((known) => known.name === name);
  if (domain === undefined) {
    throw new UnknownNameError({ kind: "domain", name, known: knownDomains.map((known) => known.name) });
  }
  return domain;
}
