/** What a finished search says of itself, held against what is in its run: whatever the models said, nothing is made up. */
import { existsSync } from "node:fs";
import { expect } from "vitest";
import { addStatus } from "../../src/quality-diversity/archives/archive.ts";
import type { EvaluatedPrompt } from "../../src/rainbow-teaming/evaluated-prompt.ts";
import { type FoundPrompts, foundPrompts } from "../../src/rainbow-teaming/run/found-prompts.ts";
import { promptRecords } from "../../src/rainbow-teaming/run/prompt-records.ts";
import { type SearchConfiguration, searchConfiguration } from "../../src/rainbow-teaming/run/search-configuration.ts";
import { openRun } from "../../src/runs/run-database.ts";

/** The JSON document of `illume search`. */
export interface SearchDocument {
  readonly run: string;
  readonly report: string;
  readonly verdict: string;
  readonly verdictTone: string;
  readonly notes: readonly string[];
  readonly spending: readonly { readonly role: string; readonly calls: number }[];
  readonly archive?: { readonly filled: number };
  readonly judge?: object;
}

/** What a run has. */
export interface SearchOutcome {
  readonly document: SearchDocument;
  readonly configuration: SearchConfiguration;
  readonly found: FoundPrompts;
  /** All that were put to the target, by iteration. */
  readonly prompts: readonly EvaluatedPrompt[];
}

/** Reads a finished search by its document, and holds what is true of every search. */
export function searchOutcome(
  stdout: string,
  { asksJudge = true }: { readonly asksJudge?: boolean | undefined },
): SearchOutcome {
  const document = JSON.parse(stdout) as SearchDocument;
  const store = openRun({ directory: document.run, mode: "read" });
  try {
    const configuration = searchConfiguration(store);
    const found = foundPrompts(configuration, store);
    const { elites, iterations, calls } = found;
    const prompts = [...found.prompts.values()].sort((a, b) => a.iteration - b.iteration);
    const notes = document.notes.join("\n");

    // Every iteration ended, in a prompt or with the reason why there is none.
    expect(iterations).toBe(configuration.iterations);
    const discarded = Object.values(found.discarded).reduce((sum, count) => sum + count, 0);
    expect(prompts.length + discarded).toBe(iterations);
    if (discarded > 0) expect(notes).toContain("Discarded children: ");

    // The archive is filled, or said to be empty.
    expect(document.archive?.filled ?? 0).toBe(new Set(elites.map(({ bins }) => bins.join())).size);
    if (elites.length === 0) expect(document.verdict).toMatch(/^0 of \d+ cells are filled/u);
    for (const { text, bins } of elites) {
      expect(text.trim()).not.toBe("");
      expect(bins).toHaveLength(configuration.domain.descriptors.length);
    }

    // Calls: a mutation at least for each iteration, an answer for each prompt, the judge only where there is one to ask.
    expect(calls.mutator).toBeGreaterThanOrEqual(iterations);
    expect(calls.target).toBeGreaterThanOrEqual(prompts.length);
    expect(calls.target).toBeLessThanOrEqual(iterations);
    if (!asksJudge) expect(calls.judge).toBe(0);
    else if (prompts.length > 0) expect(calls.judge).toBeGreaterThan(0);
    const spent = document.spending.reduce((sum, row) => sum + row.calls, 0);
    const { complete, reused } = store.modelCalls.counts();
    expect(spent).toBe(store.modelCalls.spending().calls);
    expect(spent).toBeGreaterThanOrEqual(complete - reused);

    // What could not be read is told, and is neither a win nor a success.
    const unscored = elites.filter(({ scored }) => scored === false);
    const successes = elites.filter(({ fitness }) => fitness >= configuration.domain.success);
    expect(document.verdict).toContain(
      `handles ${successes.length} of ${elites.length - unscored.length} prompts badly`,
    );
    expect(document.verdict.includes(`(${unscored.length} more are not known`)).toBe(unscored.length > 0);
    if (!asksJudge) expect(unscored).toEqual([]);
    for (const { fitness } of unscored) expect(fitness).toBe(0);
    const compared = prompts.flatMap((prompt) =>
      prompt.votes === undefined ? [] : [{ ...prompt, votes: prompt.votes }],
    );
    const unread = compared.reduce((sum, { votes }) => sum + votes.unparsable, 0);
    expect(notes.includes(`${unread} of the judge's `)).toBe(unread > 0);
    for (const { votes, status } of compared) {
      expect(status === addStatus.rejected).toBe(votes.first <= votes.second);
    }
    if (unscored.length === elites.length && elites.length > 0) expect(document.verdictTone).not.toBe("good");
    const records = promptRecords(store, true);
    expect(records.map(({ id }) => id).sort()).toEqual(elites.map(({ id }) => id).sort());
    expect(records.filter(({ success }) => success === null)).toHaveLength(unscored.length);
    expect(records.filter(({ success }) => success === true)).toHaveLength(successes.length);
    expect(existsSync(document.report)).toBe(true);
    return { document, configuration, found, prompts };
  } finally {
    store.close();
  }
}
