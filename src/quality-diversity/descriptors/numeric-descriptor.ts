import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { checkBins } from "./check-bins.ts";
import type { Descriptor } from "./descriptor.ts";

/** A dimension of a number between edges. */
export interface NumericDescriptorOptions<Item> {
  readonly name: string;
  /** Ascending, at least one, finite: n edges make n + 1 bins. */
  readonly edges: readonly number[];
  /** An item's number; undefined or NaN where it has none. */
  read(item: Item): number | undefined;
}

/**
 * The dimension of a number: bin 0 is below edges[0], bin i in [edges[i - 1], edges[i]), the last from the last edge on.
 * Throws InvalidArgumentError for edges that are not finite or do not ascend.
 */
export function numericDescriptor<Item>(options: NumericDescriptorOptions<Item>): Descriptor<Item> {
  const { name, edges, read } = options;
  const descends = edges.findIndex((edge, index) => !(edge > (edges[index - 1] ?? -Infinity) && edge < Infinity));
  if (edges.length === 0 || descends !== -1) {
    throw new InvalidArgumentError({
      expected: `edges of ${quotedText(name)} that ascend and are finite, at least one`,
      received: edges.length === 0 ? "none" : `${edges[descends]} as number ${descends + 1}`,
      remedy: "sort the edges and leave out repeated ones",
    });
  }
  const between = (low: number, high: number) =>
    Number.isInteger(low) && high === low + 1 ? `${low}` : `${low} to < ${high}`;
  const bins = [
    `< ${edges[0]}`,
    ...edges.slice(1).map((edge, index) => between(edges[index] as number, edge)),
    `>= ${edges.at(-1)}`,
  ];
  checkBins(name, bins);
  return {
    name,
    bins,
    bin(item) {
      const value = read(item);
      if (value === undefined || Number.isNaN(value)) return undefined;
      const place = edges.findIndex((edge) => value < edge);
      return place === -1 ? edges.length : place;
    },
  };
}

/**
 * The edges between `bins` equal bins of [low, high]: `bins` - 1 of them, so that what lies outside is in the first or the
 * last bin. Rainbow Teaming (2402.16822) has 10 bins of 24 to 96 characters, and of 100 to 1000.
 * Throws InvalidArgumentError for less than two bins or an empty range.
 */
export function evenEdges(low: number, high: number, bins: number): number[] {
  if (!(Number.isInteger(bins) && bins >= 2 && Number.isFinite(high - low) && low < high)) {
    throw new InvalidArgumentError({
      expected: "two bins or more and a finite range with low < high",
      received: `${bins} bins in [${low}, ${high}]`,
      remedy: "leave out a dimension that has one bin only",
    });
  }
  return Array.from({ length: bins - 1 }, (_, index) =>
    Number((low + ((index + 1) * (high - low)) / bins).toPrecision(12)),
  );
}
