/** A run in one sentence, and the remarks that its numbers need. */
import { type Configuration, defaultConfiguration } from "../closed-loop/configuration.ts";
import type { TestSetResult } from "../closed-loop/measurement.ts";
import { mean } from "../core/statistics/descriptive.ts";
import type { DataCard } from "../synthetic-data/card.ts";
import { attackComparison } from "./comparison-views.ts";
import type { ComparisonView, ReportViewModel } from "./view-model.ts";

/** A loss in distribution of more than this is stated in the verdict. */
const toleratedLoss = 0.02;
const ordinary = "in-distribution";

export interface JudgedRun {
  readonly configuration: Configuration;
  readonly comparisons: readonly ComparisonView[];
  /** Whether all comparisons that the run is to end with are there. */
  readonly complete: boolean;
  /** The model before, on the test sets that were measured. */
  readonly before: readonly TestSetResult[];
  /** What all searches before the last lesson evaluated. */
  readonly found: readonly { readonly correct: boolean; readonly cell: number }[];
  /** Of what was taught, where that is known. */
  readonly card: DataCard | undefined;
}

export function verdictOf(run: JudgedRun): Pick<ReportViewModel, "verdict" | "verdictTone" | "notes"> {
  const { comparisons, complete } = run;
  const notes = notesOf(run);
  if (comparisons.length === 0) return { verdict: soFar(run), verdictTone: "unfinished", notes };
  const inDistribution = comparisons.find(({ name }) => name === ordinary);
  const others = comparisons.filter(({ name }) => name !== ordinary && name !== attackComparison);
  const attack = comparisons.find(({ name }) => name === attackComparison);
  const better = others.filter(({ verdict }) => verdict === "better");
  const worse = others.filter(({ verdict }) => verdict === "worse");
  const parts = [
    `${complete ? "The" : "So far the"} taught model is better on ${better.length} of ${others.length} out-of-distribution sets`,
    worse.length > 0 ? `worse on ${worse.map(({ name }) => name).join(", ")}` : "worse on none",
    ...(attack === undefined ? [] : [`under a renewed attack it solves ${change(attack)}`]),
    ...(inDistribution === undefined ? [] : [`in distribution it ${ordinaryChange(inDistribution)}`]),
  ];
  const verdict = `${parts.join("; ")}.`;
  if (!complete) return { verdict, verdictTone: "unfinished", notes };
  const lost = inDistribution !== undefined && inDistribution.difference.estimate < -toleratedLoss;
  const gained = better.length >= 2 && (attack === undefined || attack.verdict === "better");
  const tone = gained ? (lost || worse.length > 0 ? "mixed" : "good") : better.length > 0 ? "mixed" : "bad";
  return { verdict, verdictTone: tone, notes };
}

/** A run that has compared nothing: one that was stopped, or a part of the loop alone. */
function soFar({ before, found, card }: JudgedRun): string {
  const failures = found.filter(({ correct }) => !correct);
  const cells = new Set(failures.map(({ cell }) => cell)).size;
  const accuracies = before.map(({ name, correct }) => `${percent(mean(correct))} of ${name}`);
  const parts = [
    ...(before.length === 0 ? [] : [`the model is right on ${accuracies.join(", ")}`]),
    ...(found.length === 0
      ? []
      : [`${failures.length} of ${found.length} problems that the search evaluated were wrong, in ${cells} cells`]),
    ...(card === undefined ? [] : [`${differentRows(card)} different problems were taught`]),
  ];
  return parts.length === 0 ? "Nothing has been measured yet." : `So far ${parts.join("; ")}.`;
}

function ordinaryChange({ difference, verdict }: ComparisonView): string {
  const points = `${Math.abs(100 * difference.estimate).toFixed(1)} points (95 % interval ${signed(difference.low)} to ${signed(difference.high)})`;
  if (difference.estimate < -toleratedLoss) return `loses ${points}, more than the ${100 * toleratedLoss} aimed at`;
  if (verdict === "no clear change") return `changes by ${signed(difference.estimate)} points, within noise`;
  return `${difference.estimate < 0 ? "loses" : "gains"} ${points}`;
}

function change({ before, after }: ComparisonView): string {
  return `${percent(after.estimate)} instead of ${percent(before.estimate)} of what the search proposes`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function signed(share: number): string {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
}

function notesOf({ configuration, comparisons, card }: JudgedRun): string[] {
  const { rounds, learn, search, attack } = configuration;
  const notes: string[] = [];
  const flat = comparisons.filter(({ verdict, name }) => verdict !== "better" && name !== ordinary);
  if (flat.length > 0) notes.push(`No gain shown on: ${flat.map(({ name }) => name).join(", ")}.`);
  if (comparisons.some(({ paired }) => !paired)) {
    notes.push(
      "A search's proposals depend on each other, so the attack's intervals are narrower than they should be.",
    );
  }
  if (attack.renewed && search.arm !== "quality-diversity" && comparisons.length > 0) {
    notes.push(`The renewed attack is compared with nothing: the arm ${search.arm} made no such attack before.`);
  }
  if (card !== undefined) {
    const places = rounds * learn.examples;
    const different = differentRows(card);
    if (card.rowCount < places && learn.tokens >= defaultConfiguration.learn.tokens) {
      notes.push(`Only ${card.rowCount} of ${places} new examples were found to learn from.`);
    } else if (different < card.rowCount) {
      notes.push(`Only ${different} of the ${card.rowCount} new examples are different: the others repeat them.`);
    }
  }
  return notes;
}

/** Rows that no earlier row equals. */
function differentRows({ rowCount, duplicates }: DataCard): number {
  return duplicates.reduce((count, group) => count - (group.length - 1), rowCount);
}
