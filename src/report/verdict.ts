/** A run in one sentence, and the remarks that its numbers need. */
import type { Configuration } from "../closed-loop/configuration.ts";
import type { DataCard } from "../synthetic-data/card.ts";
import { attackComparison } from "./comparison-views.ts";
import type { ComparisonView, ReportViewModel } from "./view-model.ts";

/** A loss in distribution of more than this is stated in the verdict. */
const toleratedLoss = 0.02;
const ordinary = "in-distribution";

export function verdictOf(
  configuration: Configuration,
  comparisons: readonly ComparisonView[],
  found: readonly { readonly correct: boolean; readonly cell: number }[],
  card: DataCard | undefined,
): Pick<ReportViewModel, "verdict" | "verdictTone" | "notes"> {
  const notes = notesOf(configuration, comparisons, card);
  const failures = found.filter(({ correct }) => !correct);
  const cells = new Set(failures.map(({ cell }) => cell)).size;
  if (comparisons.length === 0) {
    const searched = `${failures.length} of ${found.length} evaluated problems were wrong, in ${cells} cells`;
    return {
      verdict: found.length === 0 ? "Nothing has been compared yet." : `So far the search alone: ${searched}.`,
      verdictTone: "unfinished",
      notes,
    };
  }
  const inDistribution = comparisons.find(({ name }) => name === ordinary);
  const others = comparisons.filter(({ name }) => name !== ordinary && name !== attackComparison);
  const attack = comparisons.find(({ name }) => name === attackComparison);
  const better = others.filter(({ verdict }) => verdict === "better");
  const worse = others.filter(({ verdict }) => verdict === "worse");
  const parts = [
    `The taught model is better on ${better.length} of ${others.length} out-of-distribution sets`,
    worse.length > 0 ? `worse on ${worse.map(({ name }) => name).join(", ")}` : "worse on none",
    ...(attack === undefined ? [] : [`under a renewed attack it solves ${change(attack)}`]),
    ...(inDistribution === undefined ? [] : [`in distribution it ${ordinaryChange(inDistribution)}`]),
  ];
  const lost = inDistribution !== undefined && inDistribution.difference.estimate < -toleratedLoss;
  const gained = better.length >= 2 && (attack === undefined || attack.verdict === "better");
  const tone = gained ? (lost || worse.length > 0 ? "mixed" : "good") : better.length > 0 ? "mixed" : "bad";
  return { verdict: `${parts.join("; ")}.`, verdictTone: tone, notes };
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

function notesOf(
  { rounds, learn }: Configuration,
  comparisons: readonly ComparisonView[],
  card: DataCard | undefined,
): string[] {
  const notes: string[] = [];
  const flat = comparisons.filter(({ verdict, name }) => verdict !== "better" && name !== ordinary);
  if (flat.length > 0) notes.push(`No gain shown on: ${flat.map(({ name }) => name).join(", ")}.`);
  if (comparisons.some(({ paired }) => !paired)) {
    notes.push(
      "A search's proposals depend on each other, so the attack's intervals are narrower than they should be.",
    );
  }
  if (card !== undefined && card.rowCount < rounds * learn.examples) {
    notes.push(`Only ${card.rowCount} of ${rounds * learn.examples} new examples were found to learn from.`);
  }
  return notes;
}
