export { type Chapter, chapterOf, chapters } from "./chapters.ts";
export { descriptors, operationBin, operationBins } from "./descriptors.ts";
export { drawDrill, type Example } from "./drills.ts";
export { gradeSchool } from "./grade-school.ts";
export { gradeSchoolTokenizer } from "./grade-school-tokenizer.ts";
export { isReservedSequence, isTestOnly } from "./held-out.ts";
export { type OperationKind, operationKinds } from "./operations.ts";
export { drawPretrainingExample, exampleOf } from "./pretraining.ts";
export { type Distractor, type GradeSchoolProblem, kindsOf, type Step } from "./problem.ts";
export { countTokens, maximumTokens } from "./problem-draw.ts";
export { renderProblem, renderPrompt } from "./render-problem.ts";
export { renderSolution } from "./render-solution.ts";
export {
  drawChapterProblem,
  drawOrdinaryProblem,
  greatestSteps,
  randomProblem,
  type Side,
  seedProblems,
} from "./samplers.ts";
export { drawTestSet, type TestSet, testSets } from "./test-sets.ts";
export { answerOf, equationsOf } from "./trace.ts";
export { beginToken, endToken, padToken, vocabulary } from "./vocabulary.ts";
