/**
 * Rainbow Teaming (Samvelyan et al. 2024, 2402.16822, Algorithm 2): a quality-diversity search for diverse prompts that a
 * target handles badly, with language models as mutator, target and judge.
 *
 * An iteration makes one child:
 *   1. a parent x, uniformly from the archive's cells; of the seeds while the archive is empty
 *   2. a target cell z with probability proportional to exp(-F(z) / t), t = 0.1, an empty cell counted as F = 0
 *   3. x' = x mutated towards z, one descriptor a call, in sequence                        (propose-child.ts)
 *   4. discarded where BLEU(x', x) >= 0.6
 *   5. the target's response y'                                                           (answer-child.ts)
 *   6. into an empty cell; else the judge compares y' with the incumbent's response y, and x' replaces x where it wins
 *   7. what enters is scored; the score F steers step 2 and decides nothing (with the arm "score" it decides step 6)
 *                                                                                          (decide-child.ts)
 * `batchSize` iterations choose from the same archive, as the paper's batches of 32 do.
 *
 * Deviations: the sign printed in Algorithm 2 (its text asks for low fitness, as here); the paper's judge votes four times
 * on every child and scores every child, here a majority may be decided early (the judge's matter) and only what enters is
 * scored, so an iteration takes less than the paper's 7 calls; a text that its cell has already is not judged again.
 *
 * Resuming: an iteration's draws come from its own random stream, choices of a batch from the archive that the batches
 * before it left, and results enter in the order of iterations. What is stored is therefore all that a search needs to go
 * on to the archive that it would have reached undisturbed, at any speed of the models, if these are deterministic or
 * recorded. A prompt is committed before it can become a parent, an incumbent of a later batch, or steer.
 */

import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../core/random.ts";
import type { Judge, JudgedItem } from "../judges/judge.ts";
import { throwIfAborted } from "../language-models/interrupted.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import { addStatus } from "../quality-diversity/archives/archive.ts";
import { differingBins, SuccessMemory } from "../quality-diversity/selection/success-memory.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import type { NearDuplicateFilterOptions } from "../synthetic-data/filters/near-duplicate-filter.ts";
import { type Answered, answerChild, lostIteration } from "./answer-child.ts";
import { ArchiveDuplicates } from "./archive-duplicates.ts";
import { cellsMove, isAimed } from "./archives/archive-schema.ts";
import type { PlaceText } from "./archives/embedding-points.ts";
import { type AnsweredChild, type DecidedChild, decideChild, decideTogether } from "./decide-child.ts";
import type { Domain } from "./domain-schema.ts";
import {
  addCalls,
  type CallCounts,
  type DiscardedIteration,
  type DiscardReason,
  type EvaluatedPrompt,
  noCalls,
} from "./evaluated-prompt.ts";
import { offerChild } from "./offer-child.ts";
import { runInOrder } from "./ordered-pipeline.ts";
import { type Plan, planBatch } from "./plan-batch.ts";
import { PromptArchive, type PromptArchiveStatistics } from "./prompt-archive.ts";
import type { Proposer } from "./propose-child.ts";
import { checkArms, type SearchArms } from "./search-arms.ts";
import { commitIterations, loadProgress } from "./search-progress.ts";

