/** Makes a problem of a plan: draws its numbers, people, words and where its distractors stand. */
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../../../core/random.ts";
import { distractorKinds, distractorNumbers } from "./distractors.ts";
import { gradeSchoolTokenizer } from "./grade-school-tokenizer.ts";
import { containers, type WordPool } from "./lexicon.ts";
import { drawNumbers, logUniformInteger } from "./numbers.ts";
import { introducesPerson, type OperationKind } from "./operations.ts";
import { type Distractor, type GradeSchoolProblem, type Step, wordingVariants } from "./problem.ts";
import { renderPrompt } from "./render-problem.ts";
import { renderSolution } from "./render-solution.ts";
import type { SurfaceName } from "./surfaces.ts";

/** The most tokens of prompt and solution together, begin and end token counted, that any problem has. */
export const maximumTokens = 180;

/** Words of a problem, as in GradeSchoolProblem; variants has one wording a step. */
export interface KeptWords {
  readonly object?: string;
  readonly container?: string;
  readonly variant?: number;
  readonly variants?: readonly number[];
}

export interface ProblemPlan {
  readonly kinds: readonly OperationKind[];
  readonly surface: SurfaceName;
  readonly words: WordPool;
  /** Which words to keep; what is missing is drawn. */
  readonly kept?: KeptWords;
  /** The distractors' kinds, in no order. */
  readonly distractors: readonly Pick<Distractor, "kind" | "variant">[];
}

function drawPeople(count: number, names: readonly string[], random: RandomStream): string[] {
  const people: string[] = [];
  while (people.length < count) {
    const name = random.choice(names);
    if (!people.includes(name)) people.push(name);
  }
  return people;
}

/** An object other than the given one. */
function drawOtherObject(objects: readonly string[], object: string, random: RandomStream): string {
  for (;;) {
    const other = random.choice(objects);
    if (other !== object) return other;
  }
}

/** A distractor's kind and wording. */
export function drawDistractorKind(random: RandomStream): Pick<Distractor, "kind" | "variant"> {
  return { kind: random.choice(distractorKinds), variant: random.integer(0, wordingVariants) };
}

/** Tokens of a problem with its solution, begin and end token counted. */
export function countTokens(problem: GradeSchoolProblem): number {
  const { encode } = gradeSchoolTokenizer;
  return encode(renderPrompt(problem)).length + encode(renderSolution(problem)).length + 2;
}

/** Steps from which on a problem might have more than maximumTokens (a test holds that fewer never do). */
const stepsToCount = 6;

/** A problem of the plan, or undefined where no numbers were found for it or it became too long. */
export function drawProblem(plan: ProblemPlan, random: RandomStream): GradeSchoolProblem | undefined {
  const { kinds, words, kept } = plan;
  const numbers = drawNumbers(kinds, random);
  if (numbers === undefined) return undefined;
  const steps: Step[] = kinds.map((kind, index) => ({
    kind,
    number: numbers.numbers[index] as number,
    variant: kept?.variants?.[index] ?? random.integer(0, wordingVariants),
  }));
  const object = kept?.object ?? random.choice(words.objects);
  const sentences = kinds[0] === "boxes" ? kinds.length : kinds.length + 1;
  let newPeople = 0;
  for (const kind of kinds) if (introducesPerson(kind)) newPeople++;
  const problem: GradeSchoolProblem = {
    start: numbers.start,
    steps,
    people: drawPeople(newPeople + 1, words.names, random),
    object,
    container: kept?.container ?? random.choice(containers),
    surface: plan.surface,
    variant: kept?.variant ?? random.integer(0, wordingVariants),
    distractors: plan.distractors.map(({ kind, variant }) => ({
      kind,
      variant,
      number: logUniformInteger(...distractorNumbers[kind], random),
      object: kind === "object" ? drawOtherObject(words.objects, object, random) : "",
      after: random.integer(0, sentences),
    })),
  };
  return kinds.length >= stepsToCount && countTokens(problem) > maximumTokens ? undefined : problem;
}

/** Repeats a draw until it gives something. Throws InvalidArgumentError after 100,000 draws that gave nothing. */
export function drawUntil<Value>(draw: () => Value | undefined): Value {
  for (let attempt = 0; attempt < 100_000; attempt++) {
    const value = draw();
    if (value !== undefined) return value;
  }
  throw new InvalidArgumentError({
    expected: "a drawn problem that fulfils all conditions",
    received: "none in 100,000 draws",
    remedy: "loosen the conditions",
  });
}
