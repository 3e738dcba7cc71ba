import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { splitWords } from "../../core/words.ts";
import type { DataRow } from "./measure.ts";
import { rowText } from "./row-text.ts";

/** A named function of a row with finitely many values: one dimension along which a data set may be full or empty. */
export interface DataDescriptor {
  readonly name: string;
  /** One label a bin, in order. */
  readonly bins: readonly string[];
  /** The bin of a row, in [0, bins.length); undefined where the row has none. */
  bin(row: DataRow): number | undefined;
}

/**
 * The descriptor that an attribute holds: a bin's label, or its index from 0.
 * @param bins the labels, or how many there are
 * `bin` throws InvalidArgumentError for a value that is neither.
 */
export function attributeDescriptor(attribute: string, bins: number | readonly string[]): DataDescriptor {
  const labels = typeof bins === "number" ? Array.from({ length: bins }, (_, index) => String(index)) : bins;
  const places = new Map(labels.map((label, index) => [label, index]));
  return {
    name: attribute,
    bins: labels,
    bin(row) {
      const value = row.attributes?.[attribute];
      if (value === undefined) return undefined;
      const place =
        typeof value === "number" && Number.isInteger(value) && value >= 0 && value < labels.length
          ? value
          : places.get(String(value));
      if (place === undefined) {
        throw new InvalidArgumentError({
          expected: `attribute ${JSON.stringify(attribute)} to be one of ${labels.length} bins`,
          received: JSON.stringify(value),
          remedy: "give all labels, or as many bins as there are",
        });
      }
      return place;
    },
  };
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
  const between = (low: number, high: number) =>
    Number.isInteger(low) && high === low + 1 ? `${low}` : `${low} to < ${high}`;
  const bins = [
    `< ${edges[0]}`,
    ...edges.slice(1).map((edge, index) => between(edges[index] as number, edge)),
    `>= ${edges.at(-1)}`,
  ];
  return {
    name,
    bins,
    bin(row) {
      const value = valueOfRow(row);
      if (value === undefined || Number.isNaN(value)) return undefined;
      const place = edges.findIndex((edge) => value < edge);
      return place === -1 ? edges.length : place;
    },
  };
}

/** Words of prompt and completion together, in bins that double: what any text can be described by. */
export const lengthDescriptor: DataDescriptor = numericDescriptor(
  "length-words",
  [8, 16, 32, 64, 128, 256, 512],
  (row) => splitWords(rowText(row, "both")).length,
);
