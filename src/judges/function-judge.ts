import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { exportsOf, importNamedModule } from "../core/import-module.ts";
import { quotedText } from "../core/quoted-text.ts";
import { throwIfAborted } from "../language-models/interrupted.ts";
import type { Judge, JudgedItem, JudgedPair, JudgeScore, Verdict } from "./judge.ts";
import { makeJudge, oneScore } from "./make-judge.ts";
import { oneVote } from "./votes.ts";

/** Whether (true is 1), or how much in [0, 1], an item is what is looked for; with a reason where one is wanted. */
export type ScoringFunction = (item: JudgedItem) => Scored | Promise<Scored>;
/** What a function says of a response: right or wrong, a value in [0, 1], or either with a reason. */
export type Scored = boolean | number | { readonly value: boolean | number; readonly reason?: string };

/** Which of two items is more of what is looked for. */
export type ComparingFunction = (first: JudgedItem, second: JudgedItem) => Compared | Promise<Compared>;
/** Which response of a pair a function finds the better one. */
export type Compared = "first" | "second" | "tie";

/** Functions of which at least one is given; undefined may also be the name of what a module does not export. */
export interface FunctionJudgeOptions {
  /** For people, e.g. the module's path. */
  readonly name?: string;
  readonly score?: ScoringFunction | undefined;
  readonly compare?: ComparingFunction | undefined;
}

/**
 * Capable of what it has functions for; no call. A function that throws, or gives something else than it should, counts as
 * an answer that could not be read, with the error as reason. Functions run in this thread and without a time limit.
 */
export function functionJudge({ name = "function", score, compare }: FunctionJudgeOptions): Judge {
  return makeJudge(name === "function" ? name : `function ${quotedText(name, 60)}`, {
    ...(score !== undefined && {
      score: (items, { signal }) => each(items, signal, (item) => scoreOne(item, score)),
    }),
    ...(compare !== undefined && {
      compare: (pairs, { signal }) => each(pairs, signal, (pair) => compareOne(pair, compare)),
    }),
  });
}

/**
 * A judge of a module's exports: `score` (or the default export) and `compare`. TypeScript is taken as it is. Throws
 * StorageError where there is no such file, InvalidArgumentError where it cannot be loaded or exports neither.
 */
export async function loadFunctionJudge(path: string): Promise<Judge> {
  const module = await importNamedModule({ path, of: "the judge's function", notUsable });
  const score = module.score ?? module.default;
  const { compare } = module;
  const isFunction = (value: unknown) => value === undefined || typeof value === "function";
  if ((score === undefined && compare === undefined) || !isFunction(score) || !isFunction(compare)) {
    throw notUsable(exportsOf(module));
  }
  return functionJudge({
    name: path,
    score: score as ScoringFunction | undefined,
    compare: compare as ComparingFunction | undefined,
  });
}

async function each<Subject, Result>(
  subjects: readonly Subject[],
  signal: AbortSignal | undefined,
  judge: (subject: Subject) => Promise<Result>,
): Promise<readonly Result[]> {
  throwIfAborted(signal);
  // All at the same time: a function may ask something over the network.
  const results = await Promise.all(subjects.map(judge));
  throwIfAborted(signal);
  return results;
}

async function scoreOne(item: JudgedItem, score: ScoringFunction): Promise<JudgeScore> {
  try {
    const given = await score(item);
    const isObject = typeof given === "object" && given !== null;
    const value = Number(
      isObject ? given.value : typeof given === "boolean" || typeof given === "number" ? given : Number.NaN,
    );
    if (value >= 0 && value <= 1) return oneScore(value, 0, { reason: isObject ? given.reason : undefined });
    return oneScore(undefined, 0, { reason: `the function gave ${quotedText(JSON.stringify(given) ?? "nothing")}` });
  } catch (error) {
    return oneScore(undefined, 0, { reason: messageOf(error) });
  }
}

async function compareOne({ first, second }: JudgedPair, compare: ComparingFunction): Promise<Verdict> {
  try {
    const winner = await compare(first, second);
    if (["first", "second", "tie"].includes(winner)) return oneVote(winner, 0);
    return oneVote("unparsable", 0, { reason: `the function gave ${quotedText(JSON.stringify(winner) ?? "nothing")}` });
  } catch (error) {
    return oneVote("unparsable", 0, { reason: messageOf(error) });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function notUsable(received: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: "a module that exports a function `score` (or a default one), `compare`, or both",
    received,
    remedy: "export function score({ prompt, response }) { return response.includes(...); }",
    cause,
  });
}
