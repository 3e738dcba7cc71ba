/** The prompts of a search's archive as records for files: everything that is known of each, and what led to it. */
import type { RunStore } from "../../runs/run-store.ts";
import type { DataRow } from "../../synthetic-data/measures/measure.ts";
import { labelsOf } from "../domain-schema.ts";
import type { EvaluatedPrompt } from "../evaluated-prompt.ts";
import { ancestors, foundPrompts } from "./found-prompts.ts";
import { heldOutScores } from "./held-out-scores.ts";
import { searchConfiguration } from "./search-configuration.ts";

/** One elite. All texts are untrusted. */
export interface PromptRecord {
  readonly id: string;
  readonly prompt: string;
  readonly response: string;
  /** By name of the descriptor. */
  readonly labels: Readonly<Record<string, string>>;
  readonly fitness: number;
  /** Whether the fitness counts as a success in its domain. */
  readonly success: boolean;
  /** Of the held-out judge: a score in [0, 1], or null where its answer could not be read; missing without such a judge. */
  readonly heldOutScore?: number | null;
  /** "first" is this prompt, "second" the one that stood in its cell; missing where nothing was compared. */
  readonly votes?: EvaluatedPrompt["votes"];
  readonly iteration: number;
  /** Its ancestors, its parent first; the last one came from a seed where `seed` is there. */
  readonly lineage: readonly { readonly id: string; readonly iteration: number; readonly prompt: string }[];
  readonly seed?: string;
}

/** The archive's prompts; only successes unless `all`. Throws InvalidArgumentError for a run of something else. */
export function promptRecords(store: RunStore, all: boolean): PromptRecord[] {
  const configuration = searchConfiguration(store);
  const { domain } = configuration;
  const found = foundPrompts(configuration, store, 0);
  const heldOut = heldOutScores(store)?.scores ?? {};
  const records = found.elites.map((elite): PromptRecord => {
    const { id, text, response, bins, fitness, votes, iteration } = elite;
    const line = ancestors(elite, found.prompts);
    const oldest = line.at(-1) ?? elite;
    const score = heldOut[id];
    return {
      id,
      prompt: text,
      response,
      labels: Object.fromEntries(
        domain.descriptors.map((descriptor, dimension) => [
          descriptor.name,
          labelsOf(descriptor)[bins[dimension] as number] ?? "",
        ]),
      ),
      fitness,
      success: fitness >= domain.success,
      ...(score !== undefined && { heldOutScore: score }),
      ...(votes !== undefined && { votes }),
      iteration,
      lineage: line.map((ancestor) => ({ id: ancestor.id, iteration: ancestor.iteration, prompt: ancestor.text })),
      ...(oldest.parentId === undefined && oldest.parentText !== undefined && { seed: oldest.parentText }),
    };
  });
  return all ? records : records.filter(({ success }) => success);
}

/** A record as a row of a data set, for formats without nested fields. */
export function promptRow(record: PromptRecord): DataRow {
  const { id, prompt, response, labels, fitness, success, heldOutScore, iteration } = record;
  const heldOut = heldOutScore == null ? {} : { heldOutScore };
  return { prompt, completion: response, attributes: { id, fitness, success, ...heldOut, iteration, ...labels } };
}
