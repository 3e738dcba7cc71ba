/**
 * Putting problems to the model and judging its greedy answers.
 *
 * How probable the reference solution is orders failures beyond right and wrong. A small model is scored first: where greedy
 * decoding writes exactly the reference solution, that is the answer, and only the others are generated. A large one, for
 * which a pass over the prompt costs most, answers first and is scored only where it wrote something else. Where a model
 * cannot score, a right answer has 1 in place of the probability and a wrong one 0.
 */
import type { Generation, LanguageModel, Prompt, Score } from "../language-models/language-model.ts";
import type { Task } from "../reasoning/task.ts";
import type { LoopContext } from "./loop-context.ts";

export interface Attempt {
  /** The model's greedy answer. */
  readonly answer: string;
  /** Whether the answer and every step are right. */
  readonly correct: boolean;
  /** P(reference solution), in [0, 1]. */
  readonly probability: number;
}

/** What is asked, and what counts as right: a domain, or another source of problems. */
export interface Exam<Problem> {
  readonly task: Pick<Task<Problem>, "prompt" | "solution" | "verify">;
  /** The most tokens of an answer. */
  readonly maximumAnswerTokens: number;
}

/** What of a run is needed to ask its model. */
export type Asking = Pick<LoopContext<unknown>, "ask" | "spend" | "signal">;

/** The model's greedy answer to each problem of the domain, judged, with the reference solution's probability. */
export async function attemptProblems<Problem>(
  context: LoopContext<Problem>,
  model: LanguageModel,
  problems: readonly Problem[],
): Promise<Attempt[]> {
  const asked = new Asked(context, model, context.domain, problems);
  if (!model.capabilities.has("score")) return asked.generateAlone();
  return model.joinsCalls === true ? asked.generateFirst() : asked.scoreFirst();
}

/** Whether the model's greedy answer to each problem is right. */
export async function examine<Problem>(
  context: Asking,
  model: LanguageModel,
  exam: Exam<Problem>,
  problems: readonly Problem[],
): Promise<boolean[]> {
  const asked = new Asked(context, model, exam, problems);
  const scoresFirst = model.capabilities.has("score") && model.joinsCalls !== true;
  const attempts = await (scoresFirst ? asked.scoreFirst() : asked.generateAlone());
  return attempts.map(({ correct }) => correct);
}

type Item = { readonly prompt: Prompt; readonly completion: string };

/** Problems on their way to the model and back. */
class Asked<Problem> {
  readonly #context: Asking;
  readonly #model: LanguageModel;
  readonly #exam: Exam<Problem>;
  readonly #problems: readonly Problem[];
  readonly #items: readonly Item[];

  constructor(context: Asking, model: LanguageModel, exam: Exam<Problem>, problems: readonly Problem[]) {
    const { task } = exam;
    this.#context = context;
    this.#model = model;
    this.#exam = exam;
    this.#problems = problems;
    this.#items = problems.map((problem) => ({
      prompt: context.ask(task.prompt(problem)),
      completion: task.solution(problem),
    }));
  }

  async generateAlone(): Promise<Attempt[]> {
    const generations = await this.#generate(this.#problems.map((_, index) => index));
    return this.#problems.map((problem, index) => {
      const attempt = this.#judged(problem, generations.get(index)?.text ?? "");
      return { ...attempt, probability: Number(attempt.correct) };
    });
  }

  async generateFirst(): Promise<Attempt[]> {
    const generations = await this.#generate(this.#problems.map((_, index) => index));
    const known = (index: number): number | undefined => {
      const { text, finishReason, logProbability } = generations.get(index) as Generation;
      return text === this.#items[index]?.completion && finishReason === "stop" ? logProbability : undefined;
    };
    const scores = await this.#score(this.#problems.flatMap((_, index) => (known(index) === undefined ? [index] : [])));
    return this.#problems.map((problem, index) => ({
      ...this.#judged(problem, generations.get(index)?.text ?? ""),
      probability: Math.exp(known(index) ?? scores.get(index)?.logProbability ?? Number.NEGATIVE_INFINITY),
    }));
  }

  async scoreFirst(): Promise<Attempt[]> {
    const scores = await this.#score(this.#problems.map((_, index) => index));
    const generations = await this.#generate(
      this.#problems.flatMap((_, index) => (scores.get(index)?.greedy === true ? [] : [index])),
    );
    return this.#problems.map((problem, index) => {
      const score = scores.get(index);
      const attempt =
        score?.greedy === true
          ? { answer: this.#items[index]?.completion as string, correct: true }
          : this.#judged(problem, generations.get(index)?.text ?? "");
      return { ...attempt, probability: Math.exp(score?.logProbability ?? Number.NEGATIVE_INFINITY) };
    });
  }

  #judged(problem: Problem, answer: string): Omit<Attempt, "probability"> {
    return { answer, correct: this.#exam.task.verify(problem, answer).correct };
  }

  /** Scores by index. */
  async #score(indices: readonly number[]): Promise<Map<number, Score>> {
    if (indices.length === 0) return new Map();
    const items = indices.map((index) => this.#items[index] as Item);
    const scores = await this.#context.spend(
      () => this.#model.score({ items, ...this.#signal() }),
      (rows) => ({
        evaluations: this.#counted(rows.length),
        tokens: rows.reduce((sum, { tokens }) => sum + tokens, 0),
      }),
    );
    return new Map(indices.map((index, row) => [index, scores[row] as Score]));
  }

  /** Greedy answers by index. */
  async #generate(indices: readonly number[]): Promise<Map<number, Generation>> {
    if (indices.length === 0) return new Map();
    const prompts = indices.map((index) => this.#items[index]?.prompt as Prompt);
    const { maximumAnswerTokens } = this.#exam;
    const rows = await this.#context.spend(
      () => this.#model.generate({ prompts, maximumTokens: maximumAnswerTokens, ...this.#signal() }),
      (generations) => ({ evaluations: this.#counted(generations.length), tokens: tokensOf(generations) }),
    );
    return new Map(indices.map((index, row) => [index, rows[row]?.[0] as Generation]));
  }

  #evaluated = false;

  /** A problem counts once, whichever way it is put first: that way all of them are. */
  #counted(count: number): number {
    if (this.#evaluated) return 0;
    this.#evaluated = true;
    return count;
  }

  #signal(): { readonly signal?: AbortSignal } {
    return this.#context.signal === undefined ? {} : { signal: this.#context.signal };
  }
}

function tokensOf(rows: readonly (readonly Generation[])[]): number {
  let total = 0;
  for (const row of rows) for (const { promptTokens, tokens } of row) total += (promptTokens ?? 0) + (tokens ?? 0);
  return total;
}
