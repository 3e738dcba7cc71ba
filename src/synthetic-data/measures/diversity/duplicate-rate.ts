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
    compute: (rows) => {
      const repeats = duplicateGroups(rows, part).reduce((sum, group) => sum + group.length - 1, 0);
      return 1 - (rows.length - repeats) / rows.length;
    },
  };
}

/** Groups of rows (indices from 0, ascending) with equal text, the largest group first; rows that are alone are left out. */
export function duplicateGroups(rows: readonly DataRow[], part: RowPart = "both"): number[][] {
  const indices = [...rows.keys()];
  const groups =
    part === "both"
      ? groupsOfEqual(indices, (index) => (rows[index] as DataRow).prompt).flatMap((samePrompt) =>
          groupsOfEqual(samePrompt, (index) => (rows[index] as DataRow).completion),
        )
      : groupsOfEqual(indices, (index) => rowText(rows[index] as DataRow, part));
  return groups.sort((a, b) => b.length - a.length || (a[0] as number) - (b[0] as number));
}

/** Groups of two and more; few texts repeat, so that a list is made for these alone. */
function groupsOfEqual(indices: readonly number[], textOf: (index: number) => string): number[][] {
  const first = new Map<string, number | number[]>();
  const groups: number[][] = [];
  for (const index of indices) {
    const text = textOf(index);
    const known = first.get(text);
    if (known === undefined) first.set(text, index);
    else if (typeof known === "object") known.push(index);
    else {
      const group = [known, index];
      first.set(text, group);
      groups.push(group);
    }
  }
  return groups;
}
