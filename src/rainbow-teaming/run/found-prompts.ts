/** What a search has found, read from its run: archive, lineage, its course over iterations. Works while it goes on. */
import type { RunStore } from "../../runs/run-store.ts";
import { selfBleuScores } from "../../synthetic-data/measures/diversity/self-bleu.ts";
import { cellsMove } from "../archives/archive-schema.ts";
import { addCalls, type CallCounts, type DiscardReason, type EvaluatedPrompt, noCalls } from "../evaluated-prompt.ts";
import { comparesResponses } from "../judge-schema.ts";
import { PromptArchive, type PromptArchiveStatistics } from "../prompt-archive.ts";
import { loadProgress } from "../search-progress.ts";
import { archiveName, type SearchConfiguration } from "./search-configuration.ts";

/** The archive after some iterations. */
export interface SearchMoment extends PromptArchiveStatistics {
  readonly iteration: number;
  /** Of the archive's prompts, at most selfBleuSample of them, in [0, 1]; NaN for fewer than two. */
  readonly selfBleu: number;
}

/** Prompts of which self-BLEU is told, spread evenly over the archive. */
export const selfBleuSample = 500;

/** A search as far as it is. */
export interface FoundPrompts {
  /** By cell, the best of each first. */
  readonly elites: readonly EvaluatedPrompt[];
  /** All that were put to the target and judged, by id; `calls.target` counts the discarded ones too. */
  readonly prompts: ReadonlyMap<string, EvaluatedPrompt>;
  /** Moments at equal distances, the last one included. */
  readonly course: readonly SearchMoment[];
  readonly cells: number;
  readonly iterations: number;
  readonly calls: CallCounts;
  readonly discarded: Readonly<Partial<Record<DiscardReason, number>>>;
}

/**
 * @param moments how many moments of the course are told at most; 0: none
 * @param read whether prompts are read with their steps (default true); without, they have none
 */
export function foundPrompts(
  configuration: SearchConfiguration,
  store: Pick<RunStore, "mapEntries" | "events">,
  moments = 25,
  read: { readonly steps?: boolean } = {},
): FoundPrompts {
  const { domain, arms } = configuration;
  const replacement =
    arms.replacement ?? (comparesResponses(domain.judge) && !cellsMove(domain.archive) ? "comparison" : "score");
  const archive = new PromptArchive({ ...arms, descriptors: domain.descriptors, archive: domain.archive, replacement });
  const iterations = loadProgress(store, archiveName, read);
  const prompts = new Map<string, EvaluatedPrompt>();
  const course: SearchMoment[] = [];
  const discarded: Partial<Record<DiscardReason, number>> = {};
  let calls = noCalls;
  const every = Math.max(1, Math.ceil(iterations.length / Math.max(1, moments)));
  for (const [index, iteration] of iterations.entries()) {
    if ("kept" in iteration) {
      const { kept } = iteration;
      prompts.set(kept.id, kept);
      archive.add(kept);
      calls = addCalls(calls, kept.calls);
    } else {
      const { reason } = iteration.lost;
      discarded[reason] = (discarded[reason] ?? 0) + 1;
      calls = addCalls(calls, iteration.lost.calls);
    }
    if (moments === 0 || ((index + 1) % every !== 0 && index + 1 !== iterations.length)) continue;
    const selfBleu = meanSelfBleu(archive.spread(selfBleuSample).map(({ text }) => text));
    course.push({ iteration: index + 1, ...archive.statistics(domain.success), selfBleu });
  }
  const elites = archive.prompts();
  return { elites, prompts, course, cells: archive.cells, iterations: iterations.length, calls, discarded };
}

/** Prompts by their place in a search, for what walks many lines of ancestors. */
export interface PromptLinks {
  readonly all: readonly EvaluatedPrompt[];
  readonly places: ReadonlyMap<string, number>;
  /** By place, the place of the parent; -1 where it is missing, or no older than its child. */
  readonly parents: Int32Array;
}

export function promptLinks(prompts: FoundPrompts["prompts"]): PromptLinks {
  const all = [...prompts.values()];
  const places = new Map<string, number>();
  for (const [place, { id }] of all.entries()) places.set(id, place);
  const parents = Int32Array.from(all, ({ parentId = "", iteration }) => {
    const place = places.get(parentId) ?? -1;
    return place >= 0 && (all[place] as EvaluatedPrompt).iteration < iteration ? place : -1;
  });
  return { all, places, parents };
}

/** Reads lines of ancestors: of a prompt what `tell` says of each, its parent first. */
export function ancestorsOf<Told>(
  { all, places, parents }: PromptLinks,
  tell: (prompt: EvaluatedPrompt) => Told,
): (prompt: EvaluatedPrompt) => Told[] {
  const told = all.map(tell);
  return ({ id }) => {
    const line: Told[] = [];
    for (let at = parents[places.get(id) ?? -1] ?? -1; at >= 0; at = parents[at] as number) line.push(told[at] as Told);
    return line;
  };
}

function meanSelfBleu(texts: readonly string[]): number {
  if (texts.length < 2) return Number.NaN;
  return selfBleuScores(texts).reduce((sum, score) => sum + score, 0) / texts.length / 100;
}
