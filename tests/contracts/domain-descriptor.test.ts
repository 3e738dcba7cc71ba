/** Every descriptor that a domain's YAML can name, as a search places texts by it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { throwIfAborted } from "../../src/language-models/interrupted.ts";
import type { LanguageModel } from "../../src/language-models/language-model.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import type { AskingDescriptor, Placement } from "../../src/quality-diversity/descriptors/descriptor.ts";
import { type DomainDescriptor, descriptorSchema, labelsOf } from "../../src/rainbow-teaming/domain-schema.ts";
import { numberNames } from "../../src/rainbow-teaming/number-source.ts";
import { languageModelProposer } from "../../src/rainbow-teaming/propose-child.ts";
import { parseSearchConfiguration } from "../../src/rainbow-teaming/run/search-configuration.ts";
import { searchParts } from "../../src/rainbow-teaming/run/search-parts.ts";
import { descriptorContract } from "./descriptor.contract.ts";
import { domainOf, kindsOf } from "./domain-parts.ts";

const folder = mkdtempSync(join(tmpdir(), "illume-descriptors-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "vowels.mjs");
writeFileSync(
  file,
  `export default (text) => {
  if (text.includes("throws")) throw new Error("on purpose");
  return text.includes("nothing") ? undefined : (text.match(/[aeiou]/g) ?? []).length;
};
`,
);

/** A text, and the bin that its mutation was asked for. */
interface Asked {
  readonly text: string;
  readonly bin: number;
}

/**
 * A descriptor of a domain as the search's own proposer goes by it: the mutator answers with the text, whatever it is asked.
 */
function inSearch(descriptor: object, classifier?: LanguageModel): AskingDescriptor<Asked> {
  const domain = domainOf({ descriptors: [{ name: "it", ...descriptor }] });
  const named = domain.descriptors[0] as DomainDescriptor;
  const configuration = parseSearchConfiguration({
    ...{ domain, source: "mine.yaml", target: "t", mutator: "m", iterations: 1, batchSize: 1, similarity: null },
    arms: {},
  });
  return {
    name: named.name,
    bins: labelsOf(named),
    place: async (items, { signal } = {}) => {
      throwIfAborted(signal);
      const parts = await searchParts(configuration, async (role) => (role === "classifier" ? classifier : undefined));
      const placed: Placement[] = [];
      for (const { text, bin } of items) {
        const mutator = new ScriptedLanguageModel({ answer: () => text });
        const propose = languageModelProposer({ domain, mutator, ...parts.proposer });
        const random = new RandomStream(0);
        const request = { parent: undefined, bins: [bin], remembered: [], random, signal, check: () => undefined };
        const proposal = await propose(request);
        if ("child" in proposal) {
          const confidence = proposal.child.confidences?.[named.name];
          placed.push({ bin: proposal.child.bins[0] as number, ...(confidence !== undefined && { confidence }) });
        } else {
          expect(proposal.discarded).toBe("no bin");
          placed.push({ bin: undefined, reason: "none" });
        }
      }
      await parts.close();
      return placed;
    },
  };
}

const textsOf = (...texts: readonly string[]): Asked[] => texts.map((text) => ({ text, bin: 0 }));
const texts = textsOf("Hi", "Where is MY lamp? It cost 1234. Tell me now!\nPlease.", "why? ".repeat(60), "🙂 ¿?", "…");
const range = { low: 0, high: 40, bins: 4 };
const categories = [{ name: "Polite" }, { name: "Upset" }, { name: "Other", explanation: "neither" }];
/** Says what a text is by its marks; does not know a text that asks in Spanish. */
const classify = (text: string) => (text.includes("!") ? 1 : text.includes("why") ? 0 : 2);
const quoted = (prompt: string) => JSON.parse((/^Text: (.*)$/mu.exec(prompt) as RegExpExecArray)[1] as string);
const scoring = new ScriptedLanguageModel({
  score: (prompt, completion) => (categories[classify(quoted(prompt))]?.name === completion ? -1 : -3),
});
const answering = new ScriptedLanguageModel({
  answer: ({ text, sample }) =>
    quoted(text).includes("¿") || sample === 2 ? "Polite or Upset" : (categories[classify(quoted(text))]?.name ?? ""),
});
const oneByOne = texts.filter(({ text }) => !text.includes("¿"));

const cases: readonly {
  readonly descriptor: { readonly kind: DomainDescriptor["kind"] } & Readonly<Record<string, unknown>>;
  readonly items: readonly Asked[];
  readonly placeless?: readonly Asked[];
  readonly classifier?: LanguageModel;
  readonly name?: string;
}[] = [
  { descriptor: { kind: "categories", categories }, items: [0, 1, 2, 1].map((bin) => ({ text: "Hi", bin })) },
  {
    name: "categories told by a model that scores",
    descriptor: { kind: "categories", categories, placement: "classified" },
    items: texts,
    classifier: scoring,
  },
  {
    name: "categories told by the votes of a model, those that are sure",
    descriptor: { kind: "categories", categories, placement: "classified", minimumConfidence: 0.6 },
    items: oneByOne,
    placeless: textsOf("¿?"),
    classifier: answering,
  },
  {
    name: "categories told by a model that is never sure enough of some",
    descriptor: {
      kind: "categories",
      categories: categories.slice(0, 2),
      placement: "classified",
      minimumConfidence: 0.7,
    },
    items: textsOf("why", "now!"),
    placeless: textsOf("Hi"),
    classifier: new ScriptedLanguageModel({
      score: (prompt, completion) => {
        const bin = classify(quoted(prompt));
        return bin === 2 || categories[bin]?.name === completion ? -1 : -3;
      },
    }),
  },
  { name: "length in characters", descriptor: { kind: "length", ...range }, items: texts },
  { name: "length in words", descriptor: { kind: "length", unit: "words", ...range }, items: texts },
  ...numberNames.map((of) => ({
    name: `number: ${of}`,
    descriptor: { kind: "number", of, low: 0, high: 4, bins: 4 } as const,
    items: [...texts, ...textsOf("one\ntwo\nthree. Four. Five! SIX SEVEN 89")],
  })),
  {
    name: "number: matches of a pattern",
    descriptor: { kind: "number", of: { count: "[!?]" }, low: 0, high: 4, bins: 4 },
    items: texts,
  },
  {
    name: "number: a module's",
    descriptor: { kind: "number", of: { file }, low: 0, high: 20, bins: 4 },
    items: texts,
    placeless: textsOf("says nothing", "throws"),
  },
  {
    descriptor: { kind: "first-word", words: ["where", "Why"] },
    items: textsOf("Where is it?", "why? ".repeat(60), "“WHY”"),
    placeless: textsOf("Hi", "¿?"),
  },
  { descriptor: { kind: "labels", labels: ["one", "two"] }, items: [0, 1, 0].map((bin) => ({ text: "Hi", bin })) },
];

test("every kind that the schema knows is here", () => {
  expect([...new Set(cases.map(({ descriptor }) => descriptor.kind))].sort()).toEqual(kindsOf(descriptorSchema));
});

for (const { name, descriptor, items, placeless = [], classifier } of cases) {
  descriptorContract({
    name: `of a domain's file: ${name ?? descriptor.kind}`,
    create: () => inSearch(descriptor, classifier),
    items,
    placeless,
  });
}
