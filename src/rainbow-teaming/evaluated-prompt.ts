/** A prompt that was put to the target: what an archive keeps, and its form in the run store. */
import type { Votes } from "../judges/judge.ts";
import type { AddStatus } from "../quality-diversity/archives/archive.ts";
import type { Json, StoredEntry } from "../runs/run-store.ts";
import type { JudgeReasons } from "./judge-reasons.ts";

/** Calls of models by their role. */
export interface CallCounts {
  readonly mutator: number;
  readonly target: number;
  /** Comparisons, and scores of what enters the archive. */
  readonly judge: number;
  /** Scores of proposals before any of them is put to the target (Ferret). */
  readonly ranking: number;
  /** Placing a prompt by a model instead of by what was asked for. */
  readonly classifier: number;
}

/** No calls at all. */
export const noCalls: CallCounts = { mutator: 0, target: 0, judge: 0, ranking: 0, classifier: 0 };

/** Calls of two kinds together. */
export function addCalls(a: CallCounts, b: Partial<CallCounts>): CallCounts {
  return {
    mutator: a.mutator + (b.mutator ?? 0),
    target: a.target + (b.target ?? 0),
    judge: a.judge + (b.judge ?? 0),
    ranking: a.ranking + (b.ranking ?? 0),
    classifier: a.classifier + (b.classifier ?? 0),
  };
}

/** Calls of all roles. */
export function totalCalls(calls: CallCounts): number {
  return calls.mutator + calls.target + calls.judge + calls.ranking + calls.classifier;
}

/** What one mutation on the way from parent to child was asked for, and gave. */
export interface MutationStep {
  readonly descriptor: string;
  readonly label: string;
  readonly text: string;
}

/** A child before it was put to the target. */
export interface ProposedPrompt {
  /** Untrusted, as is everything that a model wrote. */
  readonly text: string;
  /** One bin for each of the domain's descriptors. */
  readonly bins: readonly number[];
  readonly steps: readonly MutationStep[];
  /** Of child and parent by the filter's own measure; 0 without a parent or a filter. */
  readonly similarity: number;
  /** What a program made the prompt from, for a verifier. */
  readonly data?: Json | undefined;
  /** Its place in an archive that is no grid of labels: numbers between their descriptors' ends, or an embedding. */
  readonly point?: readonly number[] | undefined;
  /** In (0, 1], by descriptor, where a model told the bin. */
  readonly confidences?: Readonly<Record<string, number>> | undefined;
}

/** A child, its response and what became of it. */
export interface EvaluatedPrompt extends ProposedPrompt {
  /** Unique in the run: archive and iteration. */
  readonly id: string;
  /** Undefined for a child of a seed, and without a parent. */
  readonly parentId: string | undefined;
  /** The text that was mutated; undefined without a parent. */
  readonly parentText: string | undefined;
  /** From 1. */
  readonly iteration: number;
  readonly response: string;
  readonly cell: number;
  /** The judge's score in [0, 1]; 0 for a child that lost its comparison, which is not scored. */
  readonly fitness: number;
  /** False where the judge was asked for a score and its answer could not be read; the fitness of 0 then only steers. */
  readonly scored?: false | undefined;
  readonly status: AddStatus;
  /** "first" is the child, "second" the incumbent; undefined where nothing was compared. */
  readonly votes: Votes | undefined;
  readonly incumbentId: string | undefined;
  /** Why, in the words of the search's judge; undefined where it gave none. */
  readonly reasons?: JudgeReasons | undefined;
  readonly calls: CallCounts;
}

/** Why a child never reached the target, or its response the judge. */
export type DiscardReason = "similar" | "no prompt" | "no bin" | "near-duplicate" | "no response" | "duplicate";

/** An iteration that gave nothing to keep. */
export interface DiscardedIteration {
  readonly iteration: number;
  readonly reason: DiscardReason;
  readonly similarity: number;
  readonly calls: CallCounts;
}

/** What the judge says of a prompt, in [0, 1]; null where its answer could not be read. */
export function judgedScore({ fitness, scored }: Pick<EvaluatedPrompt, "fitness" | "scored">): number | null {
  return scored === false ? null : fitness;
}

/** The entry of the run store. */
export function storePrompt(archive: string, prompt: EvaluatedPrompt): StoredEntry {
  const {
    id,
    parentId,
    iteration,
    cell,
    fitness,
    votes,
    data,
    parentText,
    incumbentId,
    point,
    confidences,
    scored,
    reasons,
    ...rest
  } = prompt;
  const payload = {
    ...rest,
    ...(parentText !== undefined && { parentText }),
    ...(incumbentId !== undefined && { incumbentId }),
    ...(votes !== undefined && { votes }),
    ...(data !== undefined && { data }),
    ...(point !== undefined && { point: encodePoint(point) }),
    ...(confidences !== undefined && { confidences }),
    ...(scored === false && { scored }),
    ...(reasons !== undefined && { reasons: { ...reasons } }),
  };
  return { id, parentId: parentId ?? null, iteration, archive, cell, fitness, payload: payload as unknown as Json };
}

const noSteps: readonly MutationStep[] = [];

/** The prompt of an entry of the run store, with its steps or without any. */
export function loadPrompt(
  { id, parentId, iteration, cell, fitness, payload }: StoredEntry,
  { steps = true }: { readonly steps?: boolean } = {},
): EvaluatedPrompt {
  type InEntry = "id" | "parentId" | "iteration" | "cell" | "fitness";
  const rest = payload as unknown as Omit<EvaluatedPrompt, InEntry | "point"> & { readonly point?: string };
  // Field by field: objects of one shape are read several times as fast, of which there may be a hundred thousand.
  const loaded: Required<EvaluatedPrompt> = {
    id,
    parentId: parentId ?? undefined,
    parentText: rest.parentText,
    iteration,
    cell,
    fitness,
    scored: rest.scored,
    text: rest.text,
    bins: rest.bins,
    steps: steps ? rest.steps : noSteps,
    similarity: rest.similarity,
    data: rest.data,
    point: rest.point === undefined ? undefined : decodePoint(rest.point),
    confidences: rest.confidences,
    response: rest.response,
    status: rest.status,
    votes: rest.votes,
    incumbentId: rest.incumbentId,
    reasons: rest.reasons,
    calls: rest.calls,
  };
  return loaded;
}

/** Points are numbers of float32: their bytes in base64, exact and a third as long as digits. */
function encodePoint(point: readonly number[]): string {
  return Buffer.from(Float32Array.from(point).buffer).toString("base64");
}

function decodePoint(text: string): number[] {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
}
