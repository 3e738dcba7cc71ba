import { splitWords } from "../../core/words.ts";
import { categoricalDescriptor } from "../../quality-diversity/descriptors/categorical-descriptor.ts";
import type { Descriptor } from "../../quality-diversity/descriptors/descriptor.ts";
import { numericDescriptor as numericDescriptorOf } from "../../quality-diversity/descriptors/numeric-descriptor.ts";
import type { DataRow } from "./measure.ts";
import { rowText } from "./row-text.ts";

/** A named function of a row with finitely many values: one dimension along which a data set may be full or empty. */
export type DataDescriptor = Descriptor<DataRow>;

/**
 * The descriptor that an attribute holds: a bin's label, or its index from 0.
 * @param bins the labels, or how many there are
 * `bin` throws InvalidArgumentError for a value that is neither.
 */
export function attributeDescriptor(attribute: string, bins: number | readonly string[]): DataDescriptor {
  return categoricalDescriptor({
    name: attribute,
    bins: typeof bins === "number" ? Array.from({ length: bins }, (_, index) => String(index)) : bins,
    read(row: DataRow) {
      const value = row.attributes?.[attribute];
      return typeof value === "boolean" ? String(value) : value;
    },
  });
}

/**
 * The descriptor of a number that falls between edges: bin 0 is below edges[0], bin i in [edges[i - 1], edges[i]).
 * @param edges ascending, at least one
 */
export function numericDescriptor(
  name: string,
  edges: readonly number[],
  valueOfRow: (row: DataRow) => number | undefined,
): DataDescriptor {
  return numericDescriptorOf({ name, edges, read: valueOfRow });
}

/** Words of prompt and completion together, in bins that double: what any text can be described by. */
export const lengthDescriptor: DataDescriptor = numericDescriptor(
  "length-words",
  [8, 16, 32, 64, 128, 256, 512],
  (row) => splitWords(rowText(row, "both")).length,
);
