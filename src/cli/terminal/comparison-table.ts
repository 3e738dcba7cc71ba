/** Accuracy before and after, with 95 % intervals, as a table that fits the terminal. */
import { displayWidth, padToWidth, wrapToWidth } from "../../core/terminal-text.ts";
import type { ComparisonView, Interval } from "../../report/view-model.ts";
import { inTerminal, percentage, points, wholeNumber } from "./numbers.ts";
import { paint, type Terminal, type Tone } from "./terminal.ts";

type Look = Pick<Terminal, "columns" | "colour" | "unicode">;

const tones: Record<ComparisonView["verdict"], Tone> = { better: "good", worse: "bad", "no clear change": "faint" };
const signs: Record<ComparisonView["verdict"], string> = { better: "+", worse: "−", "no clear change": "=" };

/** Lines of at most `columns` columns; stacked instead of side by side where a table does not fit. */
export function drawComparisonTable(comparisons: readonly ComparisonView[], terminal: Look): string[] {
  if (comparisons.length === 0) return [];
  return table(comparisons, terminal).map((line) => inTerminal(line, terminal.unicode));
}

function table(comparisons: readonly ComparisonView[], terminal: Look): string[] {
  const dash = terminal.unicode ? "–" : "-";
  const rows = comparisons.map((comparison) => ({
    comparison,
    before: share(comparison.before, dash),
    after: share(comparison.after, dash),
    change: `${points(comparison.difference.estimate)} (${points(comparison.difference.low)}, ${points(comparison.difference.high)})`,
  }));
  const width = (column: "before" | "after" | "change") => Math.max(...rows.map((row) => displayWidth(row[column])), 8);
  const widths = { before: width("before"), after: width("after"), change: width("change") };
  // Four gaps of two columns, and the sign of the verdict.
  const nameWidth = terminal.columns - widths.before - widths.after - widths.change - 9;
  if (nameWidth < 12) return stacked(rows, terminal);

  const header = [
    padToWidth("right, in %", nameWidth),
    padToWidth("before", widths.before),
    padToWidth("after", widths.after),
    "change",
  ];
  const lines = [paint(header.join("  "), "strong", terminal.colour)];
  for (const { comparison, before, after, change } of rows) {
    const [name = "", ...more] = wrapToWidth(comparison.name, nameWidth);
    const cells = [
      padToWidth(name, nameWidth),
      padToWidth(before, widths.before),
      padToWidth(after, widths.after),
      padToWidth(change, widths.change),
      paint(signs[comparison.verdict], tones[comparison.verdict], terminal.colour),
    ];
    lines.push(cells.join("  ").trimEnd(), ...more);
  }
  lines.push(
    ...wrapToWidth(
      `In brackets: 95 % intervals; change in points: + better, − worse, = no clear change. ${problemCounts(comparisons)}`,
      terminal.columns,
    ),
  );
  return lines;
}

/** "2,000 problems each, renewed attack 1,800." */
function problemCounts(comparisons: readonly ComparisonView[]): string {
  const sets = new Map<number, number>();
  for (const { problems } of comparisons) sets.set(problems, (sets.get(problems) ?? 0) + 1);
  const usual = [...sets].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
  const others = comparisons
    .filter(({ problems }) => problems !== usual)
    .map(({ name, problems }) => `, ${name} ${wholeNumber(problems)}`);
  return `${wholeNumber(usual)} problems each${others.join("")}.`;
}

interface Row {
  readonly comparison: ComparisonView;
  readonly before: string;
  readonly after: string;
  readonly change: string;
}

function stacked(rows: readonly Row[], terminal: Look): string[] {
  return rows.flatMap(({ comparison, before, after, change }) => [
    ...wrapToWidth(`${comparison.name} (${wholeNumber(comparison.problems)} problems)`, terminal.columns).map((line) =>
      paint(line, "strong", terminal.colour),
    ),
    `  before ${before}`,
    `  after  ${after}`,
    `  change ${change}`,
    `  ${paint(comparison.verdict, tones[comparison.verdict], terminal.colour)}`,
  ]);
}

function share(interval: Interval, dash: string): string {
  return `${percentage(interval.estimate)} (${percentage(interval.low)}${dash}${percentage(interval.high)})`;
}
