/**
 * Improving a target on prompts (Samvelyan et al. 2024, 2402.16822, section 5): search for prompts that it handles badly, teach
 * it better answers, measure what that did.
 *
 *   1. several searches with different seeds; some archives stay out of training
 *   2. the successes of the others become lessons: a teacher's answers, checked by the search's judge, with ordinary data
 *   3. the target as it was, on the held-out archives and on ordinary prompts
 *   4. fine-tuning: here, or elsewhere with what was written; the run waits for the trained model's id then
 *   5. the trained target on the same, and a renewed attack: a search of the same budget against it
 *
 * Every phase finds in the run's folder what it has done and does the rest, so that a run that was stopped or killed goes on
 * to the result of an undisturbed one with no completed call made again.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { programCommand } from "../../core/program-command.ts";
import type { RunQueue } from "../../runs/queue/run-queue.ts";
import type { Json } from "../../runs/run-store.ts";
import { normalisedText } from "../../synthetic-data/filters/normalised-text.ts";
import { type PromptRecord, promptRecords } from "../run/prompt-records.ts";
import { runSearch } from "../run/run-search.ts";
import { rainbowCommand } from "../run/search-configuration.ts";
import { readAbilityRows } from "./ability.ts";
import { ImprovementContext, type ImprovementOptions } from "./improvement-context.ts";
import {
  callsLeft,
  openPart,
  type PlannedSearch,
  plannedRenewedAttack,
  plannedSearches,
  readPart,
  searchFolder,
  spentElsewhere,
} from "./improvement-parts.ts";
import type { Lessons } from "./lesson.ts";
import { type FailedPrompt, makeLessons } from "./make-lessons.ts";
import { type HeldOutPrompt, type MeasuredOn, measureTarget } from "./measure-target.ts";
import { withoutNearDuplicates } from "./split-duplicates.ts";
import { type TrainingCommands, trainHere, writeTrainingScripts } from "./train-target.ts";
import { type LessonFiles, readOrdinaryRows, trainingRows, writeLessonFiles } from "./training-rows.ts";

/** States of an improvement's run. */
export const stateKeys = {
  /** CollectedPrompts. */
  collected: "collected prompts",
  /** MeasuredOn. */
  measuredOn: "measured on",
  /** TaughtRows. */
  taught: "taught rows",
  /** Ids of trained models, the latest last. */
  trained: "trained targets",
} as const;

/** What searches found. */
export interface CollectedPrompts {
  /** Successes of the training archives, different ones. */
  readonly training: readonly FailedPrompt[];
  readonly heldOut: readonly HeldOutPrompt[];
  /** Held-out prompts that are left out as a training archive, or another held-out one, has them too. */
  readonly shared: number;
  /** Held-out prompts that are left out as near-duplicates of a training archive's; missing in older runs. */
  readonly near?: number;
}

/** What was taught, in numbers. */
export interface TaughtRows {
  readonly lessons: number;
  readonly ordinary: number;
  /** Ordinary rows left out as they are measured on. */
  readonly measured: number;
}

/** How an improvement ended. */
export type ImprovementResult =
  | { readonly state: "done"; readonly target: string }
  /** The searches are done, and people are to look at what they found before it is learnt from. */
  | { readonly state: "review"; readonly searches: readonly string[] }
  /** The target is trained elsewhere: nothing more can be done until its id is told. */
  | { readonly state: "waiting"; readonly files: LessonFiles; readonly scripts: TrainingCommands };

/** Runs an improvement to its end, or until the target has to be trained elsewhere. Throws as its phases do. */
export async function improvePrompts(options: ImprovementOptions): Promise<ImprovementResult> {
  const context = new ImprovementContext(options);
  for (const search of plannedSearches(context.configuration)) await runPlanned(context, search);
  if (isForReview(context)) return { state: "review", searches: trainingFolders(context) };
  const collected = await collect(context);
  const measuredOn = await measuredOnOf(context, collected);
  const { files, scripts } = await teach(context, collected, measuredOn);
  await measureTarget(context, context.configuration.search.target, measuredOn, 0);
  const { target, attempt } = await trainedTarget(context);
  if (target === undefined) return { state: "waiting", files, scripts };
  await measureTarget(context, target, measuredOn, attempt);
  if (context.configuration.renewedAttack) {
    await runPlanned(context, plannedRenewedAttack(context.configuration, target, attempt));
  }
  return { state: "done", target };
}

