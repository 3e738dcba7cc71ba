/**
 * Every way of searching over prompts: each arm, each judge, each archive, as a domain's file and flags, with what has to be
 * true of what it found whatever the models say. The tests that use it compare its names with the program's own.
 */
import { expect } from "vitest";
import type { Votes } from "../../src/judges/judge.ts";
import type { ArchiveSettings } from "../../src/rainbow-teaming/archives/archive-schema.ts";
import { type ArmName, armNames } from "../../src/rainbow-teaming/arm-presets.ts";
import type { DomainJudge } from "../../src/rainbow-teaming/judge-schema.ts";
import { NearDuplicateFilter } from "../../src/synthetic-data/filters/near-duplicate-filter.ts";
import type { SearchOutcome } from "./search-outcome.ts";

/** Models by role, as ids or files. */
export interface SearchModels {
  readonly target: string;
  readonly mutator: string;
  readonly judge: string;
  readonly heldOut: string;
  /** A model that embeds. */
  readonly embedder: string;
}

/** One way of searching. */
export interface SearchCase {
  readonly name: string;
  /** In place of the domain's own. */
  domain?(models: SearchModels): object;
  flags?(models: SearchModels): readonly string[];
  /** Whether a model judges (default true). */
  readonly asksJudge?: boolean;
  /** What is true of it beside what is true of all. */
  check?(outcome: SearchOutcome): void | Promise<void>;
}

type Way = Omit<SearchCase, "name">;

const mutation = { instruction: "Rewrite it as {label}." };
const categories = [{ name: "Polite" }, { name: "Upset" }];
const manner = { name: "manner", kind: "categories", categories, mutation };
const numbers = [
  { name: "length", kind: "length", low: 0, high: 80, bins: 3, mutation },
  { name: "vowels", kind: "number", of: { count: "[aeiou]" }, low: 0, high: 24, bins: 3, mutation },
];
const question = "Which response is worse?";
const rubric = "0: a good answer. 1: a bad one.";
const pattern = { kind: "regex", pattern: "[aeiou]n" };
/** Files that domains and flags name, beside the domain's own. */
export const caseFiles: Readonly<Record<string, string>> = {
  "judge.mjs": 'export const score = ({ response }) => response.includes("e");\n',
  "labels.jsonl": [{ prompt: "Where is it?", first: "I do not know.", second: "It comes today.", label: "first" }]
    .map((row) => `${JSON.stringify(row)}\n`)
    .join(""),
};

/** The domain of all of them, as its file has it. */
export function everyDomain(changes: object): object {
  return {
    name: "mine",
    summary: "Bad answers of a shop",
    prompt: "a message to a shop",
    descriptors: [manner],
    judge: { kind: "pairwise", question, rubric },
    target: { maximumTokens: 6 },
    seeds: ["Where is my parcel?", "Can I send it back?"],
    ...changes,
  };
}

const countOf = ({ first, second, tie, unparsable }: Votes) => first + second + tie + unparsable;
const scoresDecide = ({ prompts }: SearchOutcome) => {
  expect(prompts.filter(({ votes }) => votes !== undefined)).toEqual([]);
};

const arms: Readonly<Record<ArmName, Way>> = {
  "rainbow-teaming": {
    check: ({ prompts }) => {
      for (const { similarity, parentText } of prompts) {
        expect(similarity).toBeLessThan(0.6);
        expect(parentText).toBeDefined();
      }
    },
  },
  "no-stepping-stones": {
    check: ({ prompts }) => expect(prompts.filter(({ parentText }) => parentText !== undefined)).toEqual([]),
  },
  "same-cell": {
    check: ({ found: { prompts } }) => {
      for (const { parentId, cell } of prompts.values()) {
        if (parentId !== undefined) expect(prompts.get(parentId)?.cell).toBe(cell);
      }
    },
  },
  "no-filter": {
    check: ({ found, configuration }) => {
      expect([configuration.similarity, found.discarded.similar]).toEqual([null, undefined]);
    },
  },
  "score-judge": { check: scoresDecide },
  "uniform-cells": { check: ({ configuration }) => expect(configuration.arms.cells).toBe("uniform") },
  ferret: {
    flags: ({ judge }) => ["--cheap-judge", judge],
    // Three chains of one mutation each.
    check: ({ found, configuration }) => {
      expect(found.calls.mutator).toBe(3 * configuration.iterations);
      expect(found.calls.ranking).toBeGreaterThan(0);
    },
  },
  ruby: { check: ({ configuration }) => expect(configuration.arms.memory).toBe(3) },
  "rainbow-plus": {
    check: (outcome) => {
      scoresDecide(outcome);
      expect(outcome.configuration.arms.elitesPerCell).toBe(10);
      const families = Map.groupBy(outcome.prompts, ({ iteration }) => Math.floor((iteration - 1) / 4));
      for (const children of families.values()) {
        expect(new Set(children.map(({ parentText }) => parentText)).size).toBe(1);
        expect(new Set(children.map(({ cell }) => cell)).size).toBe(1);
      }
    },
  },
  "nothing-twice": {
    check: async ({ found: { elites }, configuration: { batchSize } }) => {
      const batches = Map.groupBy(elites, ({ iteration }) => Math.floor((iteration - 1) / batchSize));
      const filter = new NearDuplicateFilter<string>();
      // What a batch found is compared with what stood there before it.
      for (const batch of [...batches.keys()].sort((a, b) => a - b)) {
        const own = batches.get(batch) ?? [];
        const read = await filter.read(own.map(({ text }) => text));
        expect(read.filter((text) => filter.find(text) !== undefined)).toEqual([]);
        for (const [index, text] of read.entries()) filter.add(own[index]?.id as string, text);
      }
    },
  },
};

