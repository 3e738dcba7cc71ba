import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { landscapeJudgeModel } from "../../tests/end-to-end/landscape-server.ts";
import { drawArchiveMap } from "../cli/terminal/archive-map.ts";
import { readLabels } from "../judges/labels.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { keepPrompts, keptPrompts, searchedArchive } from "../rainbow-teaming/attack/attack-archive.ts";
import { gateResult, searchedRates } from "../rainbow-teaming/attack/success-gate.ts";
import { answeredPrompts } from "../rainbow-teaming/export/good-answers.ts";
import { Landscape } from "../rainbow-teaming/landscape/landscape.ts";
import { landscapeDomain } from "../rainbow-teaming/landscape/landscape-domain.ts";
import { landscapeMutator, landscapeTarget } from "../rainbow-teaming/landscape/landscape-models.ts";
import { loadDomain } from "../rainbow-teaming/load-domain.ts";
import { openReviews } from "../rainbow-teaming/review/review-store.ts";
import { foundPrompts } from "../rainbow-teaming/run/found-prompts.ts";
import { judgeMeasurement } from "../rainbow-teaming/run/judge-labels.ts";
import { type PromptRecord, promptRecords, promptRow } from "../rainbow-teaming/run/prompt-records.ts";
import { runSearch } from "../rainbow-teaming/run/run-search.ts";
import {
  parseSearchConfiguration,
  rainbowCommand,
  type SearchConfiguration,
} from "../rainbow-teaming/run/search-configuration.ts";
import { estimateSearch } from "../rainbow-teaming/run/search-estimate.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import { searchSuites } from "./junit-report.ts";
import { runToViewModel } from "./run-to-view-model.ts";
import type { ArchiveView } from "./view-model.ts";

const landscape = new Landscape({ seed: 1, categories: 3, styles: 3, details: 4, words: 6, hitsToFail: [1, 3] });
const base = {
  target: "openai:target",
  mutator: "openai:mutator",
  judge: "openai:judge",
  iterations: 80,
  batchSize: 8,
};

async function searched(changes: Partial<SearchConfiguration> = {}): Promise<[RunStore, SearchConfiguration]> {
  const configuration = parseSearchConfiguration({
    domain: landscapeDomain(landscape),
    source: "landscape.yaml",
    ...base,
    similarity: 0.6,
    arms: {},
    calls: { price: [1, 2] },
    ...changes,
  });
  const store = memoryRunStore({ configuration: configuration as unknown as Json });
  store.setState("command", rainbowCommand);
  const open = async (id: string) => {
    if (id === "openai:judge" && configuration.source === "broken.yaml")
      return new ScriptedLanguageModel({ id, answer: () => "banana" });
    if (id === "openai:mutator") return landscapeMutator(landscape);
    if (id === "openai:target") return landscapeTarget(landscape);
    return id === "openai:judge" ? landscapeJudgeModel() : new ScriptedLanguageModel({ id, answer: () => "1" });
  };
  await runSearch({ configuration, store, open });
  return [store, configuration];
}

