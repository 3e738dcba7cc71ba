/** A run in one sentence, and the remarks that its numbers need. */
import { type Configuration, defaultConfiguration } from "../closed-loop/configuration.ts";
import type { TestSetResult } from "../closed-loop/measurement.ts";
import { mean } from "../core/statistics/descriptive.ts";
import type { DataCard } from "../synthetic-data/card.ts";
import { attackComparison } from "./comparison-views.ts";
import { hundredthsText, pointsText } from "./number-text.ts";
import type { ComparisonView, ReportViewModel } from "./view-model.ts";

/** A loss in distribution of more than this is stated in the verdict. */
const toleratedLoss = 0.02;
const ordinary = "in-distribution";
/** Holds what pretraining had and what it never had, so that it is neither in nor out of distribution. */
const mixed = "whole-space";

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
  /** Searches that ended before their budget was used up, as no mutation was possible any more. */
  readonly endedEarly: readonly { readonly name: string; readonly evaluations: number }[];
}

export function verdictOf(run: JudgedRun): Pick<ReportViewModel, "verdict" | "verdictTone" | "notes"> {
  const { comparisons, complete } = run;
  const notes = notesOf(run);
  if (comparisons.length === 0) return { verdict: soFar(run), verdictTone: "unfinished", notes };
  const inDistribution = comparisons.find(({ name }) => name === ordinary);
  const whole = comparisons.find(({ name }) => name === mixed);
  const others = comparisons.filter(({ name }) => ![ordinary, mixed, attackComparison].includes(name));
  const attack = comparisons.find(({ name }) => name === attackComparison);
  const better = others.filter(({ verdict }) => verdict === "better");
  const worse = others.filter(({ verdict }) => verdict === "worse");
  const parts = [
    ...(others.length === 0
      ? ["no out-of-distribution set was measured"]
      : [
          `the taught model is better on ${better.length} of ${others.length} out-of-distribution sets`,
          worse.length > 0 ? `worse on ${worse.map(({ name }) => name).join(", ")}` : "worse on none",
        ]),
    ...(whole === undefined ? [] : [`on the whole space, which has both kinds, it ${change(whole)}`]),
    ...(attack === undefined ? [] : [`under a renewed attack it solves ${attackChange(attack)}`]),
    ...(inDistribution === undefined ? [] : [`in distribution it ${ordinaryChange(inDistribution)}`]),
  ];
  const verdict = sentence(complete ? parts : [`so far ${parts[0]}`, ...parts.slice(1)]);
  if (!complete) return { verdict, verdictTone: "unfinished", notes };
  return { verdict, verdictTone: toneOf(comparisons, others), notes };
}

/**
 * Good is a gain on at least two sets out of distribution (on the one where only one is measured) and under attack, with
 * no loss elsewhere. Where none is measured nothing is shown to be good, as what is learnt there is the question.
 */
function toneOf(
  comparisons: readonly ComparisonView[],
  others: readonly ComparisonView[],
): ReportViewModel["verdictTone"] {
  const better = others.filter(({ verdict }) => verdict === "better").length;
  const gained =
    better >= Math.min(2, Math.max(1, others.length)) &&
    comparisons.every(({ name, verdict }) => name !== attackComparison || verdict === "better");
  const lost = comparisons.some(({ name, verdict, difference }) =>
    name === ordinary ? difference.estimate < -toleratedLoss : verdict === "worse",
  );
  if (gained && !lost) return "good";
  return better > 0 || (others.length === 0 && comparisons.some(({ verdict }) => verdict === "better"))
    ? "mixed"
    : "bad";
}

function sentence(parts: readonly string[]): string {
  const text = parts.join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
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

function ordinaryChange(comparison: ComparisonView): string {
  if (comparison.difference.estimate >= -toleratedLoss) return change(comparison);
  return `loses ${pointsWithInterval(comparison)}, more than the ${100 * toleratedLoss} aimed at`;
}

function change(comparison: ComparisonView): string {
  const { difference, verdict } = comparison;
  if (verdict === "no clear change") return `changes by ${pointsText(difference.estimate)} points, within noise`;
  return `${difference.estimate < 0 ? "loses" : "gains"} ${pointsWithInterval(comparison)}`;
}

function pointsWithInterval({ difference: { estimate, low, high } }: ComparisonView): string {
  return `${hundredthsText(Math.abs(estimate))} points (95 % interval ${pointsText(low)} to ${pointsText(high)})`;
}

function attackChange({ before, after }: ComparisonView): string {
  return `${percent(after.estimate)} instead of ${percent(before.estimate)} of what the search proposes`;
}

function percent(share: number): string {
  return `${hundredthsText(share)} %`;
}

function notesOf({ configuration, comparisons, card, endedEarly }: JudgedRun): string[] {
  const { rounds, warm, learn, search, attack } = configuration;
  const notes: string[] = endedEarly.map(
    ({ name, evaluations }) =>
      `The search of ${name} ended after ${evaluations} of ${search.evaluations} evaluations: no mutation was possible any more.`,
  );
  if (warm.examples > 0) {
    notes.push(
      `Before is the model warmed up with ${warm.examples} easy problems, not the model as it came, against which any lessons would look good. Whether others would have done as well is not measured here (docs/papers/real-model-loop.md compares).`,
    );
  }
  const flat = comparisons.filter(({ verdict, name }) => verdict !== "better" && name !== ordinary);
  if (flat.length > 0) notes.push(`No gain shown on: ${flat.map(({ name }) => name).join(", ")}.`);
  if (comparisons.some(({ paired }) => !paired)) {
    notes.push(
      "A search's proposals depend on each other: the attack's intervals resample whole families, the descendants of one seed.",
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
