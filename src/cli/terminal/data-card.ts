/** The card of a data set, and the comparison of two, as tables. */
import { displayWidth, padToWidth, shortenToWidth, wrapToWidth } from "../../core/terminal-text.ts";
import type { CardRow, DataCard } from "../../synthetic-data/card.ts";
import type { ComparedMeasure, DataSetComparison } from "../../synthetic-data/compare-data-sets.ts";
import { partInWords, type RowPart } from "../../synthetic-data/measures/row-text.ts";
import { inTerminal, threeDigits as number, wholeNumber } from "./numbers.ts";
import { paint, type Terminal, type Tone } from "./terminal.ts";

type Look = Pick<Terminal, "columns" | "colour" | "unicode">;

const axes = ["quality", "diversity", "complexity"] as const;

/**
 * Measures by axis with 95 % intervals, duplicates and thin regions; no line is wider than the terminal.
 *
 * @param part the texts whose words and lengths were measured
 */
export function drawDataCard(card: DataCard, look: Look, part: RowPart = "completion"): string[] {
  const repeats = card.duplicates.reduce((sum, group) => sum + group.length - 1, 0);
  const width = Math.max(0, ...card.rows.map(({ measure }) => displayWidth(measure)));
  const thin = card.regions.thin.map(({ descriptor, bin, rows }) => `${descriptor} ${bin} (${rows})`);
  return [
    `${wholeNumber(card.rowCount)} rows, ${wholeNumber(repeats)} of them exact repeats`,
    partLine(part),
    ...byAxis(card.rows, look, (row) => {
      const interval = row.interval === undefined ? "" : `(${number(row.interval[0])}, ${number(row.interval[1])})`;
      return `  ${padToWidth(row.measure, width)}  ${number(row.value).padStart(7)}  ${interval.padEnd(18)}  higher: ${row.higherMeans}`;
    }),
    "",
    ...wrapToWidth(
      "In brackets: where another data set of as many rows from the same source would likely fall (95 %).",
      look.columns,
    ),
    ...undefinedLines(card.undefinedMeasures, look),
    ...(thin.length === 0 ? [] : wrapToWidth(`Thin regions: ${listed(thin)}.`, look.columns)),
  ];
}

const verdictTones: Record<ComparedMeasure["verdict"], Tone> = {
  higher: "strong",
  lower: "strong",
  "no clear difference": "faint",
  unknown: "faint",
};

const signs: Record<ComparedMeasure["verdict"], string> = {
  higher: "higher",
  lower: "lower",
  "no clear difference": "=",
  unknown: "?",
};

/** Measures of both data sets, the difference with its 95 % interval, and whether it is beyond noise. */
export function drawDataComparison(comparison: DataSetComparison, look: Look, part: RowPart = "completion"): string[] {
  const [first, second] = comparison.rowCounts;
  const width = Math.max(0, ...comparison.rows.map(({ measure }) => displayWidth(measure)));
  const pairing = comparison.paired ? ", compared prompt by prompt" : "";
  return [
    `${wholeNumber(first)} rows against ${wholeNumber(second)}${pairing}`,
    partLine(part),
    ...byAxis(comparison.rows, look, ({ measure, first: one, second: other, difference, verdict }) => {
      const interval = "low" in difference ? ` (${number(difference.low)}, ${number(difference.high)})` : "";
      const change = `${number(difference.estimate)}${interval}`;
      const values = `${number(one).padStart(7)} ${number(other).padStart(7)}`;
      return `  ${padToWidth(measure, width)}  ${values}  ${change.padEnd(28)} ${paint(signs[verdict], verdictTones[verdict], look.colour)}`;
    }),
    "",
    ...wrapToWidth(
      "First, second, second minus first with its 95 % interval, and what the second is against the first (= no clear difference, ? unknown). Among twenty measures of two equal sources one is expected to differ.",
      look.columns,
    ),
    ...undefinedLines(comparison.undefinedMeasures, look),
  ];
}

function partLine(part: RowPart): string {
  return `Words, characters and compression are those of the ${partInWords(part)}.`;
}

function byAxis<Row extends Pick<CardRow, "axis">>(
  rows: readonly Row[],
  look: Look,
  line: (row: Row) => string,
): string[] {
  return axes.flatMap((axis) => {
    const lines = rows.filter((row) => row.axis === axis).map((row) => cut(line(row), look));
    return lines.length === 0 ? [] : ["", paint(axis, "strong", look.colour), ...lines];
  });
}

/** A coloured line is left as it is: its width counts the colours. */
function cut(line: string, look: Look): string {
  const trimmed = inTerminal(line.trimEnd(), look.unicode);
  return trimmed.includes("\u001b") ? trimmed : shortenToWidth(trimmed, look.columns, look.unicode ? "…" : "");
}

function undefinedLines(measures: readonly string[], look: Look): string[] {
  return measures.length === 0 ? [] : wrapToWidth(`Not defined for these rows: ${measures.join(", ")}.`, look.columns);
}

function listed(items: readonly string[]): string {
  const more = items.length > 8 ? ` and ${items.length - 8} more` : "";
  return items.slice(0, 8).join(", ") + more;
}