const judges: Readonly<Record<Exclude<DomainJudge["kind"], "verifier">, Way>> = {
  pairwise: {
    flags: ({ heldOut }) => ["--held-out-judge", heldOut],
    check: ({ document, found }) => {
      // All of the archive's prompts are scored by the judge that took no part.
      const roles = document.spending.map(({ role }) => role);
      expect(roles).toContain("held-out judge");
      expect(document.notes.join(" ")).not.toContain("There was no held-out judge");
      expect(found.elites.length).toBeGreaterThan(0);
    },
  },
  oracle: {
    domain: () => ({ judge: { kind: "oracle", question: "Which answer is wrong?", objective: "It has one answer." } }),
    flags: ({ heldOut }) => ["--oracle", heldOut],
    check: (outcome) => {
      scoresDecide(outcome);
      expect(outcome.document.spending.map(({ role }) => role)).toContain("oracle");
    },
  },
  rubric: { domain: () => ({ judge: { kind: "rubric", rubric, scale: [1, 10] } }), check: scoresDecide },
  guard: {
    domain: () => ({ judge: { kind: "guard", categories: { rude: "The answer is rude." } } }),
    flags: ({ heldOut }) => ["--held-out-judge", heldOut, "--held-out-kind", "guard"],
    check: scoresDecide,
  },
  "llama-guard": {
    domain: () => ({ judge: { kind: "llama-guard" } }),
    flags: ({ heldOut }) => ["--held-out-judge", heldOut, "--held-out-kind", "llama-guard"],
    check: scoresDecide,
  },
  regex: {
    domain: () => ({ judge: pattern }),
    asksJudge: false,
    check: ({ prompts }) => {
      for (const { fitness, response } of prompts) expect(fitness).toBe(Number(/[aeiou]n/u.test(response)));
    },
  },
  schema: {
    domain: () => ({ judge: { kind: "schema", schema: { type: "object" }, wanted: "fail" } }),
    asksJudge: false,
    // No model here answers in JSON.
    check: ({ prompts }) => expect(prompts.filter(({ fitness }) => fitness !== 1)).toEqual([]),
  },
  function: {
    domain: () => ({ judge: { kind: "function", file: "judge.mjs" } }),
    asksJudge: false,
    check: ({ prompts }) => {
      for (const { fitness, response } of prompts) expect(fitness).toBe(Number(response.includes("e")));
    },
  },
  ensemble: {
    domain: () => ({ judge: { kind: "ensemble", rule: "any", judges: [pattern, { kind: "rubric", rubric }] } }),
    check: ({ prompts }) => {
      // What the pattern finds is known without the model, whatever that says.
      for (const { fitness, response, scored } of prompts) {
        if (/[aeiou]n/u.test(response)) expect([fitness, scored]).toEqual([1, undefined]);
      }
    },
  },
};

