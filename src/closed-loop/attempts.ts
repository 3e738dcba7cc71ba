/** Putting problems to the model and judging its answers. */
import type { GenerateOptions, Generation, LanguageModel } from "../language-models/language-model.ts";
import type { Verdict } from "../reasoning/task.ts";
import type { LoopContext } from "./loop-context.ts";

export interface Attempt {
  readonly answer: string;
  readonly verdict: Verdict;
}

/** The model's greedy answer to each problem, with its verdict. */
export async function attemptProblems<Problem>(
  context: LoopContext<Problem>,
  model: LanguageModel,
  problems: readonly Problem[],
): Promise<Attempt[]> {
  if (problems.length === 0) return [];
  const { task, maximumAnswerTokens } = context.domain;
  const options: GenerateOptions = {
    prompts: problems.map((problem) => task.prompt(problem)),
    maximumTokens: maximumAnswerTokens,
    ...(context.signal && { signal: context.signal }),
  };
  const generations = await context.spend(
    () => model.generate(options),
    (rows) => ({ evaluations: rows.length, tokens: tokensOf(rows) }),
  );
  return problems.map((problem, index) => {
    const answer = generations[index]?.[0]?.text ?? "";
    return { answer, verdict: task.verify(problem, answer) };
  });
}

function tokensOf(rows: readonly (readonly Generation[])[]): number {
  let total = 0;
  for (const row of rows) for (const { promptTokens, tokens } of row) total += (promptTokens ?? 0) + (tokens ?? 0);
  return total;
}