/** Lessons and learning alone, from prompts that were found before (`collectFrom`). Throws as improvePrompts. */
export async function learnPrompts(options: ImprovementOptions): Promise<ImprovementResult> {
  const context = new ImprovementContext(options);
  const { files, scripts } = await teach(context, await collect(context), { heldOut: [], ability: [] });
  const { target } = await trainedTarget(context);
  return target === undefined ? { state: "waiting", files, scripts } : { state: "done", target };
}

/** True once: a run that was told to wait for reviews goes on when it is resumed. */
function isForReview({ configuration, store }: ImprovementContext): boolean {
  const key = "waited for reviews";
  if (!configuration.review || store.state(key) !== undefined) return false;
  store.setState(key, true);
  return true;
}

function trainingFolders({ configuration, store }: ImprovementContext): string[] {
  const training = plannedSearches(configuration).filter(({ purpose }) => purpose === "training");
  return training.map(({ name }) => searchFolder(store.directory, name));
}

async function runPlanned(context: ImprovementContext, { name, purpose, configuration }: PlannedSearch): Promise<void> {
  const { store, options } = context;
  const doneKey = `done: ${name}`;
  if (store.state(doneKey) !== undefined) return;
  context.checkInterrupted();
  const elsewhere = spentElsewhere(store, context.configuration, name);
  const folder = searchFolder(store.directory, name);
  const part = openPart({
    store,
    folder,
    name,
    configuration: configuration as unknown as Json,
    state: { command: rainbowCommand },
  });
  let queue: RunQueue | undefined;
  try {
    queue = options.queue?.(part);
    await runSearch({
      configuration: { ...configuration, calls: callsLeft(context.configuration.search.calls, elsewhere) },
      store: part,
      open: options.open,
      queue,
      targetHere: context.targetHere,
      ...(options.signal && { signal: options.signal }),
      onProgress: (search) =>
        options.onProgress?.({ phase: purpose === "renewed attack" ? purpose : "search", name, search }),
    });
  } finally {
    await queue?.close();
    part.close();
  }
  store.setState(doneKey, true);
}

/** Successes of the training archives, and all prompts of the held-out ones that no training archive has, nor nearly. */
async function collect({ configuration, store }: ImprovementContext): Promise<CollectedPrompts> {
  const stored = store.state(stateKeys.collected) as unknown as CollectedPrompts | undefined;
  if (stored !== undefined) return stored;
  const planned = plannedSearches(configuration);
  const recordsOf = ({ name }: PlannedSearch, all: boolean) =>
    (readPart(searchFolder(store.directory, name), (part) => promptRecords(part, all)) ?? []).map((record) => ({
      ...record,
      id: `${name}/${record.id}`,
    }));
  const training = planned.filter(({ purpose }) => purpose === "training");
  const heldOut = planned.filter(({ purpose }) => purpose === "held-out").flatMap((search) => recordsOf(search, true));
  const seen = training.flatMap((search) => recordsOf(search, true)).map(({ prompt }) => prompt);
  const { fresh, near } = await withoutNearDuplicates(different(heldOut), seen, ({ prompt }) => prompt);
  const collected: CollectedPrompts = {
    training: failedPrompts(training.flatMap((search) => recordsOf(search, false))),
    heldOut: fresh.map(({ id, prompt }) => ({ id, prompt })),
    shared: heldOut.length - fresh.length - near,
    near,
  };
  store.setState(stateKeys.collected, collected as unknown as Json);
  return collected;
}

/** Prompts to make lessons of, different ones, with the answers that reviewers wrote. */
export function failedPrompts(
  records: readonly Pick<PromptRecord, "id" | "prompt" | "response" | "review">[],
): FailedPrompt[] {
  return different(records).map(({ id, prompt, response, review }) => ({
    id,
    prompt,
    response,
    ...(review?.response !== undefined && { corrected: review.response }),
  }));
}

