/**
 * The archive as a map of characters: rows are the bins of one dimension, columns those of the others, one cell of the
 * archive a character. Where the terminal is too narrow for every cell, neighbouring ones are drawn as their best.
 */
import { displayWidth, padToWidth, shortenToWidth, terminalLine, wrapToWidth } from "../../core/terminal-text.ts";
import { decimalText } from "../../report/number-text.ts";
import type { ArchiveView } from "../../report/view-model.ts";
import { paint, type Terminal, type Tone } from "./terminal.ts";

type Look = Pick<Terminal, "columns" | "colour" | "unicode">;

/** Empty, weak (the model does not fail there), three levels of failing, and not scored. */
const levels: Record<"unicode" | "ascii", readonly string[]> = {
  unicode: ["·", "░", "▒", "▓", "█", "?"],
  ascii: [".", "-", "o", "x", "#", "?"],
};
const tones: readonly Tone[] = ["faint", "faint", "warning", "warning", "bad", "faint"];
const notScored = 5;
/** Above empty and below every fitness: one scored item tells more of a cell than any that is not. */
const notScoredFitness = -1;

interface Column {
  /** Flat indices of the columns of the archive that are drawn here. */
  readonly from: number;
  readonly to: number;
  /** Whether a gap stands before it. */
  readonly gap: boolean;
}

/** Lines of at most `columns` columns: a title, the columns' names, the map, a legend. */
export function drawArchiveMap(archive: ArchiveView, terminal: Look): string[] {
  const { dimensions } = archive;
  const rowDimension = longestDimension(dimensions.map(({ bins }) => bins.length));
  const rows = dimensions[rowDimension];
  if (rows === undefined) return ["The archive has no dimensions."];
  const others = dimensions.filter((_, index) => index !== rowDimension);
  const best = bestFitness(archive, rowDimension);

  const columnCount = others.reduce((product, { bins }) => product * bins.length, 1);
  const groupSize = others.slice(1).reduce((product, { bins }) => product * bins.length, 1);
  const labelWidth = Math.min(
    Math.max(8, ...rows.bins.map((bin) => Array.from(bin).length)),
    Math.floor(terminal.columns / 3),
  );
  const columns = layOut(columnCount, groupSize, terminal.columns - labelWidth - 1);

  const highest = best.reduce((high, fitness) => Math.max(high, fitness), archive.weakBelow);
  const marks = terminal.unicode ? levels.unicode : levels.ascii;
  const counts = [0, 0, 0, 0, 0, 0];
  for (const fitness of best) {
    const level = levelOf(fitness, archive.weakBelow, highest);
    counts[level] = (counts[level] as number) + 1;
  }

  const lines = [
    ...wrapToWidth(
      `${rows.name} (rows)${others.length > 0 ? ` by ${others.map(({ name }) => name).join(" and ")} (columns)` : ""}`,
      terminal.columns,
    ),
  ];
  let headings = "";
  if (others[0] !== undefined) {
    headings = groupLabels(others[0].bins, columns, groupSize);
    lines.push(`${" ".repeat(labelWidth + 1)}${headings}`.trimEnd());
  }
  for (const [row, bin] of rows.bins.entries()) {
    const label = padToWidth(shortenToWidth(bin, labelWidth, terminal.unicode ? "…" : "."), labelWidth, "start");
    const cells = columns.map(({ from, to, gap }) => {
      let fitness = Number.NEGATIVE_INFINITY;
      for (let column = from; column < to; column++) {
        fitness = Math.max(fitness, best[row * columnCount + column] as number);
      }
      return { gap, level: levelOf(fitness, archive.weakBelow, highest) };
    });
    lines.push(`${label} ${paintedCells(cells, marks, terminal.colour)}`);
  }
  const cut = others[0]?.bins.map(terminalLine).filter((bin) => !headings.includes(bin)) ?? [];
  if (cut.length > 0 && others[0] !== undefined) {
    const groups = others.length > 1 ? "Groups of columns" : "Columns";
    lines.push(...wrapToWidth(`${groups}: ${others[0].bins.map(terminalLine).join(", ")}.`, terminal.columns));
  }
  if (others.length > 1) {
    const inner = others.slice(1).map(({ name, bins }) => `${name} (${bins.join(", ")})`);
    lines.push(...wrapToWidth(`Within a group of columns: ${inner.join(", then ")}.`, terminal.columns));
  }
  lines.push(...wrapToWidth(legend(marks, counts, archive, highest), terminal.columns));
  if (archive.rounds !== undefined) {
    const text = `Of ${archive.rounds} rounds together: "fails" is said of the model that a problem's own round began with.`;
    lines.push(...wrapToWidth(text, terminal.columns));
  }
  return lines;
}

