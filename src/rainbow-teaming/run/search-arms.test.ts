/** The arms as a run's configuration names them: what they change, and that the estimate bounds their calls. */
import { describe, expect, test } from "vitest";
import { landscapeJudgeModel } from "../../../tests/end-to-end/landscape-server.ts";
import { paraphrases } from "../../../tests/fixtures/paraphrases/paraphrases.ts";
import { totalSpending } from "../../../tests/fixtures/total-spending.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import type { LanguageModel } from "../../language-models/language-model.ts";
import { ScriptedLanguageModel } from "../../language-models/scripted-language-model.ts";
import { memoryRunStore } from "../../runs/memory-run-store.ts";
import type { Json, RunStore } from "../../runs/run-store.ts";
import { unlikenessRanking } from "../cheap-ranking.ts";
import { Landscape } from "../landscape/landscape.ts";
import { landscapeDomain } from "../landscape/landscape-domain.ts";
import { landscapeMutator, landscapeTarget } from "../landscape/landscape-models.ts";
import { foundPrompts } from "./found-prompts.ts";
import { runSearch } from "./run-search.ts";
import {
  parseSearchConfiguration,
  type SearchConfigurationInput,
  searchConfiguration,
} from "./search-configuration.ts";
import { estimateSearch } from "./search-estimate.ts";
import { searchParts } from "./search-parts.ts";

const landscape = new Landscape({ seed: 1, categories: 3, styles: 3, details: 4, words: 6, hitsToFail: [1, 3] });

async function searched(
  changes: Partial<SearchConfigurationInput>,
  { stopAfter, store: begun }: { readonly stopAfter?: number; readonly store?: RunStore } = {},
) {
  const configuration = parseSearchConfiguration({
    domain: landscapeDomain(landscape),
    source: "landscape.yaml",
    target: "openai:target",
    mutator: "openai:mutator",
    judge: "openai:judge",
    iterations: 96,
    batchSize: 12,
    similarity: 0.6,
    arms: {},
    ...changes,
  });
  const cheap = new ScriptedLanguageModel({ id: "openai:cheap", answer: ({ random }) => String(random.uniform()) });
  const embedder = new ScriptedLanguageModel({
    id: "openai:embed",
    embed: (text) =>
      Float32Array.from({ length: 26 }, (_, letter) => text.split(String.fromCharCode(97 + letter)).length - 1 + 0.01),
  });
  const models: Record<string, LanguageModel> = {
    "openai:mutator": landscapeMutator(landscape),
    "openai:target": landscapeTarget(landscape),
    "openai:judge": landscapeJudgeModel(),
    "openai:cheap": cheap,
    "openai:embed": embedder,
  };
  const store = begun ?? memoryRunStore({ configuration: configuration as unknown as Json });
  const stop = new AbortController();
  const running = runSearch({
    // As a run that is gone on with has it.
    configuration: searchConfiguration(store),
    store,
    open: async (id) => models[id] as LanguageModel,
    signal: stop.signal,
    onProgress: (progress) => {
      if (progress.phase === "search" && progress.iterations >= (stopAfter ?? Infinity)) stop.abort();
    },
  });
  if (stopAfter === undefined) await running;
  else await expect(running).rejects.toBeInstanceOf(InterruptedError);
  const found = foundPrompts(configuration, store);
  const spent = totalSpending(store);
  for (const { role, cost } of await estimateSearch(configuration)) {
    expect([role, spent.get(role)?.calls ?? 0]).toEqual([role, expect.any(Number)]);
    expect(spent.get(role)?.calls ?? 0).toBeLessThanOrEqual(cost.calls);
  }
  return { found, spent, cheap, embedder, store };
}

test("several mutations a parent share parent and cell, and each is judged", async () => {
  const { found } = await searched({ arms: { mutationsPerParent: 4, elitesPerCell: 3, replacement: "score" } });
  const prompts = [...found.prompts.values()];
  const groups = Map.groupBy(prompts, ({ iteration }) => Math.floor((iteration - 1) / 4));
  let together = 0;
  for (const group of groups.values()) {
    expect(new Set(group.map(({ parentText }) => parentText)).size).toBe(1);
    const asked = group.map(({ steps }) => JSON.stringify(steps.map(({ descriptor, label }) => [descriptor, label])));
    expect(new Set(asked).size).toBe(1);
    if (new Set(group.map(({ text }) => text)).size > 1) together++;
  }
  expect(together).toBeGreaterThan(5);
  const cells = [...Map.groupBy(found.elites, ({ cell }) => cell).values()];
  expect(Math.max(...cells.map((elites) => elites.length))).toBe(3);
}, 30_000);

