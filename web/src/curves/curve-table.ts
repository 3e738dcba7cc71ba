/** The numbers behind a chart. */
import type { CurveView } from "../../../src/report/view-model.ts";

export interface CurveTable {
  /** Each with its horizontal value and one value a series, undefined where the series has no point there. */
  readonly rows: readonly { readonly horizontal: number; readonly values: readonly (number | undefined)[] }[];
  /** How many rows there were before thinning. */
  readonly total: number;
}

/** At most `limit` rows (at least 2), evenly chosen, the first and the last among them. */
export function curveTable(curve: CurveView, limit: number): CurveTable {
  const columns = curve.series.map(({ points }) => new Map(points));
  const horizontals = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) => a - b);
  const total = horizontals.length;
  const chosen =
    total <= limit
      ? horizontals
      : Array.from({ length: limit }, (_, row) => horizontals[Math.round((row * (total - 1)) / (limit - 1))] as number);
  return {
    rows: chosen.map((horizontal) => ({ horizontal, values: columns.map((column) => column.get(horizontal)) })),
    total,
  };
}
