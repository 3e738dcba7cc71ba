/** The prompts of a search's archive as records for files: everything that is known of each, and what led to it. */
import type { RunStore } from "../../runs/run-store.ts";
import type { DataRow } from "../../synthetic-data/measures/measure.ts";
import { type DomainDescriptor, labelsOf } from "../domain-schema.ts";
import { type EvaluatedPrompt, judgedScore } from "../evaluated-prompt.ts";
import type { ItemReview } from "../review/review.ts";
import { type ReviewCounts, reviewCounts } from "../review/review-agreement.ts";
import { reviews } from "../review/review-store.ts";
import { describePut } from "./describe-found.ts";
import { ancestorsOf, foundPrompts, promptLinks } from "./found-prompts.ts";
import { heldOutScores } from "./held-out-scores.ts";
import { searchConfiguration } from "./search-configuration.ts";

/** A reviewer's decision on an item that is used. */
export interface AppliedReview {
  readonly decision: "accepted" | "corrected";
  /** The corrected verdict; missing where it was not. */
  readonly success?: boolean;
  /** A better answer than the target's, for training; missing where none was written. */
  readonly response?: string;
}

/** One elite. All texts are untrusted. */
export interface PromptRecord {
  readonly id: string;
  readonly prompt: string;
  readonly response: string;
  /** By name of the descriptor. */
  readonly labels: Readonly<Record<string, string>>;
  /** In (0, 1], by name of a descriptor whose labels a model tells. */
  readonly confidences?: Readonly<Record<string, number>>;
  /** The judge's score in [0, 1]; null where its answer could not be read. */
  readonly fitness: number | null;
  /** Whether the fitness counts as a success in its domain; where a reviewer corrected that, what the reviewer says; null: not known. */
  readonly success: boolean | null;
  /** What a reviewer decided; missing where none has. What was rejected has no record. */
  readonly review?: AppliedReview;
  /** Of the held-out judge: a score in [0, 1], or null where its answer could not be read; missing without such a judge. */
  readonly heldOutScore?: number | null;
  /** "first" is this prompt, "second" the one that stood in its cell; missing where nothing was compared. */
  readonly votes?: EvaluatedPrompt["votes"];
  readonly iteration: number;
  /** Its ancestors, its parent first; the last one came from a seed where `seed` is there. */
  readonly lineage: readonly { readonly id: string; readonly iteration: number; readonly prompt: string }[];
  readonly seed?: string;
}

/** Which records are wanted, by what reviewers decided. */
export interface PromptSelection {
  /** "accepted": accepted and corrected ones alone; "unreviewed": those without a decision. Default: both. */
  readonly only?: "accepted" | "unreviewed";
}

/** What is told of a search beside its records: numbers, so that its prompts need not be kept. */
export interface SearchFacts {
  readonly iterations: number;
  /** How many prompts were put to the target, in a sentence. */
  readonly put: string;
  /** Prompts of the archive. */
  readonly elites: number;
  readonly cells: number;
  readonly reviews: ReviewCounts;
}

/**
 * The archive's prompts with what reviewers said of them, without those that they rejected; only successes unless `all`.
 * Throws InvalidArgumentError for a run of something else, and as `reviews` does.
 */
export function promptRecords(store: RunStore, all: boolean, selection: PromptSelection = {}): PromptRecord[] {
  return searchRecords(store, all, selection).records;
}

/** The records, and what else is told of their search. Throws as promptRecords. */
export function searchRecords(
  store: RunStore,
  all: boolean,
  { only }: PromptSelection = {},
): { readonly records: PromptRecord[]; readonly facts: SearchFacts } {
  const configuration = searchConfiguration(store);
  const { domain } = configuration;
  const found = foundPrompts(configuration, store, 0, { steps: false });
  const heldOut = heldOutScores(store)?.scores ?? {};
  const reviewed = reviews(store);
  const { items } = reviewed;
  const wanted = found.elites.filter(({ id }) => {
    const decision = items.get(id)?.decision;
    if (decision === "rejected") return false;
    return only === undefined || (only === "accepted") === (decision !== undefined);
  });
  const labelsAt = labelsByBins(domain.descriptors);
  const lineOf = ancestorsOf(promptLinks(found.prompts), ({ id, iteration, text: prompt }) => ({
    id,
    iteration,
    prompt,
  }));
  const records = wanted.map((elite): PromptRecord => {
    const { id, text, response, bins, votes, iteration, confidences } = elite;
    const fitness = judgedScore(elite);
    const lineage = lineOf(elite);
    const oldest = found.prompts.get(lineage.at(-1)?.id ?? id) ?? elite;
    const score = heldOut[id];
    const review = appliedReview(items.get(id));
    return {
      id,
      prompt: text,
      response,
      labels: labelsAt(bins),
      ...(confidences !== undefined && { confidences }),
      fitness,
      success: review?.success ?? (fitness === null ? null : fitness >= domain.success),
      ...(review !== undefined && { review }),
      ...(score !== undefined && { heldOutScore: score }),
      ...(votes !== undefined && { votes }),
      iteration,
      lineage,
      ...(oldest.parentId === undefined && oldest.parentText !== undefined && { seed: oldest.parentText }),
    };
  });
  const facts = {
    iterations: found.iterations,
    put: describePut(found),
    elites: found.elites.length,
    cells: found.cells,
    reviews: reviewCounts(reviewed),
  };
  return { records: all ? records : records.filter(({ success }) => success), facts };
}

/** Labels by name of the descriptor; prompts of one cell share them. */
function labelsByBins(descriptors: readonly DomainDescriptor[]): (bins: readonly number[]) => PromptRecord["labels"] {
  const labels = descriptors.map((descriptor) => [descriptor.name, labelsOf(descriptor)] as const);
  const known = new Map<string, PromptRecord["labels"]>();
  return (bins) => {
    const key = bins.join();
    const found =
      known.get(key) ??
      Object.fromEntries(labels.map(([name, ofBins], dimension) => [name, ofBins[bins[dimension] as number] ?? ""]));
    known.set(key, found);
    return found;
  };
}

/** A record as a row of a data set, for formats without nested fields. */
export function promptRow(record: PromptRecord): DataRow {
  const { id, prompt, response, labels, fitness, success, review, heldOutScore, iteration } = record;
  const heldOut = heldOutScore == null ? {} : { heldOutScore };
  const reviewed = review === undefined ? {} : { review: review.decision };
  const better = review?.response === undefined ? {} : { betterResponse: review.response };
  const judged = { ...(fitness !== null && { fitness }), ...(success !== null && { success }) };
  const known = { id, ...judged, ...reviewed, ...better, ...heldOut, iteration };
  const taken = [...Object.keys(known), "fitness", "success", "prompt", "completion"];
  const named = Object.entries(labels).map(([name, label]) => [taken.includes(name) ? `label ${name}` : name, label]);
  const attributes = { ...known, ...Object.fromEntries(named) };
  return { prompt, completion: response, attributes };
}

function appliedReview(item: ItemReview | undefined): AppliedReview | undefined {
  if (item === undefined || item.decision === "rejected") return undefined;
  const { decision, success, response } = item;
  return { decision, ...(success !== undefined && { success }), ...(response !== undefined && { response }) };
}
