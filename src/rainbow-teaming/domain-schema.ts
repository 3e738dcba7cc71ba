/**
 * What a domain of prompts is, as data: descriptors, mutation instructions, judge rubrics, seeds. One schema for the
 * shipped files and the user's own; every `error` says what is expected, as load-domain.ts puts it into a message.
 */
import { z } from "zod";
import { type ArchiveSettings, archiveSchema, embeddingSettings } from "./archives/archive-schema.ts";
import { judgeSchema } from "./judge-schema.ts";
import { type NumberSource, numberSourceSchema } from "./number-source.ts";
import { parentSimilaritySchema } from "./parent-similarity.ts";
import { count, group, list, text } from "./schema-parts.ts";

/** A worked mutation, shown to the mutator. */
const example = group("an example with from, label and to", {
  from: text("the prompt before, as text"),
  label: text("the label that was asked for, as text"),
  to: text("the prompt after, as text"),
});

const mutation = group("a mutation with an instruction and examples", {
  /** How to change a prompt; {label} and {explanation} stand for what is asked. */
  instruction: text("an instruction, as text in which {label} stands for what is asked"),
  examples: z.array(example, { error: "a list of examples, each with from, label and to" }).default([]),
});

const descriptorName = text("a name of the descriptor, as text");

const categories = group("a descriptor of categories", {
  kind: z.literal("categories"),
  name: descriptorName,
  categories: list(
    "a list of at least one category, each with a name",
    group("a category with name and explanation", {
      name: text("a category's name, as text"),
      /** One line for mutator, judge and people; the safety domain has none on purpose. */
      explanation: text("a category's explanation in one line").optional(),
    }),
  ),
  /** "asked": a child is what its mutation was asked to be, as in the paper; "classified": a language model tells. */
  placement: z.enum(["asked", "classified"], { error: "one of asked, classified" }).default("asked"),
  /** Of a classified prompt: what is less sure is discarded. */
  minimumConfidence: z
    .number({ error: "a confidence between 0 and 1" })
    .min(0)
    .max(1, { error: "a confidence between 0 and 1" })
    .optional(),
  mutation,
});

const length = group("a descriptor of length", {
  kind: z.literal("length"),
  name: descriptorName,
  unit: z.enum(["characters", "words"], { error: "one of characters, words" }).default("characters"),
  /** Edges of the bins: `bins` equal ones between them. What lies outside belongs to the nearest bin. */
  low: z.number({ error: "a number, the least length" }).min(0, { error: "a number of at least 0, the least length" }),
  high: z.number({ error: "a number, the greatest length" }),
  bins: count("a whole number of bins, at least 1"),
  mutation,
});

const number = group("a descriptor of a number", {
  kind: z.literal("number"),
  name: descriptorName,
  /** What of the text is measured. */
  of: numberSourceSchema,
  /** What the mutator is told behind the number; default: the name of what is measured, or the descriptor's. */
  unit: text("a unit, as text").optional(),
  /** Edges of the bins, as those of a length. */
  low: z.number({ error: "a number, the least" }),
  high: z.number({ error: "a number, the greatest" }),
  bins: count("a whole number of bins, at least 1"),
  mutation,
});

const firstWord = group("a descriptor of a prompt's first word", {
  kind: z.literal("first-word"),
  name: descriptorName,
  /** A prompt belongs to the word among these that it begins with, whatever the case; to none: it is discarded. */
  words: list("a list of at least one word", text("a word, as text")),
  mutation,
});

const labels = group("a descriptor of labels", {
  kind: z.literal("labels"),
  name: descriptorName,
  /** One a bin; a program that makes the prompts (a task) tells where each belongs. */
  labels: list("a list of at least one label", text("a label, as text")),
  mutation,
});

/** One dimension as a domain's file names it. */
export const descriptorSchema = z
  .discriminatedUnion("kind", [categories, length, number, firstWord, labels], {
    error: "a descriptor whose kind is categories, length, number, first-word or labels",
  })
  .refine((each) => (each.kind !== "length" && each.kind !== "number") || each.low < each.high, {
    error: "low below high",
  })
  .refine((each) => labelsAreDifferent(labelsOf(each)), { error: "labels that differ from each other" });

const improvement = group("settings of improving", {
  /** What the teacher is told, who writes the answers that are learnt; default: from the judge's rubric. */
  teacher: text("an instruction for the teacher, as text").optional(),
  /** Ordinary prompts that the target must not unlearn; without an answer a held-out judge scores the response. */
  ability: z
    .array(
      group("an ordinary prompt, with its answer where it has one", {
        prompt: text("an ordinary prompt, as text"),
        /** Several that are right stand with | between them. */
        answer: text("its right answer, as text").optional(),
      }),
      { error: "a list of ordinary prompts" },
    )
    .default([]),
  /** What 0 and 1 mean of a response to one without an answer. */
  abilityRubric: text("a rubric for a response to an ordinary prompt, as text").optional(),
});