function different<Record extends { readonly prompt: string }>(records: readonly Record[]): Record[] {
  const seen = new Set<string>();
  return records.filter(({ prompt }) => {
    const text = normalisedText(prompt);
    const fresh = !seen.has(text);
    seen.add(text);
    return fresh;
  });
}

async function measuredOnOf(
  { configuration, store }: ImprovementContext,
  { heldOut }: CollectedPrompts,
): Promise<MeasuredOn> {
  const stored = store.state(stateKeys.measuredOn) as unknown as MeasuredOn | undefined;
  if (stored !== undefined) return stored;
  const { ability: file, abilityRows, search } = configuration;
  const rows = file === undefined ? (search.domain.improve?.ability ?? []) : await readAbilityRows(file, abilityRows);
  const usable = search.heldOutJudge === undefined ? rows.filter(({ answer }) => answer !== undefined) : rows;
  const measuredOn: MeasuredOn = {
    heldOut,
    unusable: rows.length - usable.length,
    ability: usable.map(({ prompt, answer }) => ({ prompt, ...(answer !== undefined && { answer }) })),
  };
  store.setState(stateKeys.measuredOn, measuredOn as unknown as Json);
  return measuredOn;
}

async function teach(
  context: ImprovementContext,
  { training }: CollectedPrompts,
  measuredOn: MeasuredOn,
): Promise<{ readonly files: LessonFiles; readonly scripts: TrainingCommands }> {
  const { configuration, store } = context;
  const { search, ordinary: file, ordinaryShare, lessons: kind } = configuration;
  const lessons = await makeLessons(context, training);
  requireLessons(lessons);
  const measured = [...measuredOn.heldOut, ...measuredOn.ability].map(({ prompt }) => prompt);
  const ordinary = file === undefined ? { rows: [], measured: 0 } : await readOrdinaryRows(file, kind, measured);
  const rows = trainingRows({
    domain: search.domain,
    lessons: lessons.lessons,
    kind,
    ordinary: ordinary.rows,
    share: ordinaryShare,
    random: context.random.split("training rows"),
  });
  const files = writeLessonFiles(store.directory, rows);
  const taught: TaughtRows = {
    lessons: lessons.lessons.length,
    ordinary: rows.length - lessons.lessons.length,
    measured: ordinary.measured,
  };
  store.setState(stateKeys.taught, taught as unknown as Json);
  return { files, scripts: writeTrainingScripts(context) };
}

function requireLessons({ prompts, lessons, discarded }: Lessons): void {
  if (lessons.length > 0) return;
  const reasons = Object.entries(discarded).map(([reason, count]) => `${reason} ${count}`);
  throw new InvalidArgumentError({
    expected: "at least one lesson to teach",
    received:
      prompts === 0
        ? "no prompt that the target handles badly: the searches had no success"
        : `none: of ${prompts} answers of the teacher no one is used (${reasons.join(", ")})`,
    remedy:
      prompts === 0
        ? "search longer (--iterations), or be content with the target"
        : `name a better --teacher in a new run, or check the judge (${programCommand} judge)`,
  });
}

/** The latest trained model; trained now where that happens here. */
async function trainedTarget(
  context: ImprovementContext,
): Promise<{ readonly target: string | undefined; readonly attempt: number }> {
  const { store, configuration } = context;
  const trained = trainedTargets(store);
  if (trained.length > 0) return { target: trained.at(-1), attempt: trained.length };
  if (configuration.train === "elsewhere") return { target: undefined, attempt: 0 };
  const target = await trainHere(context);
  addTrainedTarget(store, target);
  return { target, attempt: 1 };
}

/** Ids of the trained models of a run, the latest last. */
export function trainedTargets(store: Pick<ImprovementOptions["store"], "state">): readonly string[] {
  return (store.state(stateKeys.trained) as readonly string[] | undefined) ?? [];
}

/** Tells a run that a model was trained on its lessons; one that is the latest already changes nothing. */
export function addTrainedTarget(store: ImprovementOptions["store"], target: string): void {
  const before = trainedTargets(store);
  if (before.at(-1) !== target) store.setState(stateKeys.trained, [...before, target]);
}
