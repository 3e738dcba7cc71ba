/**
 * One seed against a published model behind `illume serve`'s server, asked over HTTP: searches for plain questions that it
 * gets wrong beside two other sources of questions, and what a small reasoner fails at put to it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { gradeSchoolDomain } from "../../../src/closed-loop/domains.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { functionJudge } from "../../../src/judges/function-judge.ts";
import { throwIfAborted } from "../../../src/language-models/interrupted.ts";
import type { LanguageModel } from "../../../src/language-models/language-model.ts";
import { openLanguageModel } from "../../../src/language-models/open-language-model.ts";
import { startServer } from "../../../src/language-models/server/start-server.ts";
import { attackPrompts, type TargetSettings } from "../../../src/rainbow-teaming/attack/attack-prompts.ts";
import { PromptArchive } from "../../../src/rainbow-teaming/prompt-archive.ts";
import { type JudgedPrompt, rainbowSearch } from "../../../src/rainbow-teaming/rainbow-search.ts";
import { loadProgress } from "../../../src/rainbow-teaming/search-progress.ts";
import { taskSearch } from "../../../src/rainbow-teaming/task-search.ts";
import type { Task } from "../../../src/reasoning/task.ts";
import type { GradeSchoolProblem } from "../../../src/reasoning/tasks/grade-school/problem.ts";
import { memoryRunStore } from "../../../src/runs/memory-run-store.ts";
import type { Json } from "../../../src/runs/run-store.ts";
import type { MachineDescription } from "../../closed-loop/machine.ts";
import { finishedPart } from "../finished-part.ts";
import { searchReasoner } from "../reasoner-search.ts";
import { openReasoner, type Reasoner } from "../reasoners.ts";
import {
  easyQuestion,
  lastNumber,
  type PlainQuestion,
  plainQuestions,
  plainQuestionsDomain,
  randomQuestion,
} from "./plain-questions.ts";

export interface ServedSettings {
  /** Of each search; as many questions are drawn from the complete sampler. */
  readonly iterations: number;
  readonly batchSize: number;
  /** Easy questions that searches start from. */
  readonly seeds: number;
  /** Easy questions by which the model's ordinary ability is measured. */
  readonly easy: number;
  /** Of the search against the small reasoner. */
  readonly reasonerIterations: number;
  /** Problems that the reasoner fails at, and ordinary ones, that are put to the model; each at most. */
  readonly problems: number;
  /** Of an answer to a word problem. */
  readonly answerTokens: number;
}

/** Sources of plain questions, in the page's order. */
export const questionSources = ["rainbow-teaming", "no-stepping-stones", "complete-sampler"] as const;
export type QuestionSource = (typeof questionSources)[number];

/** What was found with one source's questions. */
export interface FoundQuestions {
  readonly asked: number;
  /** Share of all that were asked. */
  readonly failingShare: number;
  readonly filledCells: number;
  /** Cells with a question that the model gets wrong. */
  readonly failingCells: number;
}

export interface ServedSeed {
  readonly sources: Readonly<Record<QuestionSource, FoundQuestions>>;
  /** A digit for each question or problem, 1 where the model is wrong. */
  readonly easy: string;
  /** Word problems: those that the small reasoner fails at, and ordinary ones. */
  readonly archive: string;
  readonly ordinary: string;
}

export interface ServedRunOptions {
  readonly directory: string;
  readonly seed: number;
  /** Id of the model that is served. */
  readonly model: string;
  readonly reasoner: Reasoner;
  readonly settings: ServedSettings;
  readonly threads: number;
  readonly signal?: AbortSignal;
}

interface ReadServedSeed {
  readonly result: ServedSeed;
  readonly machines: readonly MachineDescription[];
}

const pieces = [...questionSources, "easy", "word-problems"] as const;

/** Runs what is missing of a seed. Throws InterruptedError where the signal aborts. */
export async function runServed(options: ServedRunOptions): Promise<ReadServedSeed> {
  const { settings, seed, signal } = options;
  const machines: MachineDescription[] = [];
  const served = new ServedModel(options);
  const work = async <Result>(
    name: (typeof pieces)[number],
    make: (target: LanguageModel, random: RandomStream) => Promise<Result>,
  ): Promise<Result> => {
    const finished = await finishedPart(fileOf(options, name), { settings }, async () => {
      throwIfAborted(signal);
      return make(await served.target(), new RandomStream(seed, ["served model", name]));
    });
    machines.push(finished.machine);
    return finished.result;
  };
  try {
    const sources: Partial<Record<QuestionSource, FoundQuestions>> = {};
    for (const name of questionSources) {
      sources[name] = await work(name, (target, random) =>
        name === "complete-sampler" ? drawQuestions(options, target, random) : search(options, target, name, random),
      );
    }
    const easy = await work("easy", async (target, random) => {
      const questions = Array.from({ length: settings.easy }, () => easyQuestion(random));
      return failures(options, target, plainQuestions, questions, plainQuestionsDomain.target);
    });
    const problems = await work("word-problems", (target, random) => askWordProblems(options, target, random));
    return { result: { sources: sources as Record<QuestionSource, FoundQuestions>, easy, ...problems }, machines };
  } finally {
    await served.close();
  }
}

/** Undefined where a part of the seed is not finished. */
export async function readServed(options: ServedRunOptions): Promise<ReadServedSeed | undefined> {
  return pieces.every((name) => existsSync(fileOf(options, name))) ? runServed(options) : undefined;
}

function fileOf({ directory, seed }: ServedRunOptions, name: string): string {
  return join(directory, `seed-${seed}`, `served-${name}.json`);
}

/** Requests at once. */
const concurrency = 8;