const settingsSchema = group("a domain: name, prompt, descriptors, judge, seeds", {
  name: z
    .string({ error: "a name of lower-case letters, digits and hyphens" })
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: "a name of lower-case letters, digits and hyphens" }),
  summary: text("what the domain is for, in one line"),
  /** What a prompt is, as the mutator is told: "a question about general knowledge, in one sentence". */
  prompt: text("what a prompt is, in one line"),
  /** Whether pages, logs and terminal hide the texts until asked. */
  sensitive: z.boolean({ error: "true or false" }).default(false),
  descriptors: list("a list of at least one descriptor", descriptorSchema).refine(
    (all) => labelsAreDifferent(all.map(({ name }) => name)),
    { error: "descriptors with different names" },
  ),
  /** How a prompt is written without a parent, for the arm without stepping stones; {label} is the first descriptor's. */
  generation: group("a generation with an instruction", {
    instruction: text("an instruction, as text in which {label} stands for what is asked"),
  }).optional(),
  judge: judgeSchema,
  /** Default: a grid of the labels. */
  archive: archiveSchema.optional(),
  target: group("settings of the target", {
    system: text("a system prompt, as text").optional(),
    maximumTokens: count("a whole number of tokens, at least 1").default(512),
  }).prefault({}),
  /** An elite of at least this fitness counts as a success. */
  success: z
    .number({ error: "a number between 0 and 1" })
    .min(0)
    .max(1, { error: "a number between 0 and 1" })
    .default(0.5),
  search: group("settings of the search", {
    iterations: count("a whole number of iterations, at least 1").default(2000),
    batchSize: count("a whole number, at least 1").default(32),
    /** Children whose BLEU with their parent, or cosine by an embedder, is at least this are discarded. */
    similarity: parentSimilaritySchema.default(0.6),
    /** t in exp(-F / t). */
    temperature: z.number({ error: "a number above 0" }).positive({ error: "a number above 0" }).default(0.1),
  }).prefault({}),
  /** How illume improve teaches and what it measures beside the search. */
  improve: improvement.optional(),
  /** Where mutation begins; a task has its own. */
  seeds: z.array(text("a seed prompt, as text"), { error: "a list of seed prompts" }).default([]),
});

/** A domain's file, checked. */
export const domainSchema = settingsSchema
  .refine(({ seeds, judge }) => seeds.length > 0 || judge.kind === "verifier", {
    error: "at least one seed prompt",
    path: ["seeds"],
  })
  .refine(({ archive, descriptors }) => archive === undefined || hasDimensions(archive, descriptors), {
    error: "at least one descriptor of the kind length or number for this archive",
    path: ["archive"],
  });

/** A family of prompts: what one is, how they differ, how they are changed and judged. */
export type Domain = z.output<typeof domainSchema>;
/** One dimension of a domain's archive. */
export type DomainDescriptor = Domain["descriptors"][number];

/** What a descriptor's labels are made from. */
export type LabelSource =
  | { readonly kind: "categories"; readonly categories: readonly { readonly name: string }[] }
  | { readonly kind: "first-word"; readonly words: readonly string[] }
  | { readonly kind: "labels"; readonly labels: readonly string[] }
  | {
      readonly kind: "length" | "number";
      readonly low: number;
      readonly high: number;
      readonly bins: number;
      readonly unit?: string | undefined;
      readonly name?: string;
      readonly of?: NumberSource;
    };

/** The labels of a descriptor's bins, in order; a length bin is written as its range. */
export function labelsOf(descriptor: LabelSource): readonly string[] {
  if (descriptor.kind === "categories") return descriptor.categories.map(({ name }) => name);
  if (descriptor.kind === "first-word") return descriptor.words;
  if (descriptor.kind === "labels") return descriptor.labels;
  const { low, high, bins } = descriptor;
  const unit = unitOf(descriptor);
  const edge = (bin: number) => String(Math.round((low + ((high - low) * bin) / bins) * 100) / 100);
  return Array.from({ length: bins }, (_, bin) => `${edge(bin)} to ${edge(bin + 1)} ${unit}`);
}

/** What a number counts, as the mutator is told. */
export function unitOf({ unit, of: source, name = "" }: Extract<LabelSource, { kind: "length" | "number" }>): string {
  return unit ?? (typeof source === "string" ? source : name);
}

/** The one line that explains a label; undefined where there is nothing to say beside it. */
export function explanationOf(descriptor: DomainDescriptor, bin: number): string | undefined {
  return descriptor.kind === "categories" ? descriptor.categories[bin]?.explanation : undefined;
}

function hasDimensions(archive: ArchiveSettings, descriptors: readonly { readonly kind: string }[]): boolean {
  if (archive.kind === "grid" || embeddingSettings(archive) !== undefined) return true;
  return descriptors.some(({ kind }) => kind === "length" || kind === "number");
}

function labelsAreDifferent(labels: readonly string[]): boolean {
  return new Set(labels.map((label) => label.toLowerCase())).size === labels.length;
}
