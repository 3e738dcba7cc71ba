/** The test sets of a run: those of its domain, and a file of GSM8K's rows where it names one. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import type { RandomStream } from "../core/random.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import { gsm8kTask } from "../reasoning/tasks/gsm8k/gsm8k-task.ts";
import { type Gsm8kRow, readGsm8k } from "../reasoning/tasks/gsm8k/row.ts";
import { type Asking, type Exam, examine } from "./attempts.ts";
import type { Configuration } from "./configuration.ts";
import type { Domain } from "./domain.ts";

/** A test set that a run measures, before its problems are drawn. */
export interface TestSetPlan {
  readonly name: string;
  readonly description: string;
  readonly problems: number;
}

/** The name of the set that is made of GSM8K's rows. */
export const gsm8kSet = "gsm8k";

/** Solutions of GSM8K are longer than the domain's own. */
const gsm8kAnswerTokens = 200;

/** The sets that a run measures, in the domain's order. */
export function plannedTestSets<Problem>(
  { measure }: Pick<Configuration, "measure">,
  { testSets }: Pick<Domain<Problem>, "testSets">,
): TestSetPlan[] {
  const sets = testSets.filter(({ name }) => measure.sets.some((set) => set === name));
  const plans = sets.map(({ name, description }) => ({ name, description, problems: measure.problems }));
  if (measure.gsm8k === undefined) return plans;
  const description = `the first ${measure.gsm8kRows} rows of a file of GSM8K: right final answers`;
  return [...plans, { name: gsm8kSet, description, problems: measure.gsm8kRows }];
}

/** How many problems a set of a run has. */
export function problemsOf({ measure }: Pick<Configuration, "measure">, name: string): number {
  return name === gsm8kSet ? measure.gsm8kRows : measure.problems;
}

/** Examines a model on the problems of a set in [start, end): whether its answers are right. */
export type Examination = (context: Asking, model: LanguageModel, start: number, end: number) => Promise<boolean[]>;

function examinationWith<Problem>(exam: Exam<Problem>, problems: readonly Problem[]): Examination {
  return (context, model, start, end) => examine(context, model, exam, problems.slice(start, end));
}

/** Draws a set of the domain's, which depends on the stream alone, or reads the rows. Throws as readGsm8k. */
export async function examinationOf<Problem>(
  { name, problems }: TestSetPlan,
  { measure }: Pick<Configuration, "measure">,
  domain: Domain<Problem>,
  random: RandomStream,
): Promise<Examination> {
  if (name !== gsm8kSet) return examinationWith(domain, domain.drawTestSet(name, problems, random));
  return examinationWith(gsm8kExam, await readFirstRows(measure.gsm8k as string, problems));
}

/** Reads the file of GSM8K's rows, where there is one, so that a fault of it is told before anything is spent. */
export async function checkTestSets({ measure }: Pick<Configuration, "measure">): Promise<void> {
  if (measure.gsm8k !== undefined) await readFirstRows(measure.gsm8k, measure.gsm8kRows);
}

/** Throws as readGsm8k, and InvalidArgumentError where there are fewer. */
async function readFirstRows(path: string, count: number): Promise<Gsm8kRow[]> {
  const rows: Gsm8kRow[] = [];
  for await (const { row } of readGsm8k(path)) {
    rows.push(row);
    if (rows.length === count) return rows;
  }
  throw new InvalidArgumentError({
    expected: `${count} rows in ${quotedText(path, 1000)}`,
    received: String(rows.length),
    remedy: "name a file with more, or set measure.gsm8kRows",
  });
}

/** As GSM8K is usually counted: by the final answer alone. */
const gsm8kExam: Exam<Gsm8kRow> = {
  task: {
    ...gsm8kTask,
    verify: (row, completion) => {
      const verdict = gsm8kTask.verify(row, completion);
      return { ...verdict, correct: verdict.answerCorrect };
    },
  },
  maximumAnswerTokens: gsm8kAnswerTokens,
};