/** What the marks mean: levels of failing are thirds between the least fitness of a failure and the highest one. */
function legend(
  marks: readonly string[],
  counts: readonly number[],
  { weakBelow, kind }: Pick<ArchiveView, "weakBelow" | "kind">,
  highest: number,
): string {
  const thirds = [0, 1, 2].map((third) => decimalText(weakBelow + (third * (highest - weakBelow)) / 3, 2));
  // Failures that are all as bad have the strongest mark.
  const told = highest > weakBelow ? [0, 1, 2] : [2];
  const levels = told.map((third) => `${marks[third + 2]} from ${thirds[third]}: ${counts[third + 2]}`);
  const failing = (counts[2] as number) + (counts[3] as number) + (counts[4] as number);
  const what = kind === "prompts" ? "handled badly" : "the model fails";
  const fails = failing === 0 ? `${what} in none` : `${what}, by best fitness: ${levels.join(", ")}`;
  const cells = counts.reduce((sum, count) => sum + count, 0);
  const unscored = counts[notScored] === 0 ? "" : `, ${marks[notScored]} not scored ${counts[notScored]}`;
  return `${marks[0]} empty ${counts[0]}, ${marks[1]} weak ${counts[1]}${unscored}; ${fails}; of ${cells} cells.`;
}

/** The cells' marks; neighbours of one tone are coloured together. */
function paintedCells(
  cells: readonly { readonly gap: boolean; readonly level: number }[],
  marks: readonly string[],
  colour: boolean,
): string {
  let line = "";
  let sameTone = "";
  let tone: Tone = "plain";
  for (const { gap, level } of cells) {
    const next = tones[level] as Tone;
    if (next !== tone) {
      line += paint(sameTone, tone, colour);
      sameTone = "";
      tone = next;
    }
    sameTone += (gap ? " " : "") + marks[level];
  }
  return line + paint(sameTone, tone, colour);
}

/** The best fitness of each cell by row and flat column; -Infinity where the cell is empty. */
function bestFitness(archive: ArchiveView, rowDimension: number): Float64Array {
  const sizes = archive.dimensions.map(({ bins }) => bins.length);
  const cells = sizes.reduce((product, size) => product * size, 1);
  const columnCount = cells / (sizes[rowDimension] as number);
  const best = new Float64Array(cells).fill(Number.NEGATIVE_INFINITY);
  for (const item of archive.items) {
    if (!item.elite) continue;
    let column = 0;
    for (const [dimension, size] of sizes.entries()) {
      if (dimension !== rowDimension) column = column * size + (item.bins[dimension] as number);
    }
    const cell = (item.bins[rowDimension] as number) * columnCount + column;
    best[cell] = Math.max(best[cell] as number, item.scored === false ? notScoredFitness : item.fitness);
  }
  return best;
}

function longestDimension(sizes: readonly number[]): number {
  let longest = 0;
  for (const [index, size] of sizes.entries()) if (size > (sizes[longest] as number)) longest = index;
  return longest;
}

/** Which columns of the archive stand where: groups apart where that fits, neighbours together where nothing else does. */
function layOut(columnCount: number, groupSize: number, width: number): Column[] {
  const groups = columnCount / groupSize;
  const merged = columnCount + groups - 1 <= width ? 1 : Math.ceil(columnCount / Math.max(1, width - groups));
  const columns: Column[] = [];
  for (let from = 0; from < columnCount; ) {
    // A drawn column never reaches from one group into the next unless whole groups have to be joined.
    const groupEnd = merged >= groupSize ? columnCount : (Math.floor(from / groupSize) + 1) * groupSize;
    const to = Math.min(from + merged, groupEnd);
    columns.push({ from, to, gap: from > 0 && (merged === 1 || merged < groupSize) && from % groupSize === 0 });
    from = to;
  }
  return columns;
}

/** The first other dimension's bins above their columns, as many as fit without touching. */
function groupLabels(bins: readonly string[], columns: readonly Column[], groupSize: number): string {
  let line = "";
  let position = 0;
  for (const { from, gap } of columns) {
    if (gap) position++;
    if (from % groupSize === 0 && (line === "" || line.length < position)) {
      const next = columns.findIndex((column) => column.from >= from + groupSize);
      const room = next < 0 ? 12 : next - columns.findIndex((column) => column.from === from);
      line = `${line.padEnd(position)}${groupLabel(bins[from / groupSize] ?? "", Math.max(1, room))}`;
    }
    position++;
  }
  return line;
}

/** A label in little room: all of it, its first word, or its beginning. */
function groupLabel(bin: string, room: number): string {
  const label = terminalLine(bin);
  const word = label.split(" ")[0] as string;
  return displayWidth(label) <= room ? label : shortenToWidth(word, room, "");
}

function levelOf(fitness: number, weakBelow: number, highest: number): number {
  if (fitness === Number.NEGATIVE_INFINITY) return 0;
  if (fitness === notScoredFitness) return notScored;
  if (fitness < weakBelow) return 1;
  const share = highest > weakBelow ? (fitness - weakBelow) / (highest - weakBelow) : 1;
  return 2 + Math.min(2, Math.floor(share * 3));
}