/** The parts and the budget of a search. */
export interface RainbowSearchOptions {
  readonly domain: Domain;
  /** Where everything is kept; a search of that name that is there already is continued. */
  readonly store: RunStore;
  /** Of the archive in the store. */
  readonly name: string;
  readonly propose: Proposer;
  readonly target: LanguageModel;
  /**
   * Compares a child's response (the first of the pair) with the incumbent's; a majority that is decided early stops by the
   * rule "first-wins". Where it only scores, scores decide.
   */
  readonly judge: Judge;
  /** Scores what enters the archive; default: the judge, where it can. */
  readonly scorer?: Judge;
  /** A text's place in an archive over embeddings (archives/embedding-points.ts); the domain says whether it has one. */
  readonly place?: PlaceText | undefined;
  readonly arms?: SearchArms;
  /** Discards children that the archive has already, or nearly; default: only texts that their cell has. */
  readonly nearDuplicates?: NearDuplicateFilterOptions;
  /** Children in all, those of the search that is continued included; default: the domain's. */
  readonly iterations?: number;
  /** Iterations that choose from the same archive; default: the domain's. */
  readonly batchSize?: number;
  /**
   * How many batches may begin before a batch is complete; default 0. With 1 an endpoint is never idle at the end of a
   * batch, and a batch chooses from an archive that lacks the one just before it.
   */
  readonly batchesAhead?: number;
  /**
   * Whether the decisions of a batch are made together, once all its children have their responses: for a judge that takes
   * several pairs in one call (batchedJudge). A batch is committed whole then, and the archive depends on the number of
   * iterations where that ends a batch early. Default false.
   */
  readonly decidesTogether?: boolean;
  /** Iterations under way at most; default 16. It changes nothing about the result. */
  readonly concurrency?: number;
  readonly random: RandomStream;
  readonly signal?: AbortSignal | undefined;
  /** Called after every commit. */
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** How far a search has come. */
export interface SearchProgress extends PromptArchiveStatistics {
  readonly iterations: number;
  readonly evaluated: number;
  readonly discarded: Readonly<Partial<Record<DiscardReason, number>>>;
  readonly calls: CallCounts;
}

/** An item that may carry what its prompt was made from. */
export interface JudgedPrompt extends JudgedItem {
  readonly data?: Json;
}

/** How an iteration ended. */
export type Iteration = { readonly kept: EvaluatedPrompt } | { readonly lost: DiscardedIteration };

/** The archive of a finished search, and what it took. */
export interface RainbowSearchResult {
  readonly archive: PromptArchive;
  readonly progress: SearchProgress;
}

/**
 * Runs the search to its number of iterations. Throws InterruptedError where the signal aborts, BudgetExceededError where
 * the next call of a recorded model would exceed its budget, StorageError, and what the models throw; everything that was
 * committed until then is kept, and the same call goes on from there.
 */
export async function rainbowSearch(options: RainbowSearchOptions): Promise<RainbowSearchResult> {
  const { domain, store, name, judge, signal, batchesAhead = 0, concurrency = 16 } = options;
  const { iterations = domain.search.iterations, batchSize = domain.search.batchSize } = options;
  const decidesByComparison = judge.capabilities.has("compare") && !cellsMove(domain.archive);
  const arms = checkArms(options.arms ?? {}, decidesByComparison, isAimed(domain.archive));
  requireScorer(options);
  const archive = new PromptArchive({ descriptors: domain.descriptors, archive: domain.archive, ...arms });
  const batchOf = (iteration: number) => Math.floor((iteration - 1) / batchSize);
  const firstOf = (batch: number) => batch * batchSize + 1;

  // Committed iterations enter one by one, whether they were just made or are read from the store.
  const plans = new Map<number, readonly Plan[]>();
  const memory = new SuccessMemory<EvaluatedPrompt>({
    perCell: Math.max(1, arms.memory),
    distance: (cell, other) => differingBins(archive, cell, other),
  });
  const progress = { iterations: 0, evaluated: 0, calls: noCalls, discarded: {} as Record<string, number> };
  const duplicates = options.nearDuplicates && new ArchiveDuplicates(options.nearDuplicates, batchesAhead);
  const plan = (batch: number) => {
    plans.set(batch, planBatch(options, { archive, memory, arms, batch, batchSize }));
    duplicates?.plan(batch);
    plans.delete(batch - batchesAhead - 2);
  };
  const enter = (iteration: Iteration, left?: readonly string[]) => {
    progress.iterations++;
    if ("kept" in iteration) {
      const { status, fitness, calls } = iteration.kept;
      // Where cells move, what was just decided is in already.
      const removed = left ?? (archive.moves ? offerChild(archive, iteration).removed : archive.add(iteration.kept));
      if (status !== addStatus.rejected) duplicates?.note(iteration.kept, removed);
      progress.evaluated++;
      progress.calls = addCalls(progress.calls, calls);
      if (arms.memory > 0 && status !== addStatus.rejected && fitness >= domain.success) {
        memory.remember(archive.cellOf(iteration.kept.bins), iteration.kept);
      }
    } else {
      const { reason, calls } = iteration.lost;
      progress.discarded[reason] = (progress.discarded[reason] ?? 0) + 1;
      progress.calls = addCalls(progress.calls, calls);
    }
    if (progress.iterations % batchSize === 0) plan(progress.iterations / batchSize + batchesAhead);
  };
  for (let batch = 0; batch <= batchesAhead; batch++) plan(batch);
  for (const iteration of loadProgress(store, name)) enter(iteration);
  const tell = (): SearchProgress => ({ ...progress, ...archive.statistics(domain.success) });
  options.onProgress?.(tell());

  const decisions = { name, judge, scorer: options.scorer ?? judge, arms, random: options.random, signal };
  const answeredChild = (
    iteration: number,
    { child, plan, calls }: Extract<Answered, { readonly child: unknown }>,
  ) => ({
    iteration,
    cell: archive.moves ? archive.cellOf(child.bins) : archive.placeOf(child),
    child,
    parent: plan.parent,
    calls,
  });
  // The cells as they will be once all decisions under way are made: the next one in a cell waits for the last.
  const pending = new Map<number, Promise<readonly EvaluatedPrompt[]>>();

  // A batch's decisions begin when those of the batch before are made.
  let batchBefore: Promise<unknown> = Promise.resolve();
  const cellsAfter = new Map<number, readonly EvaluatedPrompt[]>();
  const decideBatch = (first: number, answers: readonly Answered[], check: () => void): Promise<Iteration[]> => {
    const children = answers.flatMap((answered, place) =>
      "child" in answered ? [answeredChild(first + place, answered)] : [],
    );
    const made = batchBefore.then(async () => {
      const cellBefore = (cell: number) => cellsAfter.get(cell) ?? archive.prompts(cell);
      const decided = await decideTogether(decisions, children, cellBefore, check);
      for (const [place, { cellAfter }] of decided.entries()) {
        cellsAfter.set((children[place] as AnsweredChild).cell, cellAfter);
      }
      const results = decided[Symbol.iterator]();
      return answers.map((answered, place) =>
        "child" in answered ? (results.next().value as DecidedChild).result : lostIteration(first + place, answered),
      );
    });
    // Whoever waits for the decisions hears of a failure.
    batchBefore = made.catch(() => undefined);
    return made;
  };

  await runInOrder<Answered, Iteration>({
    first: progress.iterations + 1,
    end: iterations + 1,
    concurrency,
    ready: (iteration) => {
      throwIfAborted(signal);
      return plans.has(batchOf(iteration));
    },
    start: async (iteration, check) => {
      const batch = batchOf(iteration);
      const planned = plans.get(batch)?.[iteration - firstOf(batch)] as Plan;
      const isRepeated = async (text: string) => (await duplicates?.find(batch, text, signal)) !== undefined;
      return answerChild(options, arms, iteration, planned, isRepeated, check);
    },
    decide: async (iteration, answered, check) => {
      if ("discarded" in answered) return lostIteration(iteration, answered);
      const child = answeredChild(iteration, answered);
      // Everyone is scored, whoever is in the cell; who stays is known when all before it are in (commit).
      if (archive.moves) return (await decideChild(decisions, child, [], check)).result;
      const { cell } = child;
      const before = pending.get(cell) ?? Promise.resolve(archive.prompts(cell));
      const decided = before.then((incumbents) => decideChild(decisions, child, incumbents, check));
      const after = decided.then(({ cellAfter }) => cellAfter);
      // Whoever waits for the decision hears of its failure; nobody may be waiting for the cell.
      after.catch(() => undefined);
      pending.set(cell, after);
      return decided.then(({ result }) => result);
    },
    ...(options.decidesTogether &&
      !archive.moves && {
        together: {
          end: (iteration) => Math.min(iterations + 1, firstOf(batchOf(iteration) + 1)),
          decide: (first, answers, check) => decideBatch(first, answers, check),
        },
      }),
    commit: async (decided) => {
      if (archive.moves) {
        // One by one: a batch that is planned in between chooses from the archive as of its own iteration.
        for (const iteration of decided) {
          const { placed, removed } = offerChild(archive, iteration);
          await commitIterations(store, name, [placed]);
          enter(placed, removed);
        }
      } else {
        await commitIterations(store, name, decided);
        for (const iteration of decided) enter(iteration);
      }
      options.onProgress?.(tell());
    },
  });
  return { archive, progress: tell() };
}

function requireScorer({ judge, scorer = judge }: Pick<RainbowSearchOptions, "judge" | "scorer">): void {
  if (scorer.capabilities.has("score")) return;
  throw new InvalidArgumentError({
    expected: "a judge that scores what enters the archive",
    received: `${scorer.id}, which only compares`,
    remedy: "pass a scorer beside it, such as a rubric judge",
  });
}
