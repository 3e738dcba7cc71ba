/** Steps 6 and 7 of a search: whether a child enters its cell, and what it is worth. One child at a time, or a batch together. */
import type { RandomStream } from "../core/random.ts";
import type { Judge, JudgeScore, Verdict } from "../judges/judge.ts";
import { addStatus } from "../quality-diversity/archives/archive.ts";
import { addCalls, type CallCounts, type EvaluatedPrompt, type ProposedPrompt } from "./evaluated-prompt.ts";
import { judgeReasons } from "./judge-reasons.ts";
import { placeInCell } from "./prompt-archive.ts";
import type { Iteration, JudgedPrompt } from "./rainbow-search.ts";
import type { SearchArms } from "./search-arms.ts";

/** What decides. */
export interface ChildDecisions {
  /** Of the archive in the store. */
  readonly name: string;
  readonly judge: Judge;
  readonly scorer: Judge;
  readonly arms: Required<SearchArms>;
  readonly random: RandomStream;
  readonly signal?: AbortSignal | undefined;
}

/** A child with its response. */
export interface AnsweredChild {
  readonly iteration: number;
  readonly cell: number;
  readonly child: ProposedPrompt & { readonly response: string };
  readonly parent: { readonly id: string | undefined; readonly text: string };
  /** What it took so far. */
  readonly calls: CallCounts;
}

/** How an iteration ended, and the cell's prompts afterwards. */
export interface DecidedChild {
  readonly result: Iteration;
  readonly cellAfter: readonly EvaluatedPrompt[];
}

/** Decides, given the cell's prompts as all earlier iterations leave them. `check` throws where the search is about to end. */
export async function decideChild(
  decisions: ChildDecisions,
  answered: AnsweredChild,
  incumbents: readonly EvaluatedPrompt[],
  check: () => void,
): Promise<DecidedChild> {
  const { judge, random, signal } = decisions;
  const { child, iteration } = answered;
  if (isRepeated(answered, incumbents)) return repeated(answered, incumbents);
  const incumbent = opponent(decisions, incumbents);
  if (incumbent === undefined) return placed(decisions, answered, incumbents, undefined, check);
  check();
  const [verdict] = await judge.compare([{ first: judgedItem(child), second: judgedItem(incumbent) }], {
    random: random.split("iteration", iteration, "judge", "compare"),
    ...(signal && { signal }),
  });
  return placed(decisions, answered, incumbents, { incumbent, verdict: verdict as Verdict }, check);
}

/**
 * Decides several children, in the order of iterations, with comparisons asked together: for judges that take several pairs
 * in one question. All that stand first in their cells are compared at once, then those that come second there, and so on:
 * what is asked together follows from the children alone and not from how fast anything was.
 *
 * @param cellBefore the prompts of a cell as all earlier iterations leave them
 */
export async function decideTogether(
  decisions: ChildDecisions,
  children: readonly AnsweredChild[],
  cellBefore: (cell: number) => readonly EvaluatedPrompt[],
  check: () => void,
): Promise<DecidedChild[]> {
  const { judge, random, signal } = decisions;
  const cells = new Map(children.map(({ cell }) => [cell, cellBefore(cell)]));
  const decided = new Map<number, DecidedChild>();
  let waiting = [...children];
  for (let wave = 0; waiting.length > 0; wave++) {
    const taken = new Set<number>();
    const now = waiting.filter(({ cell }) => !taken.has(cell) && taken.add(cell));
    const met = now.map((answered) => {
      const incumbents = cells.get(answered.cell) as readonly EvaluatedPrompt[];
      const incumbent = isRepeated(answered, incumbents) ? undefined : opponent(decisions, incumbents);
      return { answered, incumbents, incumbent };
    });
    const pairs = met.flatMap(({ answered, incumbent }) =>
      incumbent === undefined ? [] : [{ first: judgedItem(answered.child), second: judgedItem(incumbent) }],
    );
    if (pairs.length > 0) check();
    // Named after its first iteration: a search that goes on begins the same batch again.
    const stream = random.split("iteration", (children[0] as AnsweredChild).iteration, "judge", "together", wave);
    const verdicts =
      pairs.length === 0 ? [] : await judge.compare(pairs, { random: stream, ...(signal && { signal }) });
    const next = verdicts[Symbol.iterator]();
    const results = met.map(({ answered, incumbents, incumbent }) => {
      if (isRepeated(answered, incumbents)) return repeated(answered, incumbents);
      const comparison = incumbent && { incumbent, verdict: next.next().value as Verdict };
      return placed(decisions, answered, incumbents, comparison, check);
    });
    // All are waited for, so that what was paid is recorded before a failure is told.
    for (const [index, ended] of (await Promise.allSettled(results)).entries()) {
      if (ended.status === "rejected") throw ended.reason;
      const { iteration, cell } = now[index] as AnsweredChild;
      decided.set(iteration, ended.value);
      cells.set(cell, ended.value.cellAfter);
    }
    waiting = waiting.filter(({ iteration }) => !decided.has(iteration));
  }
  return children.map(({ iteration }) => decided.get(iteration) as DecidedChild);
}