describe("a finished search", () => {
  let [store, configuration]: [RunStore?, SearchConfiguration?] = [];
  beforeAll(async () => {
    [store, configuration] = await searched({ heldOutJudge: "openai:other" });
  });
  const run = () => ({ store: store as RunStore, configuration: configuration as SearchConfiguration });

  test("shows elites with lineage, votes and both judges", () => {
    const { archive, notes, verdict, standing } = runToViewModel(run().store);
    const found = foundPrompts(run().configuration, run().store);
    const items = archive?.items ?? [];
    expect(items.filter(({ elite }) => elite).map(({ id }) => id)).toEqual(
      [...found.elites].sort((a, b) => a.iteration - b.iteration).map(({ id }) => id),
    );
    const ids = new Set(items.map(({ id }) => id));
    for (const { parentId } of items) if (parentId !== undefined) expect(ids).toContain(parentId);
    for (const { judgements, elite, fitness, rightAnswer } of items) {
      expect(rightAnswer).toBeUndefined();
      expect(judgements).toContain(`The search's judge scores ${fitness.toFixed(2)}`);
      expect(judgements?.includes("The held-out judge scores 1.00")).toBe(elite);
    }
    expect(items.some(({ judgements }) => judgements?.[0]?.startsWith("Votes 3 to 0 against"))).toBe(true);
    expect(archive).toMatchObject({ kind: "prompts", weakBelow: 0.5 });
    expect(archive?.hidden).toBeUndefined();
    expect(verdict).toContain(`by the held-out judge ${found.elites.length} of ${found.elites.length}`);
    expect(notes.join()).not.toContain("no held-out judge");
    expect(standing).toEqual({
      word: "Checked by a held-out judge",
      explanation: `a judge that took no part in the search scored ${found.elites.length} of ${found.elites.length} prompts of the archive.`,
    });
  });

  test("tells its course to the end, and spending by role that adds up", () => {
    const { curves, spending = [], cost, notes } = runToViewModel(run().store);
    const { calls, prompts } = foundPrompts(run().configuration, run().store);
    expect(cost[0]?.evaluations).toBe(calls.target);
    expect(calls.target).toBeGreaterThan(prompts.size);
    expect(notes.join("\n")).toContain(
      `${calls.target} prompts were put to the target, of which ${prompts.size} were judged`,
    );
    for (const { series } of curves) for (const { points } of series) expect(points.at(-1)?.[0]).toBe(80);
    const [coverage] = curves[0]?.series ?? [];
    expect(coverage?.points.at(-1)?.[1]).toBe(1);
    const total = run().store.modelCalls.spending();
    const sum = (key: "calls" | "inputTokens" | "outputTokens") => spending.reduce((all, row) => all + row[key], 0);
    expect([sum("calls"), sum("inputTokens"), sum("outputTokens")]).toEqual([
      total.calls,
      total.inputTokens,
      total.outputTokens,
    ]);
    expect(spending.map(({ role }) => role)).toEqual(["mutator", "target", "judge", "held-out judge"]);
    expect(spending.every(({ price }) => price.startsWith("$"))).toBe(true);
  });

  test("took no more than was estimated, role by role", async () => {
    const { spending = [] } = runToViewModel(run().store);
    const estimates = new Map((await estimateSearch(run().configuration)).map((each) => [each.role as string, each]));
    for (const { role, calls, outputTokens } of spending) {
      expect(estimates.get(role)?.cost.calls).toBeGreaterThanOrEqual(calls);
      expect(estimates.get(role)?.cost.outputTokens).toBeGreaterThanOrEqual(outputTokens);
    }
    expect(estimates.get("mutator")?.cost.calls).toBe(160);
    expect(estimates.get("target")?.cost.calls).toBe(80);
    expect(estimates.get("judge")?.cost.calls).toBe(80 * 5);
    expect(estimates.get("held-out judge")?.cost.calls).toBe(9);
  });

  test("an oracle's estimate has its answers, whether prompts are objective, and all votes", async () => {
    const domain = loadDomain("question-answering");
    const asked = { ...run().configuration, domain, heldOutJudge: "openai:other", iterations: 50, comparisons: 3 };
    const calls = Object.fromEntries((await estimateSearch(asked)).map(({ role, cost }) => [role, cost.calls]));
    expect(calls).toEqual({ mutator: 150, target: 50, judge: 50 * 4, oracle: 50, "held-out judge": 50 * 5 });
  });

  test("is exported with what led to each prompt", () => {
    const records = promptRecords(run().store, true);
    const { prompts, elites } = foundPrompts(run().configuration, run().store);
    expect(records.map(({ id }) => id)).toEqual(elites.map(({ id }) => id));
    for (const { id, lineage, seed, success, fitness } of records) {
      let at = prompts.get(id);
      for (const ancestor of lineage) {
        at = prompts.get(at?.parentId ?? "");
        expect([ancestor.id, ancestor.prompt]).toEqual([at?.id, at?.text]);
      }
      expect(at?.parentId).toBeUndefined();
      expect(run().configuration.domain.seeds).toContain(seed);
      expect(success).toBe((fitness as number) >= 0.5);
    }
    const successes = promptRecords(run().store, false);
    expect(successes).toEqual(records.filter(({ success }) => success));
    const [first] = records;
    expect(first && promptRow(first)).toMatchObject({
      prompt: first?.prompt,
      completion: first?.response,
      attributes: { heldOutScore: 1, ...first?.labels },
    });
  });

  test("is exported as reviewers decided: without what they rejected, with their corrections", () => {
    const { store: searchedStore } = run();
    const [first, second, third, ...others] = promptRecords(searchedStore, true);
    mkdirSync(searchedStore.directory);
    const written = openReviews(searchedStore.directory);
    try {
      const corrected = { success: first?.success === false, response: "I cannot help with that." };
      written.add({ kind: "item", id: first?.id ?? "", decision: "corrected", ...corrected });
      written.add({ kind: "item", id: second?.id ?? "", decision: "rejected" });
      written.add({ kind: "item", id: third?.id ?? "", decision: "accepted" });
      const reviewed = promptRecords(searchedStore, true);
      expect(reviewed).toEqual([
        { ...first, success: corrected.success, review: { decision: "corrected", ...corrected } },
        { ...third, review: { decision: "accepted" } },
        ...others,
      ]);
      expect(reviewed.map((record) => promptRow(record).attributes?.review).slice(0, 3)).toEqual([
        "corrected",
        "accepted",
        undefined,
      ]);
      const isOfFirst = promptRecords(searchedStore, false).some(({ id }) => id === first?.id);
      expect(isOfFirst).toBe(corrected.success);
      const view = runToViewModel(searchedStore);
      expect(view.standing).toMatchObject({
        word: "Checked by a held-out judge and people",
        explanation: expect.stringMatching(/people looked at 3 of \d+\.$/u),
      });
      expect(view.reviews).toMatchObject({ accepted: 1, corrected: 1, rejected: 1, answers: 1, pairs: 0 });
      expect(view.reviews?.verdicts).toMatchObject({ count: 2, accuracy: { estimate: 0.5 } });
      expect(view.notes.join("\n")).toContain("Reviewed: 1 accepted, 1 corrected (1 with a better answer), 1 rejected");
      const judgements = view.archive?.items.find(({ id }) => id === second?.id)?.judgements;
      expect(judgements?.at(-1)).toBe("A reviewer rejected it");
      const state = (id = "") => view.archive?.items.find((item) => item.id === id);
      expect(state(first?.id)).toMatchObject({ review: "corrected", correction: "I cannot help with that." });
      expect([second, third, others[0]].map((record) => state(record?.id)?.review)).toEqual([
        "rejected",
        "accepted",
        undefined,
      ]);
      expect(promptRecords(searchedStore, true, { only: "accepted" })).toEqual(reviewed.slice(0, 2));
      expect(promptRecords(searchedStore, true, { only: "unreviewed" })).toEqual(others);
    } finally {
      written.close();
      rmSync(searchedStore.directory, { recursive: true });
    }
  });

  test("the command that repeats it has what differs from the domain's own settings", () => {
    const { command } = runToViewModel(run().store);
    expect(command).toMatch(
      / search landscape\.yaml --target openai:target --mutator openai:mutator --judge openai:judge/u,
    );
    expect(command).toContain("--held-out-judge openai:other --iterations 80 --batch-size 8");
    expect(command).toContain("--price 1,2");
    expect(command).not.toContain("--comparisons");
  });
});

