import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { checkBins } from "./check-bins.ts";
import type { Descriptor } from "./descriptor.ts";

/** A dimension of given labels. */
export interface CategoricalDescriptorOptions<Item> {
  readonly name: string;
  readonly bins: readonly string[];
  /** An item's label, or its bin's number from 0; undefined where it has none. Any function of the item. */
  read(item: Item): string | number | undefined;
}

/**
 * The dimension that a label of the item, or any function of it, says.
 * Throws InvalidArgumentError for labels that are empty or equal; `bin` throws it for a value that is no bin.
 */
export function categoricalDescriptor<Item>(options: CategoricalDescriptorOptions<Item>): Descriptor<Item> {
  const { name, bins, read } = options;
  checkBins(name, bins);
  const places = new Map(bins.map((label, index) => [label, index]));
  return {
    name,
    bins,
    bin(item) {
      const value = read(item);
      if (value === undefined) return undefined;
      const isNumber = typeof value === "number" && Number.isInteger(value) && value >= 0 && value < bins.length;
      // Labels may be numbers themselves, given as such.
      const place = isNumber ? value : places.get(String(value));
      if (place === undefined) {
        throw new InvalidArgumentError({
          expected: `${quotedText(name)} to be one of ${bins.length} bins`,
          received: typeof value === "string" ? quotedText(value) : String(value),
          remedy: "give all labels, or as many bins as there are",
        });
      }
      // Minus zero is a bin's number too, but no index.
      return place + 0;
    },
  };
}
