export { type Annotation, annotationFault, annotationResult, findAnnotations } from "./annotation.ts";
export { extractAnswer, rationalOfAnswer } from "./answer.ts";
export { auditGsm8k, type Gsm8kAudit } from "./audit.ts";
export { evaluateExpression } from "./expression.ts";
export { gsm8kTask } from "./gsm8k-task.ts";
export type { Rational } from "./rational.ts";
export { formatGsm8kRow, type Gsm8kLine, type Gsm8kRow, parseGsm8kRow, readGsm8k, writeGsm8k } from "./row.ts";
export { readGsm8kSteps, type SolutionStep, type StepwiseSolution, writeGsm8kRow } from "./steps.ts";
export { verifyGsm8k } from "./verify.ts";
