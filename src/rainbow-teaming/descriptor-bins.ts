/** Where a text belongs, by the descriptors that can be measured on it. */
import { splitWords } from "../core/words.ts";
import type { DomainDescriptor } from "./domain-schema.ts";

/** The bin of a text; undefined for a descriptor of categories or labels, and for a text that begins with none of the words. */
export function measuredBin(descriptor: DomainDescriptor, text: string): number | undefined {
  if (descriptor.kind === "categories" || descriptor.kind === "labels") return undefined;
  if (descriptor.kind === "first-word") {
    const first = /^[^\p{L}\p{N}]*([\p{L}\p{N}]+)/u.exec(text)?.[1]?.toLowerCase();
    const bin = descriptor.words.findIndex((word) => word.toLowerCase() === first);
    return bin < 0 ? undefined : bin;
  }
  const { low, high, bins, unit } = descriptor;
  const length = unit === "words" ? splitWords(text).length : [...text].length;
  return Math.min(bins - 1, Math.max(0, Math.floor(((length - low) / (high - low)) * bins)));
}
