/** The transfer matrix for a terminal: for each archive and judge a line a target, then its rates by category. */
import { displayWidth, padToWidth, shortenToWidth, terminalLine, wrapToWidth } from "../../core/terminal-text.ts";
import type {
  TransferArchiveView,
  TransferCellView,
  TransferJudgeView,
  TransferRateView,
  TransferView,
} from "../../report/transfer-view-model.ts";
import type { Interval } from "../../report/view-model.ts";
import { percentage, points, wholeNumber } from "./numbers.ts";
import { paint, type Terminal } from "./terminal.ts";

type Look = Pick<Terminal, "columns" | "colour" | "unicode">;

/** Labels of one dimension that are told in the terminal; the report has all. */
const mostLabels = 12;

/** Lines of at most `columns` columns. */
export function drawTransferTable({ archives }: TransferView, terminal: Look): string[] {
  const blocks = archives.flatMap((archive) => archive.judges.map((judge) => judgeLines(archive, judge, terminal)));
  const shown = blocks.filter((lines) => lines.length > 0);
  if (shown.length === 0) return [];
  const intervals = [
    ...new Set(archives.map(({ name, intervals: told }) => (archives.length > 1 ? `${name}: ${told}` : told))),
  ];
  return [
    ...shown.flatMap((lines) => [...lines, ""]),
    ...wrapToWidth(
      "Shares of prompts handled badly, in %, with 95 % intervals; kept: among those that the searched model handles badly; change: in points against it, paired by prompt.",
      terminal.columns,
    ),
    ...intervals.flatMap((text) => wrapToWidth(text, terminal.columns)),
  ];
}

function judgeLines(archive: TransferArchiveView, { judge, cells }: TransferJudgeView, terminal: Look): string[] {
  if (cells.length === 0) return [];
  const title = `${archive.name}: ${wholeNumber(archive.prompts)} prompts, by ${judge}`;
  return [
    ...wrapToWidth(title, terminal.columns).map((line) => paint(line, "strong", terminal.colour)),
    ...rateLines(cells, terminal),
    ...categoryLines(cells, terminal),
  ];
}

function rateLines(cells: readonly TransferCellView[], terminal: Look): string[] {
  const dash = terminal.unicode ? "–" : "-";
  const rows = cells.map((cell, index) => ({
    name: `[${index + 1}] ${nameOf(cell)}`,
    columns: [
      rateText(cell, dash),
      cell.amongSuccesses === undefined ? "" : rateText(cell.amongSuccesses, dash),
      cell.difference === undefined ? "" : changeText(cell.difference),
    ],
  }));
  const titles = ["badly", "kept", "change"];
  const widths = titles.map((title, column) =>
    Math.max(displayWidth(title), ...rows.map(({ columns }) => displayWidth(columns[column] ?? ""))),
  );
  const room = terminal.columns - widths.reduce((sum, width) => sum + width + 2, 0);
  if (room < 16) {
    return rows.flatMap(({ name, columns }) => [
      ...wrapToWidth(name, terminal.columns),
      ...columns.flatMap((text, column) => (text === "" ? [] : [`  ${padToWidth(titles[column] ?? "", 8)} ${text}`])),
    ]);
  }
  const line = (name: string, columns: readonly string[]) =>
    [padToWidth(name, room), ...columns.map((text, column) => padToWidth(text, widths[column] as number))]
      .join("  ")
      .trimEnd();
  return [
    paint(line("", titles), "faint", terminal.colour),
    ...rows.flatMap(({ name, columns }) =>
      displayWidth(name) <= room
        ? [line(name, columns)]
        : // A name that does not fit has lines of its own.
          [...wrapToWidth(name, terminal.columns), line("", columns)],
    ),
  ];
}

/** The rates of each label, a column a target, numbered as the lines above are. */
function categoryLines(cells: readonly TransferCellView[], terminal: Look): string[] {
  const width = 7;
  const shown = cells.slice(0, Math.max(1, Math.floor((terminal.columns * 0.6) / width)));
  const labelWidth = terminal.columns - shown.length * width;
  const dimensions = [...new Set(cells.flatMap(({ categories }) => categories.map(({ dimension }) => dimension)))];
  return dimensions.flatMap((dimension) => {
    const labels = [
      ...new Set(
        cells.flatMap(({ categories }) =>
          categories.flatMap((each) => (each.dimension === dimension ? each.label : [])),
        ),
      ),
    ];
    if (labels.length < 2) return [];
    const head = shown.map((_, column) => padToWidth(`[${column + 1}]`, width, "start")).join("");
    const rows = labels.slice(0, mostLabels).map((label) => {
      const rates = shown.map(({ categories }) => {
        const own = categories.find((each) => each.dimension === dimension && each.label === label);
        return padToWidth(own?.rate === undefined ? "" : percentage(own.rate.estimate, 0), width, "start");
      });
      const name = shortenToWidth(`  ${label}`, labelWidth, terminal.unicode ? "…" : ".");
      return (padToWidth(name, labelWidth) + rates.join("")).trimEnd();
    });
    const left = labels.length - rows.length;
    const title = padToWidth(shortenToWidth(`by ${dimension}`, labelWidth, terminal.unicode ? "…" : "."), labelWidth);
    return [
      paint(`${title}${head}`, "faint", terminal.colour),
      ...rows,
      ...(left === 0 ? [] : [`  and ${left} more in the report`]),
    ];
  });
}

function nameOf({ target, source, unknown }: TransferCellView): string {
  return `${terminalLine(target)}${source === true ? " (searched)" : ""}${unknown === 0 ? "" : `, ${wholeNumber(unknown)} not judged`}`;
}

function rateText({ rate, successes, trials }: TransferRateView, dash: string): string {
  if (rate === undefined) return `${successes} of ${trials}`;
  return `${percentage(rate.estimate)} (${percentage(rate.low)}${dash}${percentage(rate.high)})`;
}

function changeText({ estimate, low, high }: Interval): string {
  return `${points(estimate)} (${points(low)}, ${points(high)})`;
}
