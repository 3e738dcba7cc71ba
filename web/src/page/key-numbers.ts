/** The few numbers under the verdict. */
import type { ComparisonView, ReportViewModel } from "../../../src/report/view-model.ts";
import { summarizeArchive } from "../archive/aggregate-archive.ts";
import { count, duration, percentage, points, range } from "../text/format.ts";

export interface KeyNumber {
  readonly label: string;
  readonly value: string;
  /** What the number is of. */
  readonly detail: string;
  readonly interval?: string;
}

/** Those that the run has come to: nothing for a phase that has not happened. */
export function keyNumbers(viewModel: ReportViewModel): readonly KeyNumber[] {
  return [...comparisonNumbers(viewModel), ...archiveNumbers(viewModel), ...costNumbers(viewModel)];
}

function comparisonNumbers({ comparisons, kind }: ReportViewModel): KeyNumber[] {
  if (comparisons.length === 0) return [];
  const number = (wanted: ComparisonView["verdict"]) => comparisons.filter(({ verdict }) => verdict === wanted).length;
  const [worse, few] = [number("worse"), number("too few to tell")];
  const numbers: KeyNumber[] = [
    {
      label: kind === "improvement" ? "Measures better" : "Tests better",
      value: `${number("better")} of ${comparisons.length}`,
      detail: `${worse === 0 ? "none worse" : `${worse} worse`}${few === 0 ? "" : `, ${few} too few to tell`}`,
    },
  ];
  // Of too few, the largest change is chance.
  const ordered = comparisons
    .filter(({ verdict }) => verdict !== "too few to tell")
    .sort((a, b) => b.difference.estimate - a.difference.estimate);
  const [best, worst] = [ordered[0], ordered.at(-1)];
  if (best === undefined || worst === undefined) return numbers;
  const gain = best.verdict === "better" ? "Largest gain" : "Largest gain (not clear)";
  numbers.push(change(best.difference.estimate > 0 ? gain : "Best change", best));
  if (worst !== best) numbers.push(change(worstLabel(worst), worst));
  return numbers;
}

function worstLabel({ difference, verdict }: ComparisonView): string {
  if (difference.estimate >= 0) return "Smallest gain";
  return verdict === "worse" ? "Largest loss" : "Largest loss (not clear)";
}

function change(label: string, { name, difference }: ComparisonView): KeyNumber {
  const interval = range([difference.low, difference.high], points);
  return { label, value: `${points(difference.estimate)} points`, detail: name, interval };
}

function archiveNumbers({ archive }: ReportViewModel): KeyNumber[] {
  if (archive === undefined) return [];
  const { cells, empty, elites, scored, failures } = summarizeArchive(archive);
  const left = scored === elites ? "" : `; ${count(elites - scored)} more are not known`;
  return [
    archive.kind === "prompts"
      ? {
          label: "Handled badly",
          value: `${count(failures)} of ${count(scored)}`,
          detail: `prompts of the archive, by the search's judge${left}`,
        }
      : { label: "Failures kept", value: count(failures), detail: `of ${count(elites)} problems in the archive` },
    {
      label: "Archive coverage",
      value: percentage((cells - empty) / cells),
      detail: `${count(cells - empty)} of ${count(cells)} cells`,
    },
  ];
}

function costNumbers({ cost, kind }: ReportViewModel): KeyNumber[] {
  if (cost.length === 0) return [];
  const { seconds, evaluations } = totalCost(cost);
  return [
    {
      label: "Time",
      value: duration(seconds),
      detail: `${count(evaluations)} ${kind === "search" ? "prompts put to the target" : "evaluations of the model"}`,
    },
  ];
}

export function totalCost(cost: ReportViewModel["cost"]): { seconds: number; evaluations: number; tokens: number } {
  const total = { seconds: 0, evaluations: 0, tokens: 0 };
  for (const phase of cost) {
    total.seconds += phase.seconds;
    total.evaluations += phase.evaluations;
    total.tokens += phase.tokens;
  }
  return total;
}
