/**
 * Dimensions of an archive: named functions of an item with finitely many values.
 *
 * One notion serves texts, problems (reasoning's TaskDescriptor) and rows of data sets (DataDescriptor), and its bins are a
 * categorical archive's labels. Pure ones answer at once (`Descriptor`); those that ask a model answer for many items
 * together and say why where an item has no bin (`AskingDescriptor`). Both are held to
 * tests/contracts/descriptor.contract.ts.
 */
import type { CategoricalAxis } from "../tessellations/categorical-tessellation.ts";

/** A dimension by its name and bins. */
export interface DescriptorAxis {
  readonly name: string;
  /** One label a bin, in order, no two equal. */
  readonly bins: readonly string[];
}

/** A dimension that is a pure function of the item. */
export interface Descriptor<Item> extends DescriptorAxis {
  /** The bin of an item, in [0, bins.length); undefined where the item has none. */
  bin(item: Item): number | undefined;
}

/** Where an item belongs, or why that is not known. */
export type Placement =
  | {
      readonly bin: number;
      /** How sure, in (0, 1]; missing where it is no guess. */
      readonly confidence?: number;
    }
  | {
      readonly bin: undefined;
      /** "none": the item has no such property; "unparsable": an answer that names no bin, or several. */
      readonly reason: "none" | "unparsable" | "refused" | "failed";
      /** The first unusable answer, untrusted, or what failed; for people. */
      readonly details?: string;
    };

/** A dimension for which something has to be asked. */
export interface AskingDescriptor<Item> extends DescriptorAxis {
  /**
   * One placement an item, in order. What a model answers is never an error; that it cannot be reached is.
   * Throws InterruptedError where the signal aborts, and what the model throws.
   */
  place(items: readonly Item[], options?: { readonly signal?: AbortSignal }): Promise<readonly Placement[]>;
}

/** Any dimension. */
export type AnyDescriptor<Item> = Descriptor<Item> | AskingDescriptor<Item>;

/** The placements of items along one dimension of either kind, in order. Throws what the descriptor throws. */
export async function placeItems<Item>(
  descriptor: AnyDescriptor<Item>,
  items: readonly Item[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly Placement[]> {
  if ("place" in descriptor) return descriptor.place(items, options);
  return items.map((item) => {
    const bin = descriptor.bin(item);
    return bin === undefined ? { bin, reason: "none" } : { bin };
  });
}

/** An item's place along several dimensions. */
export interface ItemPlacement {
  /** One bin a dimension: an archive's descriptor. Undefined where one is not known. */
  readonly descriptor: readonly number[] | undefined;
  /** One a dimension, in the order of the descriptors. */
  readonly placements: readonly Placement[];
}

/**
 * The places of items along all dimensions; those that ask are asked at the same time.
 * Throws what the descriptors throw.
 */
export async function describeItems<Item>(
  descriptors: readonly AnyDescriptor<Item>[],
  items: readonly Item[],
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly ItemPlacement[]> {
  const columns = await Promise.all(descriptors.map((descriptor) => placeItems(descriptor, items, options)));
  return items.map((_, row) => {
    const placements = columns.map((column) => column[row] as Placement);
    const descriptor = placements.flatMap(({ bin }) => (bin === undefined ? [] : [bin]));
    return { placements, descriptor: descriptor.length === placements.length ? descriptor : undefined };
  });
}

/** The axes of a categorical archive over these dimensions. */
export function categoricalAxes(descriptors: readonly DescriptorAxis[]): readonly CategoricalAxis[] {
  return descriptors.map(({ name, bins }) => ({ name, labels: bins }));
}
