/** Accuracy before and after, with 95 % intervals, as a table that fits the terminal. */
import { displayWidth, padToWidth, wrapToWidth } from "../../core/terminal-text.ts";
import type { ComparisonView, Interval } from "../../report/view-model.ts";
import { inTerminal, percentage, points, wholeNumber } from "./numbers.ts";
import { paint, type Terminal, type Tone } from "./terminal.ts";

type Look = Pick<Terminal, "columns" | "colour" | "unicode">;

const tones: Record<ComparisonView["verdict"], Tone> = {
  better: "good",
  worse: "bad",
  "no clear change": "faint",
  "too few to tell": "faint",
};
const signs: Record<ComparisonView["verdict"], string> = {
  better: "+",
  worse: "−",
  "no clear change": "=",
  "too few to tell": "?",
};

/**
 * Lines of at most `columns` columns; stacked instead of side by side where a table does not fit.
 * @param title what before and after are shares of
 */
export function drawComparisonTable(
  comparisons: readonly ComparisonView[],
  terminal: Look,
  title = "right, in %",
): string[] {
  if (comparisons.length === 0) return [];
  return table(comparisons, terminal, title).map((line) => inTerminal(line, terminal.unicode));
}

function table(comparisons: readonly ComparisonView[], terminal: Look, title: string): string[] {
  const dash = terminal.unicode ? "–" : "-";
  const rows = comparisons.map((comparison) => ({
    comparison,
    count: wholeNumber(comparison.problems),
    before: share(comparison.before, dash),
    after: share(comparison.after, dash),
    change: `${points(comparison.difference.estimate)} (${points(comparison.difference.low)}, ${points(comparison.difference.high)})`,
  }));
  const width = (column: "count" | "before" | "after" | "change", header: string) =>
    Math.max(...rows.map((row) => displayWidth(row[column])), displayWidth(header));
  const widths = {
    count: width("count", "n"),
    before: width("before", "before"),
    after: width("after", "after"),
    change: width("change", "change"),
  };
  // Five gaps of two columns, and the sign of the verdict.
  const room = terminal.columns - widths.count - widths.before - widths.after - widths.change - 11;
  const longest = Math.max(...[title, ...comparisons.map(({ name }) => name)].map((text) => displayWidth(text)));
  // Long names take lines of their own, above their numbers.
  const isBeside = room >= 12 && longest <= 2 * room;
  if (!isBeside && room < 2) return [title, ...stacked(rows, terminal), ...legend(comparisons, terminal, false)];
  const nameWidth = isBeside ? room : 2;
  const cells = (row: Omit<Row, "comparison">, name: string) => [
    padToWidth(name, nameWidth),
    padToWidth(row.count, widths.count, "start"),
    padToWidth(row.before, widths.before),
    padToWidth(row.after, widths.after),
    padToWidth(row.change, widths.change),
  ];
  const header = { count: "n", before: "before", after: "after", change: "change" };
  const [headed = "", ...above] = isBeside ? wrapToWidth(title, nameWidth).reverse() : ["", title];
  const lines = [...above.reverse(), cells(header, headed).join("  ").trimEnd()].map((line) =>
    paint(line, "strong", terminal.colour),
  );
  for (const { comparison, ...row } of rows) {
    const names = wrapToWidth(comparison.name, isBeside ? nameWidth : terminal.columns);
    const [name = "", ...more] = isBeside ? names : [""];
    const sign = paint(signs[comparison.verdict], tones[comparison.verdict], terminal.colour);
    lines.push(...(isBeside ? [] : names), [...cells(row, name), sign].join("  ").trimEnd(), ...more);
  }
  return [...lines, ...legend(comparisons, terminal)];
}

function legend(comparisons: readonly ComparisonView[], terminal: Look, hasSigns = true): string[] {
  const counted = [...new Set(comparisons.map(({ counted = "problems" }) => counted))].join(" or ");
  const verdicts = [...new Set(comparisons.map(({ verdict }) => verdict))];
  const words = hasSigns ? `: ${verdicts.map((verdict) => `${signs[verdict]} ${verdict}`).join(", ")}` : "";
  return wrapToWidth(`In brackets: 95 % intervals; n: ${counted}; change in points${words}.`, terminal.columns);
}

interface Row {
  readonly comparison: ComparisonView;
  readonly count: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
}

function stacked(rows: readonly Row[], terminal: Look): string[] {
  return rows.flatMap(({ comparison, count, before, after, change }) => [
    ...wrapToWidth(comparison.name, terminal.columns).map((line) => paint(line, "strong", terminal.colour)),
    `  n      ${count}`,
    `  before ${before}`,
    `  after  ${after}`,
    `  change ${change}`,
    `  ${paint(comparison.verdict, tones[comparison.verdict], terminal.colour)}`,
  ]);
}

function share(interval: Interval, dash: string): string {
  return `${percentage(interval.estimate)} (${percentage(interval.low)}${dash}${percentage(interval.high)})`;
}
