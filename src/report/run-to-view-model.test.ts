import { describe, expect, test } from "vitest";
import { parseConfiguration, testSetNames } from "../closed-loop/configuration.ts";
import { gradeSchoolDomain } from "../closed-loop/domains.ts";
import { searchFailures } from "../closed-loop/failure-search.ts";
import { renewedAttackName, searchName, seedsOf } from "../closed-loop/improve.ts";
import { LoopContext } from "../closed-loop/loop-context.ts";
import { measureTestSets } from "../closed-loop/measurement.ts";
import { changeRunConfiguration, commandKey } from "../closed-loop/run-configuration.ts";
import { measureTrainingCard } from "../closed-loop/training-card.ts";
import { drawTrainingSet } from "../closed-loop/training-set.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import { environmentKey } from "../runs/run-environment.ts";
import type { Json } from "../runs/run-store.ts";
import { runToViewModel } from "./run-to-view-model.ts";

const configuration = parseConfiguration({
  rounds: 2,
  search: { evaluations: 60, batchSize: 20, seeds: 20, elitesPerCell: 2 },
  learn: { examples: 30, replay: 10 },
  measure: { problems: 20, resamples: 100, sets: [...testSetNames] },
});

/** Right on a share of the problems, whichever they are. */
function modelRightOn(share: number): ScriptedLanguageModel {
  return new ScriptedLanguageModel({
    score: (prompt) => ({ logProbability: -prompt.length / 100, tokens: 20, greedy: prompt.length % 10 < 10 * share }),
    answer: () => "#### 0",
  });
}

const [before, after] = [modelRightOn(0.2), modelRightOn(0.8)];

/** The phases of a run of two rounds, each as what it leaves in the store; training is made up. */
function newRun() {
  const store = memoryRunStore({ configuration: configuration as unknown as Json });
  const context = new LoopContext({ configuration, store }, gradeSchoolDomain);
  const search = (name: string, model: ScriptedLanguageModel, round: number, random: string) =>
    context.phase("search", round, () =>
      searchFailures({
        context,
        model,
        name,
        arm: "quality-diversity",
        seeds: seedsOf(context),
        random: context.random.split(random),
        phase: "search",
        round,
      }),
    );
  const learn = (round: number, steps: number) =>
    store.addMetrics(
      Array.from({ length: steps }, (_, step) => ({
        name: `loss, round ${round}`,
        step: step + 1,
        value: 1 / (step + 1),
      })),
    );
  const phases: Record<string, () => Promise<unknown> | unknown> = {
    "measure before": () => measureTestSets(context, before, "before", "measure before"),
    "search, round 1": () => search(searchName(1), before, 1, "first"),
    "learn, round 1": () => learn(1, 25),
    "search, round 2": () => search(searchName(2), before, 2, "second"),
    "learn, round 2": () => learn(2, 4),
    "measure after": () => measureTestSets(context, after, "after", "measure after"),
    "renewed attack": () => search(renewedAttackName, after, 0, "renewed"),
    report: async () => {
      const found = await search(searchName(1), before, 1, "first");
      const { task } = gradeSchoolDomain;
      const set = drawTrainingSet(
        context,
        "quality-diversity",
        found,
        configuration.learn,
        context.random.split("set"),
      );
      expect(set.problems.every((problem) => task.verify(problem, task.solution(problem)).correct)).toBe(true);
      await measureTrainingCard(context, [set]);
    },
  };
  return { store, context, phases };
}

