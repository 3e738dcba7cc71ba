/** A run's store as what the report shows. Works on unfinished runs: what is not there yet is left out. */
import { type Configuration, standardConfiguration } from "../closed-loop/configuration.ts";
import { domainNamed } from "../closed-loop/domains.ts";
import { plannedTestSets } from "../closed-loop/examinations.ts";
import { loadFound } from "../closed-loop/found-problem.ts";
import { renewedAttackName, searchName } from "../closed-loop/improve.ts";
import { storedResult } from "../closed-loop/measurement.ts";
import { runConfiguration, runOrigin } from "../closed-loop/run-configuration.ts";
import { searchState } from "../closed-loop/search-state.ts";
import { settingsOf } from "../closed-loop/settings-of.ts";
import { storedCard } from "../closed-loop/training-card.ts";
import { programCommand } from "../core/program-command.ts";
import { curveNames, fineTuningCommand } from "../fine-tuning/curves.ts";
import { describeCalls } from "../language-models/calls/describe-spending.ts";
import { attackCommand } from "../rainbow-teaming/attack/attack-configuration.ts";
import { isImprovementCommand } from "../rainbow-teaming/improve/improvement-configuration.ts";
import { rainbowCommand } from "../rainbow-teaming/run/search-configuration.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { CardRow } from "../synthetic-data/card.ts";
import { archiveView } from "./archive-view.ts";
import { attackView } from "./attack-view.ts";
import { comparisonViews, expectedComparisons } from "./comparison-views.ts";
import { fineTuningView } from "./fine-tuning-view.ts";
import { improvementView } from "./improvement-view.ts";
import { costOf } from "./phase-costs.ts";
import { rainbowView } from "./rainbow-view.ts";
import { repeatCommand } from "./run-settings.ts";
import { smoothed } from "./smoothed.ts";
import { verdictOf } from "./verdict.ts";
import { versionsOf } from "./versions.ts";
import type { CardRowView, CurveView, ReportViewModel } from "./view-model.ts";

/** Measures whose values are shares. */
const shareMeasure = /^(verifier-accuracy|coverage-of-|duplicate-rate|distinct-\d)/u;

/** The report of a run, finished or not. Throws ConfigurationError for a configuration that illume does not know. */
export function runToViewModel(store: RunStore): ReportViewModel {
  const { command } = runOrigin(store);
  if (command === rainbowCommand) return rainbowView(store);
  if (command === attackCommand) return attackView(store);
  if (isImprovementCommand(command)) return improvementView(store);
  return command === fineTuningCommand ? fineTuningView(store) : loopView(store);
}

function loopView(store: RunStore): ReportViewModel {
  const configuration = runConfiguration(store);
  const domain = domainNamed(configuration.domain);
  const searches = Array.from({ length: configuration.rounds }, (_, index) => searchName(index + 1));
  const found = searches.map((name) => store.entries(name).map((entry) => loadFound(domain.task, entry)));
  const renewed = store.entries(renewedAttackName).map((entry) => loadFound(domain.task, entry));
  const comparisons = comparisonViews({ store, configuration, domain, first: found[0] ?? [], renewed });
  const card = storedCard({ store });
  const all = found.flat();
  const before = plannedTestSets(configuration, domain).flatMap(
    ({ name }) => storedResult({ store, configuration }, "before", name) ?? [],
  );
  const endedEarly = searches
    .map((_, index) => searchState(store, configuration, index + 1))
    .filter((search) => search.complete && search.evaluations > 0 && search.evaluations < search.budget);
  const complete = comparisons.length === expectedComparisons(configuration, domain).length;
  const { notes, ...verdict } = verdictOf({
    configuration,
    comparisons,
    complete,
    before,
    found: all,
    card,
    endedEarly,
  });
  return {
    format: 1,
    title: `${configuration.domain}: ${configuration.model}`,
    ...verdict,
    notes: [...notes, ...callNotes(store)],
    createdAt: new Date(store.firstEventTime() ?? Date.now()).toISOString(),
    command: repeatCommand(
      { configuration, program: programCommand, ...runOrigin(store) },
      standardConfiguration(configuration.model),
    ),
    settings: settingsOf(configuration),
    versions: versionsOf(store),
    cost: costOf(store),
    ...(all.length > 0 && { archive: archiveView(domain.task, configuration.search.elitesPerCell, found) }),
    comparisons,
    curves: [...lossCurves(store, configuration), ...failureCurves(configuration, found, renewed)],
    card: (card?.rows ?? []).map(cardRowView),
  };
}

function cardRowView(row: CardRow): CardRowView {
  // The verifier judges solutions that its own grammar wrote.
  const always = row.measure === "verifier-accuracy";
  const description = always
    ? `${row.description}: all, by construction, as the verifier's grammar writes them`
    : row.description;
  return shareMeasure.test(row.measure) ? { ...row, description, unit: "share" } : { ...row, description };
}

/** What recorded calls of language models took; nothing where there were none. */
function callNotes({ modelCalls }: RunStore): string[] {
  const line = describeCalls(modelCalls);
  return line === undefined ? [] : [line];
}

function lossCurves(store: RunStore, { rounds }: Configuration): CurveView[] {
  const lessons = ["warm-up", ...Array.from({ length: rounds }, (_, index) => `round ${index + 1}`)];
  const series = lessons
    .map((name) => {
      const own = store.metrics(`loss, ${name}`);
      const metrics = own.length > 0 ? own : store.metrics(`${curveNames.training}, ${name}`);
      return { name, points: smoothed(metrics.map(({ step, value }) => [step, value] as const)) };
    })
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) return [];
  return [{ name: "Training loss", horizontal: "step", vertical: "nats a token, mean of up to 10 steps", series }];
}

type Found = readonly { readonly iteration: number; readonly correct: boolean; readonly cell: number }[];

function failureCurves({ rounds }: Configuration, found: readonly Found[], renewed: Found): CurveView[] {
  const named: [string, Found][] = found.map((entries, index) => [
    rounds > 1 ? `round ${index + 1}` : "first attack",
    entries,
  ]);
  named.push(["renewed attack", renewed]);
  const present = named.filter(([, entries]) => entries.length > 0);
  if (present.length === 0) return [];
  const curve = (name: string, vertical: string, count: (entries: Found) => [number, number][]): CurveView => ({
    name,
    horizontal: "evaluations",
    vertical,
    series: present.map(([label, entries]) => ({ name: label, points: count(entries) })),
  });
  return [
    curve("Failures found", "problems that the model gets wrong", (entries) => {
      let failures = 0;
      return atBatchEnds(entries, ({ correct }) => {
        if (!correct) failures++;
        return failures;
      });
    }),
    curve("Failing cells", "cells with a failure", (entries) => {
      const cells = new Set<number>();
      return atBatchEnds(entries, ({ correct, cell }) => {
        if (!correct) cells.add(cell);
        return cells.size;
      });
    }),
  ];
}

/** A running count, read at the end of every batch. */
function atBatchEnds(entries: Found, count: (entry: Found[number]) => number): [number, number][] {
  const points: [number, number][] = [[0, 0]];
  entries.forEach((entry, index) => {
    const value = count(entry);
    if (entries[index + 1]?.iteration !== entry.iteration) points.push([index + 1, value]);
  });
  return points;
}