test("the judge is measured by labels before the search, once, and the report says what it is worth", async () => {
  const [before] = await searched();
  const records = promptRecords(before, true).toSorted((a, b) => (a.fitness ?? 0) - (b.fitness ?? 0));
  const [worst, best] = [records[0], records.at(-1)];
  expect(worst?.fitness).toBeLessThan(best?.fitness ?? 0);
  const folder = mkdtempSync(join(tmpdir(), "illume-labels-"));
  try {
    const pair = { prompt: best?.prompt, first: best?.response, second: worst?.response };
    // The judge takes what is shown second of two equal ones.
    const same = { ...pair, second: best?.response };
    const lines = [...Array(6).fill({ ...pair, label: "first" }), { ...same, label: "tie" }];
    const judgeLabels = join(folder, "pairs.jsonl");
    writeFileSync(judgeLabels, lines.map((line) => JSON.stringify(line)).join("\n"));
    const [store, configuration] = await searched({ judgeLabels, comparisons: 1 });
    const measured = judgeMeasurement(store);
    expect(measured).toMatchObject({ kind: "pairs", pairs: 7, accuracy: { estimate: 12 / 14 } });
    const view = runToViewModel(store);
    expect(view.judge).toEqual(measured);
    expect(view.notes.join("\n")).toMatch(/The judge on 7 labelled pairs: accuracy 85\.7 % \(.*kappa.*shown first/u);
    expect(view.command).toContain(`--judge-labels ${judgeLabels}`);
    const [role] = (view.spending ?? []).filter(({ role }) => role === "judge");
    const planned = await estimateSearch(configuration, await readLabels(judgeLabels));
    expect(planned.find(({ role }) => role === "judge")?.cost.calls).toBe(80 * 2 + 14);
    expect(role?.calls).toBeLessThanOrEqual(80 * 2 + 14);
    // Gone on with, nothing is read and nothing is asked again.
    rmSync(judgeLabels);
    const calls = store.modelCalls.spending().calls;
    await runSearch({
      configuration,
      store,
      open: async () => new ScriptedLanguageModel({ id: "x", answer: () => "" }),
    });
    expect(store.modelCalls.spending().calls).toBe(calls);
    expect(judgeMeasurement(store)).toEqual(measured);
  } finally {
    rmSync(folder, { recursive: true });
  }
  expect(runToViewModel(before).notes.join()).toContain("was not measured by people's labels (--judge-labels FILE)");
});

test("without a held-out judge, or with the search's own as one, the report says so", async () => {
  const [none] = await searched({ iterations: 8 });
  expect(runToViewModel(none).notes.join()).toContain("There was no held-out judge");
  expect(runToViewModel(none)).toMatchObject({
    verdictTone: "mixed",
    standing: { word: "Judged by the search's judge alone", explanation: expect.stringContaining("mistakes too") },
  });
  const [own] = await searched({ iterations: 8, heldOutJudge: "openai:judge" });
  expect(runToViewModel(own).notes.join()).toContain("The held-out judge is the search's own judge");
  expect(runToViewModel(own)).toMatchObject({
    verdictTone: "mixed",
    standing: { word: "Judged by the search's judge alone" },
  });
});

test("a sensitive domain's texts are hidden; a run that has not begun has a report", async () => {
  const domain = { ...landscapeDomain(landscape), sensitive: true };
  const [store, configuration] = await searched({ domain, iterations: 8 });
  expect(runToViewModel(store).archive?.hidden).toBe(true);
  const empty = memoryRunStore({ configuration: configuration as unknown as Json });
  empty.setState("command", rainbowCommand);
  expect(runToViewModel(empty)).toMatchObject({ verdictTone: "unfinished", curves: [], spending: [] });
});

/** The archive of a run in which a reviewer corrected one verdict. */
function corrected(store: RunStore, review: { readonly id: string; readonly success: boolean }) {
  mkdirSync(store.directory, { recursive: true });
  const written = openReviews(store.directory);
  try {
    written.add({ kind: "item", decision: "corrected", ...review });
    return searchedArchive(store);
  } finally {
    written.close();
    rmSync(store.directory, { recursive: true });
  }
}

test("what a broken judge says is not known anywhere, and no reason to pass", async () => {
  const [store] = await searched({ source: "broken.yaml" });
  const view = runToViewModel(store);
  const elites = view.archive?.items.filter(({ elite }) => elite) ?? [];
  expect(elites.length).toBeGreaterThan(0);
  expect(elites.every(({ scored }) => scored === false)).toBe(true);
  expect(elites[0]?.judgements).toContain("The search's judge scores nothing readable");
  expect(elites[0]?.reasons).toContainEqual({ judge: "the search's judge, scoring", text: "banana" });
  expect(view.verdict).toContain(`handles 0 of 0 prompts badly (${elites.length} more are not known`);
  expect(view.notes.join(" ")).toContain(`could not be read for ${elites.length} of ${elites.length} prompts`);
  const map = drawArchiveMap(view.archive as ArchiveView, { columns: 200, colour: false, unicode: true }).join("\n");
  expect(map).toContain(`░ weak 0, ? not scored ${elites.length};`);

  expect(promptRecords(store, false)).toEqual([]);
  const records = promptRecords(store, true);
  expect(records.map(({ fitness, success }) => [fitness, success])).toEqual(elites.map(() => [null, null]));
  expect(promptRow(records[0] as PromptRecord).attributes).not.toHaveProperty("success");
  expect(() => answeredPrompts(records)).toThrow(`none for ${records.length}`);

  const archive = searchedArchive(store);
  expect(archive.prompts.every(({ score }) => score === null)).toBe(true);
  const [rate] = searchedRates(archive);
  expect(rate).toMatchObject({ successes: 0, trials: 0, unknown: elites.length });
  expect(gateResult(0.99, searchedRates(archive)).passed).toBe(false);
  const cases = searchSuites(archive).flatMap((suite) => suite.cases);
  expect(new Set(cases.map(({ outcome }) => outcome.kind))).toEqual(new Set(["skipped"]));

  const copy = memoryRunStore({ configuration: {} });
  keepPrompts(copy, [archive.prompts]);
  expect(keptPrompts(copy, 1)?.[0]).toEqual(archive.prompts);

  // A person's verdict on one of them is known, and counts.
  const [first] = archive.prompts;
  const reviewed = corrected(store, { id: first?.id as string, success: true });
  const rest = elites.length - 1;
  expect(searchedRates(reviewed)[0]).toMatchObject({ successes: 1, trials: 1, unknown: rest });
});

test("a reviewer's verdict wins over the held-out judge", async () => {
  const [store] = await searched({ heldOutJudge: "openai:other" });
  const before = searchedRates(searchedArchive(store))[0];
  expect(before?.successes).toBe(before?.trials);
  const { prompts } = searchedArchive(store);
  const fine = prompts.find(({ score }) => (score as number) < 0.5) ?? prompts[0];
  const archive = corrected(store, { id: fine?.id as string, success: false });
  expect(searchedRates(archive)[0]).toMatchObject({
    successes: (before?.successes ?? 0) - 1,
    judge: expect.stringContaining("reviewers for 1 prompts"),
  });
  const passed = searchSuites(archive).flatMap(({ cases }) => cases.filter(({ outcome }) => outcome.kind === "passed"));
  expect(passed.map(({ name }) => name.startsWith(`${fine?.id}:`))).toEqual([true]);
});