function isRepeated({ child }: AnsweredChild, incumbents: readonly EvaluatedPrompt[]): boolean {
  return incumbents.some(({ text }) => text === child.text);
}

function repeated({ iteration, child, calls }: AnsweredChild, incumbents: readonly EvaluatedPrompt[]): DecidedChild {
  const { similarity } = child;
  return { result: { lost: { iteration, reason: "duplicate", similarity, calls } }, cellAfter: incumbents };
}

/** Of several elites the challenger meets the one that has stood longest; a cell with room takes everyone. */
function opponent({ arms }: ChildDecisions, incumbents: readonly EvaluatedPrompt[]): EvaluatedPrompt | undefined {
  const isFull = incumbents.length >= arms.elitesPerCell;
  return arms.replacement === "comparison" && isFull ? incumbents.at(-1) : undefined;
}

async function placed(
  { name, scorer, arms, random, signal }: ChildDecisions,
  answered: AnsweredChild,
  incumbents: readonly EvaluatedPrompt[],
  comparison: { readonly incumbent: EvaluatedPrompt; readonly verdict: Verdict } | undefined,
  check: () => void,
): Promise<DecidedChild> {
  const { child, iteration, cell, parent } = answered;
  let calls = addCalls(answered.calls, { judge: comparison?.verdict.calls ?? 0 });
  const wins = comparison === undefined || comparison.verdict.winner === "first";
  // A score that nobody could read steers as 0: the cell stays one to aim at.
  let fitness = 0;
  let isUnread = false;
  let score: JudgeScore | undefined;
  if (wins) {
    check();
    const stream = random.split("iteration", iteration, "judge", "score");
    [score] = await scorer.score([judgedItem(child)], { random: stream, ...(signal && { signal }) });
    calls = addCalls(calls, { judge: score?.calls ?? 0 });
    fitness = score?.value ?? 0;
    isUnread = score?.value === undefined;
  }
  const scratch = arms.parents === "none";
  const unplaced: EvaluatedPrompt = {
    ...child,
    id: `${name}/${iteration}`,
    parentId: scratch ? undefined : parent.id,
    parentText: scratch ? undefined : parent.text,
    iteration,
    cell,
    fitness,
    ...(isUnread && { scored: false as const }),
    status: addStatus.rejected,
    votes: comparison?.verdict.votes,
    incumbentId: comparison?.incumbent.id,
    reasons: judgeReasons(comparison?.verdict, score),
    calls,
  };
  const { status } = placeInCell(incumbents, unplaced, wins, arms);
  const kept = { ...unplaced, status };
  return { result: { kept }, cellAfter: placeInCell(incumbents, kept, wins, arms).prompts };
}

/** A verifier's judge finds the problem that a program made beside the texts. */
function judgedItem({ text, response, data }: Pick<EvaluatedPrompt, "text" | "response" | "data">): JudgedPrompt {
  return { prompt: text, response, ...(data !== undefined && { data }) };
}