/** The model, opened, served and asked over HTTP from the first call of `target` on. */
class ServedModel {
  readonly #options: Pick<ServedRunOptions, "model" | "threads">;
  readonly #closing: (() => Promise<void>)[] = [];
  #target: LanguageModel | undefined;

  constructor(options: Pick<ServedRunOptions, "model" | "threads">) {
    this.#options = options;
  }

  async target(): Promise<LanguageModel> {
    if (this.#target !== undefined) return this.#target;
    const { model: id, threads } = this.#options;
    const model = await openLanguageModel(id, { threads });
    this.#closing.unshift(() => model.close());
    const server = await startServer({ model });
    this.#closing.unshift(() => server.close(0));
    const target = await openLanguageModel(`${server.url}#${server.name}`, { concurrency });
    this.#closing.unshift(() => target.close());
    this.#target = target;
    return target;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0)) await close();
  }
}

async function search(
  { settings, seed, signal }: ServedRunOptions,
  target: LanguageModel,
  source: Exclude<QuestionSource, "complete-sampler">,
  random: RandomStream,
): Promise<FoundQuestions> {
  const store = memoryRunStore({ configuration: {} });
  // The same for both searches of a seed, so that their difference is paired.
  const first = new RandomStream(seed, ["served model", "first questions"]);
  const seeds = Array.from({ length: settings.seeds }, () => easyQuestion(first));
  await rainbowSearch({
    domain: plainQuestionsDomain,
    store,
    name: source,
    target,
    ...taskSearch({ domain: plainQuestionsDomain, task: plainQuestions, seeds }),
    ...(source === "no-stepping-stones" && { arms: { parents: "none" } }),
    iterations: settings.iterations,
    batchSize: settings.batchSize,
    concurrency,
    random: random.split("search"),
    ...(signal && { signal }),
  });
  const evaluated = loadProgress(store, source).flatMap((iteration) => ("kept" in iteration ? [iteration.kept] : []));
  return found(evaluated.map(({ cell, fitness }) => ({ cell, fails: fitness >= plainQuestionsDomain.success })));
}

async function drawQuestions(
  options: ServedRunOptions,
  target: LanguageModel,
  random: RandomStream,
): Promise<FoundQuestions> {
  const archive = new PromptArchive({ descriptors: plainQuestionsDomain.descriptors, replacement: "score" });
  const questions = Array.from({ length: options.settings.iterations }, () => randomQuestion(random));
  const digits = await failures(options, target, plainQuestions, questions, plainQuestionsDomain.target);
  const cellOf = (question: PlainQuestion) =>
    archive.cellOf(plainQuestions.descriptors.map(({ bin }) => bin(question)));
  return found(questions.map((question, index) => ({ cell: cellOf(question), fails: digits[index] === "1" })));
}

function found(asked: readonly { readonly cell: number; readonly fails: boolean }[]): FoundQuestions {
  const failing = asked.filter(({ fails }) => fails);
  return {
    asked: asked.length,
    failingShare: failing.length / Math.max(1, asked.length),
    filledCells: new Set(asked.map(({ cell }) => cell)).size,
    failingCells: new Set(failing.map(({ cell }) => cell)).size,
  };
}

async function askWordProblems(
  options: ServedRunOptions,
  target: LanguageModel,
  random: RandomStream,
): Promise<Pick<ServedSeed, "archive" | "ordinary">> {
  const { settings, reasoner, threads, signal } = options;
  const model = openReasoner(reasoner, threads);
  try {
    const { problems } = await searchReasoner({
      store: memoryRunStore({ configuration: {} }),
      name: "search",
      target: model,
      iterations: settings.reasonerIterations,
      batchSize: settings.batchSize,
      seeds: settings.seeds,
      random: random.split("archive"),
      ...(signal && { signal }),
    });
    const failed = problems.flatMap(({ problem, fails }) => (fails ? [problem] : []));
    const asked = {
      archive: random.split("choice").shuffle(failed).slice(0, settings.problems),
      ordinary: gradeSchoolDomain.seedProblems(settings.problems, random.split("ordinary")),
    };
    const settingsOfTarget: TargetSettings = {
      maximumTokens: settings.answerTokens,
      ask: (text) => [{ role: "user", content: `${text.trim()}\n\nAnswer with the number alone.` }],
    };
    return {
      archive: await failures(options, target, byLastNumber, asked.archive, settingsOfTarget),
      ordinary: await failures(options, target, byLastNumber, asked.ordinary, settingsOfTarget),
    };
  } finally {
    await model.close();
  }
}

/** A model that was never taught the domain's form is right where its last number is the answer. */
const byLastNumber: Task<GradeSchoolProblem> = {
  ...gradeSchoolDomain.task,
  verify: (problem, completion) => {
    const answer = lastNumber(gradeSchoolDomain.task.solution(problem));
    const correct = lastNumber(completion) === answer;
    return { correct, answerCorrect: correct };
  },
};

/** A digit for each problem, 1 where the model is wrong. */
async function failures<Problem>(
  { seed, signal }: ServedRunOptions,
  target: LanguageModel,
  task: Task<Problem>,
  problems: readonly Problem[],
  settings: TargetSettings,
): Promise<string> {
  const score = (item: JudgedPrompt) => !task.verify(task.deserialize(item.data), item.response).correct;
  const outcomes = await attackPrompts({
    prompts: problems.map((problem, index) => ({
      id: String(index),
      text: task.prompt(problem),
      data: task.serialize(problem) as Json,
    })),
    target,
    settings,
    scorer: functionJudge({ name: `verifier of ${task.name}`, score }),
    success: 0.5,
    random: new RandomStream(seed, ["verifier"]),
    concurrency,
    ...(signal && { signal }),
  });
  return outcomes.map(({ success }) => (success === undefined ? "-" : Number(success))).join("");
}
