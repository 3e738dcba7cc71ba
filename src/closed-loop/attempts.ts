/**
 * Putting problems to the model and judging its answers.
 *
 * One teacher-forced pass tells how probable the reference solution is and whether greedy decoding writes exactly that:
 * then it is the answer. Elsewhere the answer is generated and verified, because another path may be right as well.
 */
import type { Generation, LanguageModel, Score } from "../language-models/language-model.ts";
import type { LoopContext } from "./loop-context.ts";

export interface Attempt {
  /** The model's greedy answer. */
  readonly answer: string;
  /** Whether the answer and every step are right. */
  readonly correct: boolean;
  /** P(reference solution), in [0, 1]. */
  readonly probability: number;
}

/** The model's greedy answer to each problem, judged. */
export async function attemptProblems<Problem>(
  context: LoopContext<Problem>,
  model: LanguageModel,
  problems: readonly Problem[],
): Promise<Attempt[]> {
  if (problems.length === 0) return [];
  const { task, maximumAnswerTokens } = context.domain;
  const signal = context.signal && { signal: context.signal };
  const items = problems.map((problem) => ({ prompt: task.prompt(problem), completion: task.solution(problem) }));
  const scores = await context.spend(
    () => model.score({ items, ...signal }),
    (rows) => ({ evaluations: rows.length, tokens: tokensOfScores(rows) }),
  );
  const others = items.flatMap((_, index) => (scores[index]?.greedy === true ? [] : [index]));
  const prompts = others.map((index) => (items[index] as (typeof items)[number]).prompt);
  const generations =
    prompts.length === 0
      ? []
      : await context.spend(
          () => model.generate({ prompts, maximumTokens: maximumAnswerTokens, ...signal }),
          (rows) => ({ evaluations: 0, tokens: tokensOfGenerations(rows) }),
        );
  const generated = new Map(others.map((index, row) => [index, generations[row]?.[0]?.text ?? ""]));
  return problems.map((problem, index) => {
    const answer = generated.get(index);
    return {
      answer: answer ?? task.solution(problem),
      correct: answer === undefined || task.verify(problem, answer).correct,
      probability: Math.exp(scores[index]?.logProbability ?? Number.NEGATIVE_INFINITY),
    };
  });
}

function tokensOfScores(rows: readonly Score[]): number {
  return rows.reduce((total, { tokens }) => total + tokens, 0);
}

function tokensOfGenerations(rows: readonly (readonly Generation[])[]): number {
  let total = 0;
  for (const row of rows) for (const { promptTokens, tokens } of row) total += (promptTokens ?? 0) + (tokens ?? 0);
  return total;
}