describe("the report of a run", () => {
  test("works after every phase, and says what is there", async () => {
    const { store, phases } = newRun();
    const seen: Record<string, unknown[]> = {};
    const look = (name: string) => {
      const view = runToViewModel(store);
      // The page gets it as JSON.
      expect(JSON.parse(JSON.stringify(view))).toEqual(view);
      seen[name] = [
        view.verdictTone,
        view.comparisons.length,
        view.archive !== undefined,
        view.curves.length,
        view.card.length > 0,
      ];
    };
    look("nothing");
    for (const [name, phase] of Object.entries(phases)) {
      await phase();
      look(name);
    }
    expect(seen).toEqual({
      nothing: ["unfinished", 0, false, 0, false],
      "measure before": ["unfinished", 0, false, 0, false],
      "search, round 1": ["unfinished", 0, true, 2, false],
      "learn, round 1": ["unfinished", 0, true, 3, false],
      "search, round 2": ["unfinished", 0, true, 3, false],
      "learn, round 2": ["unfinished", 0, true, 3, false],
      "measure after": ["unfinished", 8, true, 3, false],
      "renewed attack": ["good", 9, true, 3, false],
      report: ["good", 9, true, 3, true],
    });
  });

  test("has comparisons, curves, archive, card and cost of the whole run", async () => {
    const { store, phases } = newRun();
    for (const phase of Object.values(phases)) await phase();
    const view = runToViewModel(store);
    expect(view.comparisons.map(({ name }) => name)).toEqual([
      ...gradeSchoolDomain.testSets.map(({ name }) => name),
      renewedAttackName,
    ]);
    const [loss, failures, cells] = view.curves;
    // 25 steps in tens: (1 + 1/2 + ... + 1/10) / 10 = 0.29290; the last five are a point of their own.
    expect(loss?.series[0]?.points.map(([step]) => step)).toEqual([10, 20, 25]);
    expect(loss?.series[0]?.points[0]?.[1]).toBeCloseTo(0.2928968, 6);
    expect(loss?.series[1]?.points).toEqual([[4, expect.closeTo((1 + 1 / 2 + 1 / 3 + 1 / 4) / 4, 12)]]);
    expect(failures?.series.map(({ name }) => name)).toEqual(["round 1", "round 2", "renewed attack"]);
    for (const [index, name] of [searchName(1), searchName(2), renewedAttackName].entries()) {
      const entries = store.entries(name);
      const wrong = entries.filter(({ payload }) => !(payload as { correct: boolean }).correct);
      expect(failures?.series[index]?.points).toHaveLength(4);
      expect(failures?.series[index]?.points.at(0)).toEqual([0, 0]);
      expect(failures?.series[index]?.points.at(-1)).toEqual([60, wrong.length]);
      expect(cells?.series[index]?.points.at(-1)).toEqual([60, new Set(wrong.map(({ cell }) => cell)).size]);
    }
    const elites = view.archive?.items.filter(({ elite }) => elite) ?? [];
    expect(elites.some(({ id }) => id.startsWith("round 1/"))).toBe(true);
    expect(elites.some(({ id }) => id.startsWith("round 2/"))).toBe(true);
    const shares = view.card.filter(({ unit }) => unit === "share").map(({ measure }) => measure);
    expect(shares).toEqual(expect.arrayContaining(["verifier-accuracy", "duplicate-rate"]));
    expect(shares.some((measure) => measure.startsWith("coverage-of-"))).toBe(true);
    expect(view.card.every(({ unit, value }) => unit !== "share" || (value >= 0 && value <= 1))).toBe(true);
    const cost = new Map(view.cost.map(({ phase, evaluations }) => [phase, evaluations]));
    // A phase that was gone on with is one row: its second part had nothing left to evaluate.
    expect(cost.get("search, round 1")).toBe(60);
    expect(view.notes.at(-1)).toBe("Only 30 of 60 new examples were found to learn from.");
  });

  test("one round alone is called the first attack", async () => {
    const one = parseConfiguration({ ...configuration, rounds: 1 });
    const store = memoryRunStore({ configuration: one as unknown as Json });
    const { store: source, phases } = newRun();
    await phases["search, round 1"]?.();
    store.addEntries(source.entries(searchName(1)));
    expect(runToViewModel(store).curves[0]?.series.map(({ name }) => name)).toEqual(["first attack"]);
  });

  test("says what of it holds by construction, and of how many rounds the archive is", async () => {
    const { store, phases } = newRun();
    for (const phase of Object.values(phases)) await phase();
    const view = runToViewModel(store);
    const quality = view.card.filter(({ axis }) => axis === "quality");
    expect(quality.map(({ value, description }) => [value, description.includes("by construction")])).toEqual([
      [1, true],
    ]);
    expect(view.archive?.rounds).toBe(2);
  });

  test("shows the machine and versions that it was begun with, not those that make the report", () => {
    const values = (store: ReturnType<typeof newRun>["store"]) =>
      runToViewModel(store).versions.map(({ value }) => value);
    const { store } = newRun();
    expect(values(store)).toEqual(["unknown", "unknown", "unknown"]);
    store.setState(environmentKey, { illume: "7.0.0", node: "30.1.0", processor: "Abacus", cores: 3 });
    expect(values(store)).toEqual(["7.0.0", "30.1.0", "Abacus, 3 cores"]);
  });

  test("says that a search ended below its budget, once that has come to its end", async () => {
    const { store, context, phases } = newRun();
    await phases["search, round 1"]?.();
    const early = memoryRunStore({ configuration: configuration as unknown as Json });
    early.addEntries(store.entries(searchName(1)).slice(0, 40));
    const said = (notes: readonly string[]) => notes.filter((note) => note.includes("ended after"));
    expect(said(runToViewModel(early).notes)).toEqual([]);
    for (const { payload } of context.store.events("phase")) early.appendEvent("phase", payload);
    expect(said(runToViewModel(early).notes)).toEqual([
      "The search of round 1 ended after 40 of 60 evaluations: no mutation was possible any more.",
    ]);
  });

  test("shows the settings that it went on with, and the command that began it", () => {
    const { store } = newRun();
    store.setState(commandKey, "search");
    changeRunConfiguration(store, { ...configuration, learn: { ...configuration.learn, learningRate: 0.0005 } });
    const { settings, command } = runToViewModel(store);
    expect(settings).toContainEqual({ name: "learn.learningRate", value: "0.0005" });
    expect(command).toMatch(/^npm run illume -- search --rounds 2 /);
  });
});
