import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { exportsOf, importNamedModule } from "../core/import-module.ts";
import { quotedText } from "../core/quoted-text.ts";
import { countWords, splitWords } from "../core/words.ts";
import { ExactThread } from "../judges/exact-thread.ts";
import type { Domain, DomainDescriptor } from "./domain-schema.ts";
import type { NumberSource } from "./number-source.ts";

/** Functions by the names that a domain's file uses (number-source.ts says them to its schema). */
const known: Readonly<Record<Extract<NumberSource, string>, (text: string) => number>> = {
  characters: (text) => [...text].length,
  words: (text) => countWords(text),
  lines: (text) => text.split(/\r\n|\r|\n/u).length,
  sentences: (text) => text.split(/[.!?]+(?:\s|$)/u).filter((part) => part.trim() !== "").length,
  "word-length": (text) => {
    const words = splitWords(text);
    return words.length === 0 ? 0 : words.reduce((sum, word) => sum + [...word].length, 0) / words.length;
  },
  digits: (text) => text.match(/\p{Nd}/gu)?.length ?? 0,
  capitals: (text) => text.match(/\p{Lu}/gu)?.length ?? 0,
};

/** A text's number; undefined where it has none. Throws InterruptedError where the signal aborts. */
export type TextMeasure = (text: string, signal?: AbortSignal) => Promise<number | undefined>;

/** The measures of a domain's descriptors, by their names. */
export interface TextMeasures {
  readonly byName: Readonly<Record<string, TextMeasure>>;
  /** Ends the threads of patterns; calling it twice is harmless. */
  close(): Promise<void>;
}

/** Milliseconds that a pattern may take for a text, which then has no number. */
const timeLimit = 1000;

/**
 * Opens what the domain's descriptors of numbers need. Throws StorageError and InvalidArgumentError for modules and
 * patterns that cannot be used.
 */
export async function openTextMeasures({ descriptors }: Pick<Domain, "descriptors">): Promise<TextMeasures> {
  const threads: ExactThread[] = [];
  const byName: Record<string, TextMeasure> = {};
  for (const descriptor of descriptors) {
    if (descriptor.kind === "number") byName[descriptor.name] = await measureOf(descriptor, threads);
    if (descriptor.kind === "length") {
      const measure = known[descriptor.unit];
      byName[descriptor.name] = async (text) => measure(text);
    }
  }
  return {
    byName,
    close: async () => {
      for (const thread of threads) await thread.close();
    },
  };
}

async function measureOf(
  { of: source, name }: Extract<DomainDescriptor, { readonly kind: "number" }>,
  threads: ExactThread[],
): Promise<TextMeasure> {
  if (typeof source === "string") {
    const measure = known[source];
    return async (text) => measure(text);
  }
  if ("file" in source) return moduleMeasure(source.file);
  try {
    new RegExp(source.count, source.flags);
  } catch (error) {
    throw new InvalidArgumentError({
      expected: `a regular expression for the descriptor ${quotedText(name)}`,
      received: error instanceof Error ? error.message : String(error),
      remedy: "correct it, or escape what is meant literally",
    });
  }
  const thread = new ExactThread({ kind: "count", source: source.count, flags: source.flags }, timeLimit);
  threads.push(thread);
  return async (text, signal) => (await thread.test([text], signal))[0]?.count;
}

async function moduleMeasure(file: string): Promise<TextMeasure> {
  const module = await importNamedModule({
    path: file,
    of: "the descriptor's function",
    remedy: "check the path, which is seen from the domain's file",
    notUsable: (received, cause) => notUsable(file, received, cause),
  });
  const measure = module.default;
  if (typeof measure !== "function") throw notUsable(file, exportsOf(module));
  return async (text) => {
    try {
      const value: unknown = await measure(text);
      return typeof value === "number" && Number.isFinite(value) ? value : undefined;
    } catch {
      // A text for which the user's function fails has no number, and is discarded as such.
      return undefined;
    }
  };
}

function notUsable(file: string, received: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: `a module that exports a function by default in ${quotedText(file, 1000)}`,
    received,
    remedy: "write export default (text) => text.length",
    cause,
  });
}