describe("ranked mutations", () => {
  test("by a cheap judge, whose calls are its own role's", async () => {
    const { found, spent, cheap } = await searched({ rankedMutations: 3, cheapJudge: "openai:cheap" });
    expect(cheap.calls.length).toBeGreaterThan(0);
    // Equal proposals are one call.
    expect(spent.get("cheap judge")?.calls).toBeLessThanOrEqual(found.calls.ranking);
    expect(found.calls.ranking).toBeLessThanOrEqual(3 * 96);
    expect(spent.get("mutator")?.calls).toBeGreaterThan(96 * 2 * 2);
    expect(found.iterations).toBe(96);
  }, 30_000);

  test("by unlikeness cost nothing", async () => {
    const { found } = await searched({ rankedMutations: 2 });
    expect(found.calls.ranking).toBe(0);
    const { score } = unlikenessRanking(3);
    const texts = ["Where is my parcel now?", "Where is my parcel?", "Zebras run quickly"];
    const parent = "Where is my parcel, please?";
    const { scores, calls } = await score(texts, { seed: 0, bins: [], parent, signal: undefined });
    expect(calls).toBe(0);
    expect(scores.indexOf(Math.max(...scores))).toBe(2);
  }, 30_000);
});

describe("near-duplicates", () => {
  test("by a model that embeds, whose calls are recorded once a text", async () => {
    const { found, spent, embedder } = await searched({ nearDuplicates: { by: "openai:embed", threshold: 0.97 } });
    expect(found.discarded["near-duplicate"]).toBeGreaterThan(0);
    const texts = embedder.calls.flatMap((call) => (call.method === "embed" ? call.texts : []));
    expect(new Set(texts).size).toBe(texts.length);
    expect(spent.get("embedder")?.calls).toBe(texts.length);
  }, 30_000);

  test("by n-grams with a threshold of one's own", async () => {
    const strict = await searched({ nearDuplicates: { by: "n-grams", threshold: 0.3 } });
    const usual = await searched({ nearDuplicates: true });
    expect(strict.found.discarded["near-duplicate"] ?? 0).toBeGreaterThan(usual.found.discarded["near-duplicate"] ?? 0);
    expect(strict.spent.has("embedder")).toBe(false);
  }, 30_000);
});

describe("the likeness of child and parent", () => {
  const settings = { similarity: { by: "openai:embed", threshold: 0.97 } };
  const elites = ({ found }: Awaited<ReturnType<typeof searched>>) =>
    found.elites.map(({ cell, text }) => [cell, text]);

  test("by a model that embeds discards what it finds alike, each text embedded once", async () => {
    const { found, spent, embedder } = await searched(settings);
    expect(found.discarded.similar).toBeGreaterThan(0);
    const children = [...found.prompts.values()].filter(({ parentText }) => parentText !== undefined);
    for (const { similarity } of children) expect(similarity).toBeLessThan(0.97);
    const texts = embedder.calls.flatMap((call) => (call.method === "embed" ? call.texts : []));
    expect(new Set(texts).size).toBe(texts.length);
    expect(spent.get("parent embedder")?.calls).toBe(texts.length);
    expect(spent.has("embedder")).toBe(false);
    expect((await searched({ ...settings, similarity: null })).found.discarded.similar).toBeUndefined();
  }, 30_000);

  test("is that of an undisturbed run after a stop", async () => {
    const stopped = await searched(settings, { stopAfter: 36 });
    expect(stopped.found.iterations).toBeLessThan(96);
    const resumed = await searched(settings, { store: stopped.store });
    expect(elites(resumed)).toEqual(elites(await searched(settings)));
    const asked = ({ embedder }: typeof resumed) =>
      embedder.calls.flatMap((call) => (call.method === "embed" ? call.texts : []));
    expect(asked(resumed).filter((text) => asked(stopped).includes(text))).toEqual([]);
  }, 30_000);

  test("by use-lite tells a paraphrase from a change of subject", async () => {
    const configuration = parseSearchConfiguration({
      domain: landscapeDomain(landscape),
      source: "landscape.yaml",
      target: "openai:target",
      mutator: "openai:mutator",
      judge: "openai:judge",
      iterations: 1,
      batchSize: 1,
      similarity: { by: "use-lite", threshold: 0.6 },
      arms: {},
    });
    const { proposer, close } = await searchParts(configuration, async () => undefined);
    const [[parent, same], [other]] = paraphrases as [[string, string], [string, string]];
    const verdicts = await proposer.filter?.judge([
      { parent, child: same },
      { parent, child: other },
    ]);
    expect(verdicts?.map(({ kept }) => kept)).toEqual([false, true]);
    await close();
  }, 30_000);
});

test("batches ahead choose from an older archive", async () => {
  const [none, one] = [await searched({}), await searched({ batchesAhead: 1 })];
  const parents = ({ found }: typeof none) => [...found.prompts.values()].map(({ parentText }) => parentText);
  expect(parents(one).slice(0, 8)).toEqual(parents(none).slice(0, 8));
  expect(parents(one)).not.toEqual(parents(none));
}, 30_000);
