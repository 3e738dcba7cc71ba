/** What every descriptor has to do. A new implementation adds one call in descriptor.test.ts. */
import { describe, expect, test } from "vitest";
import { InterruptedError } from "../../src/core/errors/interrupted-error.ts";
import { categoricalArchive } from "../../src/quality-diversity/archives/categorical-archive.ts";
import {
  type AnyDescriptor,
  categoricalAxes,
  describeItems,
  placeItems,
} from "../../src/quality-diversity/descriptors/descriptor.ts";

export interface DescriptorCase<Item> {
  readonly name: string;
  create(): AnyDescriptor<Item>;
  /** Items of at least two bins. */
  readonly items: readonly Item[];
  /** Items that have no bin, where there can be some. */
  readonly placeless?: readonly Item[];
}

export function descriptorContract<Item>({ name, create, items, placeless = [] }: DescriptorCase<Item>): void {
  describe(`descriptor contract: ${name}`, () => {
    const all = [...items, ...placeless];

    test("has a name and different labels, none empty", () => {
      const { name: own, bins } = create();
      expect(own.trim()).not.toBe("");
      expect(bins.length).toBeGreaterThan(0);
      expect(new Set(bins).size).toBe(bins.length);
      expect(bins.every((label) => label.trim() !== "")).toBe(true);
    });

    test("every item falls into exactly one bin, or it says why not", async () => {
      const descriptor = create();
      const placements = await placeItems(descriptor, all);
      expect(placements).toHaveLength(all.length);
      for (const [row, placement] of placements.entries()) {
        if (placement.bin === undefined) {
          expect(row).toBeGreaterThanOrEqual(items.length);
          expect(["none", "unparsable", "refused", "failed"]).toContain(placement.reason);
        } else {
          expect(row).toBeLessThan(items.length);
          expect(descriptor.bins[placement.bin]).toBeDefined();
          expect(Object.is(placement.bin, -0)).toBe(false);
          expect(placement.confidence ?? 1).toBeGreaterThan(0);
          expect(placement.confidence ?? 1).toBeLessThanOrEqual(1);
        }
      }
      expect(new Set(placements.slice(0, items.length).map(({ bin }) => bin)).size).toBeGreaterThan(1);
    });

    test("an item's bin depends on the item alone", async () => {
      const together = await placeItems(create(), all);
      const alone = [];
      for (const item of all) alone.push((await placeItems(create(), [item]))[0]);
      expect(alone).toEqual(together);
      expect(await placeItems(create(), all.toReversed())).toEqual(together.toReversed());
      expect(await placeItems(create(), [])).toEqual([]);
    });

    test("an aborted signal interrupts those that ask", async () => {
      const descriptor = create();
      if (!("place" in descriptor)) return;
      await expect(descriptor.place(items, { signal: AbortSignal.abort() })).rejects.toThrow(InterruptedError);
    });

    test("its bins are an archive's", async () => {
      const descriptor = create();
      const archive = categoricalArchive<number>({ axes: categoricalAxes([descriptor, descriptor]) });
      const described = await describeItems([descriptor, descriptor], all);
      for (const [row, item] of described.entries()) {
        expect(item.descriptor === undefined).toBe(row >= items.length);
        if (item.descriptor === undefined) continue;
        const cell = archive.cellOf(item.descriptor);
        expect(archive.tessellation.binsOf(cell)).toEqual(item.placements.map(({ bin }) => bin));
      }
    });
  });
}
