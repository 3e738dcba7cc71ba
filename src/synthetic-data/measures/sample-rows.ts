import type { RandomStream } from "../../core/random.ts";

/** At most `count` items, drawn without replacement; their order is kept. All of them where there are no more. */
export function sampleRows<Row>(rows: readonly Row[], count: number, random: RandomStream): readonly Row[] {
  if (rows.length <= count) return rows;
  const kept: Row[] = [];
  // Selection sampling (Knuth, TAOCP 2, algorithm S): each row is kept with chance still needed / still to come.
  for (let index = 0; kept.length < count; index++) {
    if (random.uniform() * (rows.length - index) < count - kept.length) kept.push(rows[index] as Row);
  }
  return kept;
}
