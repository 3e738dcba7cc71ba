/** Where a text belongs, by the descriptors that can be measured on it. */
import { countWords } from "../core/words.ts";
import type { DomainDescriptor } from "./domain-schema.ts";

type NumericDescriptor = Extract<DomainDescriptor, { readonly kind: "length" | "number" }>;

/**
 * The bin of a text; undefined for a descriptor of categories, labels or numbers that have to be opened
 * (text-measures.ts), and for a text that begins with none of the words.
 */
export function measuredBin(descriptor: DomainDescriptor, text: string): number | undefined {
  if (descriptor.kind === "length") return binOfNumber(descriptor, lengthOf(descriptor, text));
  if (descriptor.kind !== "first-word") return undefined;
  const first = /^[^\p{L}\p{N}]*([\p{L}\p{N}]+)/u.exec(text)?.[1]?.toLowerCase();
  const bin = descriptor.words.findIndex((word) => word.toLowerCase() === first);
  return bin < 0 ? undefined : bin;
}

/** A length; undefined for other numbers. */
export function measuredNumber(descriptor: NumericDescriptor, text: string): number | undefined {
  return descriptor.kind === "length" ? lengthOf(descriptor, text) : undefined;
}

/** The bin of a number; what lies outside belongs to the nearest one. */
export function binOfNumber({ low, high, bins }: NumericDescriptor, value: number): number {
  return Math.min(bins - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * bins)));
}

function lengthOf({ unit }: Extract<DomainDescriptor, { readonly kind: "length" }>, text: string): number {
  return unit === "words" ? countWords(text) : [...text].length;
}
