import type { DataRow, Measure } from "../measure.ts";
import { partInWords, type RowPart, rowText } from "../row-text.ts";

/** Settings of the duplicate rate. */
export interface DuplicateRateOptions {
  /** What has to be equal; default "both" prompt and completion. */
  readonly part?: RowPart;
}

/** The share of rows that repeat an earlier row exactly, in [0, 1); NaN for no rows. */
export function duplicateRate(options: DuplicateRateOptions = {}): Measure {
  const { part = "both" } = options;
  return {
    name: `duplicate-rate${part === "both" ? "" : `-of-${part}`}`,
    axis: "diversity",
    description: `Share of rows whose ${partInWords(part)} repeat an earlier row character by character`,
    formula: "1 - distinct rows / rows",
    source: "Lee et al. 2022, 2107.06499 (exact part)",
    range: [0, 1],
    higherMeans: "less diverse",
    cost: "linear",
    dependsOnSize: true,
    dependsOnOrder: false,
    compute: (rows) => 1 - new Set(rows.map((row) => identity(row, part))).size / rows.length,
  };
}

/** Groups of rows (indices from 0, ascending) with equal text, the largest group first; rows that are alone are left out. */
export function duplicateGroups(rows: readonly DataRow[], part: RowPart = "both"): number[][] {
  const groups = new Map<string, number[]>();
  rows.forEach((row, index) => {
    const key = identity(row, part);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [index]);
    else group.push(index);
  });
  return [...groups.values()].filter((group) => group.length > 1).sort((a, b) => b.length - a.length);
}

/** The length keeps ("a", "b c") apart from ("a\nb", " c") and the like. */
function identity(row: DataRow, part: RowPart): string {
  return part === "both" ? `${row.prompt.length}:${row.prompt}${row.completion}` : rowText(row, part);
}
