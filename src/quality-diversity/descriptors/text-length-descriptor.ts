import { splitWords } from "../../core/words.ts";
import type { Descriptor } from "./descriptor.ts";
import { numericDescriptor } from "./numeric-descriptor.ts";

/** How the length of a text is binned. */
export interface TextLengthDescriptorOptions {
  /** Default "length-characters" or "length-words". */
  readonly name?: string;
  /** Code points, or words between white space. */
  readonly unit: "characters" | "words";
  /** As numericDescriptor's; evenEdges makes equal ones. */
  readonly edges: readonly number[];
}

/** The length of a text. Throws InvalidArgumentError as numericDescriptor does. */
export function textLengthDescriptor(options: TextLengthDescriptorOptions): Descriptor<string> {
  const { unit, edges, name = `length-${unit}` } = options;
  return numericDescriptor({ name, edges, read: unit === "words" ? countWords : countCharacters });
}

function countWords(text: string): number {
  return splitWords(text).length;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
