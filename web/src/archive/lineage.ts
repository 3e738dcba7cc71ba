/** From an item back to the seed that it came from. */
import type { ArchiveItemView } from "../../../src/report/view-model.ts";

export interface Lineage {
  /** From the oldest known ancestor to the item itself; never empty. */
  readonly steps: readonly ArchiveItemView[];
  /** False where an ancestor is not recorded, or the record runs in a circle. */
  readonly reachesSeed: boolean;
}

export type ItemsById = ReadonlyMap<string, ArchiveItemView>;

/** Of two items with one identifier the first counts. */
export function indexById(items: readonly ArchiveItemView[]): ItemsById {
  const byId = new Map<string, ArchiveItemView>();
  for (const item of items) if (!byId.has(item.id)) byId.set(item.id, item);
  return byId;
}

export function lineage(item: ArchiveItemView, byId: ItemsById): Lineage {
  const steps = [item];
  const seen = new Set([item.id]);
  let current = item;
  while (current.parentId !== undefined) {
    const parent = byId.get(current.parentId);
    if (parent === undefined || seen.has(parent.id)) return { steps: steps.reverse(), reachesSeed: false };
    seen.add(parent.id);
    steps.push(parent);
    current = parent;
  }
  return { steps: steps.reverse(), reachesSeed: true };
}