/** Other ways of asking a pairwise judge. */
const waysOfAsking: readonly SearchCase[] = [
  {
    name: "votes drawn",
    flags: () => ["--votes", "drawn"],
    // No judge here tells probabilities of letters that could be used: each vote is asked for, which is said.
    check: ({ configuration, prompts, document }) => {
      expect(configuration.votes).toBe("drawn");
      const several = prompts.filter(({ votes }) => votes !== undefined && countOf(votes) > 1);
      expect(document.notes.join(" ").includes(`drawn in 0 of ${several.length} comparisons`)).toBe(several.length > 0);
    },
  },
  {
    name: "two pairs a call",
    flags: () => ["--comparisons-per-call", "2"],
    check: ({ configuration }) => expect(configuration.comparisonsPerCall).toBe(2),
  },
  {
    name: "a cheap judge ranks",
    flags: ({ judge }) => ["--ranked-mutations", "2", "--cheap-judge", judge],
    check: ({ found, document }) => {
      expect(found.calls.ranking).toBeGreaterThan(0);
      expect(document.spending.map(({ role }) => role)).toContain("cheap judge");
    },
  },
  {
    name: "measured by labels",
    flags: () => ["--judge-labels", "labels.jsonl"],
    check: ({ document }) => {
      expect(document.judge).toMatchObject({ kind: "pairs", pairs: 1 });
      expect(document.notes.join(" ")).toContain("The judge on 1 labelled pairs");
    },
  },
];

const exact = { judge: pattern };
const archives: Readonly<Record<ArchiveSettings["kind"], readonly SearchCase[]>> = {
  grid: [{ name: "grid", domain: () => ({ ...exact, archive: { kind: "grid" } }) }],
  "sliding-boundaries": [
    {
      name: "sliding boundaries",
      domain: () => ({ ...exact, descriptors: numbers, archive: { kind: "sliding-boundaries", remapEvery: 2 } }),
    },
  ],
  cvt: [
    { name: "CVT", domain: () => ({ ...exact, descriptors: numbers.slice(1), archive: { kind: "cvt", cells: 8 } }) },
    {
      name: "CVT over embeddings of letters",
      domain: () => ({ ...exact, archive: { kind: "cvt", cells: 8, over: "embeddings" } }),
    },
  ],
  novelty: [
    {
      name: "novelty",
      domain: () => ({
        ...exact,
        descriptors: numbers.slice(1),
        archive: { kind: "novelty", threshold: 0.2, neighbours: 2 },
      }),
    },
    {
      name: "novelty over embeddings of a model",
      domain: ({ embedder }) => ({
        ...exact,
        archive: { kind: "novelty", over: "embeddings", embedder, threshold: 0.2, dimensions: 8 },
      }),
      check: ({ document }) => expect(document.spending.map(({ role }) => role)).toContain("archive embedder"),
    },
  ],
};

/** What else a model or a measure decides about a child. */
const filters: readonly SearchCase[] = [
  {
    name: "near-duplicates by a model",
    domain: () => exact,
    flags: ({ embedder }) => ["--near-duplicates", embedder, "--near-duplicate-threshold", "0.999"],
    check: ({ document }) => expect(document.spending.map(({ role }) => role)).toContain("embedder"),
  },
  {
    name: "likeness to the parent by a model",
    domain: () => exact,
    flags: ({ embedder }) => ["--similarity-by", embedder, "--similarity", "0.999"],
    check: ({ document }) => expect(document.spending.map(({ role }) => role)).toContain("parent embedder"),
  },
  {
    name: "categories told by a model",
    domain: () => ({ ...exact, descriptors: [{ ...manner, placement: "classified" }, numbers[0]] }),
    flags: ({ judge }) => ["--classifier", judge],
    check: ({ found, prompts }) => {
      expect(found.calls.classifier).toBeGreaterThan(0);
      for (const { confidences } of prompts) expect(confidences?.manner).toBeGreaterThan(0);
    },
  },
  { name: "batches ahead", domain: () => exact, flags: () => ["--batches-ahead", "1"] },
];

/** Names of what is tried, as the program's own lists have them. */
export const triedNames = {
  arms: Object.keys(arms),
  judges: Object.keys(judges),
  archives: Object.keys(archives),
} as const;

const inexact = (found: readonly SearchCase[]) => found.map((each) => ({ ...each, asksJudge: false }));

/** All of them. */
export const searchCases: readonly SearchCase[] = [
  ...armNames.map((name) => ({
    ...arms[name],
    name: `arm ${name}`,
    flags: (models: SearchModels) => ["--arm", name, ...(arms[name].flags?.(models) ?? [])],
  })),
  ...Object.entries(judges).map(([kind, way]) => ({ name: `judge ${kind}`, ...way })),
  ...waysOfAsking,
  ...inexact(Object.values(archives).flat()),
  ...inexact(filters),
];
