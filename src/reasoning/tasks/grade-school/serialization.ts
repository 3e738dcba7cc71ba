/** Problems as plain JSON, and back with every rule of a story checked. */
import { z } from "zod";
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { distractorKinds, distractorNumbers, mostDistractors } from "./distractors.ts";
import { containers, wordPools } from "./lexicon.ts";
import { factorRange, numberRange } from "./numbers.ts";
import { introducesPerson, needsPrevious, operationKinds, percentages } from "./operations.ts";
import { type GradeSchoolProblem, kindsOf, type Step, wordingVariants } from "./problem.ts";
import { countTokens, maximumTokens } from "./problem-draw.ts";
import { isStorySequence } from "./sequences.ts";
import { surfaceNames } from "./surfaces.ts";
import { traceOf } from "./trace.ts";

const variant = z
  .int()
  .min(0)
  .max(wordingVariants - 1);
const storyNumber = z.int().min(numberRange[0]).max(numberRange[1]);
const object = z.enum(wordPools.any.objects);

const schema = z.strictObject({
  start: storyNumber,
  steps: z
    .array(z.strictObject({ kind: z.enum(operationKinds), number: z.int().min(0).max(numberRange[1]), variant }))
    .min(1)
    .max(16),
  people: z.array(z.enum(wordPools.any.names)).min(1),
  object,
  container: z.enum(containers),
  surface: z.enum(surfaceNames),
  variant,
  distractors: z
    .array(
      z.strictObject({
        kind: z.enum(distractorKinds),
        variant,
        number: z.int(),
        object: z.union([object, z.literal("")]),
        after: z.int().min(0),
      }),
    )
    .max(mostDistractors),
});

function hasFittingNumber({ kind, number }: Step): boolean {
  if (needsPrevious(kind)) return number === 0;
  if (kind === "percentage") return percentages.some((percentage) => percentage === number);
  const [low, high] = ["boxes", "multiply", "divide", "times"].includes(kind) ? factorRange : numberRange;
  return number >= low && number <= high;
}

/** What makes well-formed JSON no problem, or undefined where it is one. */
function faultOf(problem: GradeSchoolProblem): string | undefined {
  const { steps, people, distractors } = problem;
  const kinds = kindsOf(problem);
  if (!isStorySequence(kinds)) return `the operations ${kinds.join(", ")}, which make no story`;
  if (!steps.every(hasFittingNumber)) return "a step with a number that does not fit it";
  if (traceOf(problem.start, steps) === undefined) return "a step whose result is no integer from 1 to 999";
  if (people.length !== 1 + kinds.filter(introducesPerson).length || new Set(people).size < people.length) {
    return "people that are not all different, or not one and one for each comparison";
  }
  const sentences = kinds[0] === "boxes" ? kinds.length : kinds.length + 1;
  for (const distractor of distractors) {
    const [low, high] = distractorNumbers[distractor.kind];
    const fits =
      distractor.number >= low &&
      distractor.number <= high &&
      distractor.after < sentences &&
      distractor.object !== problem.object &&
      (distractor.object !== "") === (distractor.kind === "object");
    if (!fits) return "a distractor that does not fit the story";
  }
  return countTokens(problem) > maximumTokens ? `more than ${maximumTokens} tokens` : undefined;
}

/** A problem is plain data already. */
export function serialize(problem: GradeSchoolProblem): unknown {
  return problem;
}

/** Throws InvalidArgumentError for JSON that is no problem. Whether the problem is test-only is not asked. */
export function deserialize(json: unknown): GradeSchoolProblem {
  const parsed = schema.safeParse(json);
  const issue = parsed.error?.issues[0];
  const fault = parsed.success ? faultOf(parsed.data) : `${issue?.message} at ${issue?.path.join(".") || "the top"}`;
  if (parsed.success && fault === undefined) return parsed.data;
  throw new InvalidArgumentError({
    expected: "a grade-school problem as JSON",
    received: fault as string,
    remedy: "use what serialize gave",
  });
}
