import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Doubling, doubling, doublingContext, numberOf } from "../../tests/fixtures/doubling/domain.ts";
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import type { SearchArm } from "./configuration.ts";
import { searchFailures } from "./failure-search.ts";
import type { StoredFound } from "./found-problem.ts";
import type { LoopContext } from "./loop-context.ts";

/**
 * Writes the solution of even numbers itself; of odd ones it writes multiples of five in another spelling, and the
 * others wrong. P(solution) of n is (n + 1) / 200.
 */
function scriptedModel(): ScriptedLanguageModel {
  return new ScriptedLanguageModel({
    score: (prompt) => {
      const number = numberOf(prompt);
      return { logProbability: Math.log((number + 1) / 200), tokens: 3, greedy: number % 2 === 0 };
    },
    answer: ({ text }) => (numberOf(text) % 5 === 0 ? `+${2 * numberOf(text)}` : "0"),
  });
}

interface SearchOptions {
  readonly arm?: SearchArm;
  readonly seeds?: readonly number[];
  readonly model?: ScriptedLanguageModel;
}

function search(context: LoopContext<Doubling>, options: SearchOptions = {}): Promise<StoredFound<Doubling>[]> {
  const { arm = "quality-diversity", seeds = [0, 1, 5, 12], model = scriptedModel() } = options;
  return searchFailures({
    context,
    model,
    name: "round 1",
    arm,
    seeds: seeds.map((number) => ({ problem: { number } })),
    random: context.random.split("search"),
    phase: "search",
    round: 1,
  });
}

const settings = { search: { evaluations: 30, batchSize: 8, elitesPerCell: 3 } };

describe("the fitness of a problem", () => {
  test("is 1 - P(solution), plus 1 where the verified answer is wrong", async () => {
    const found = await search(doublingContext(settings));
    for (const { problem, fitness, correct, answer } of found) {
      const { number } = problem;
      const wrong = number % 2 === 1 && number % 5 !== 0;
      expect(fitness).toBeCloseTo(1 - (number + 1) / 200 + (wrong ? 1 : 0), 12);
      expect(correct).toBe(!wrong);
      expect(answer).toBe(number % 2 === 0 ? String(2 * number) : wrong ? "0" : `+${2 * number}`);
    }
    expect(found.some(({ correct, problem }) => correct && problem.number % 2 === 1)).toBe(true);
  });

  test("only what greedy decoding does not write as the solution is generated", async () => {
    const model = scriptedModel();
    await search(doublingContext(settings), { model });
    const asked = model.calls.flatMap((call) => (call.method === "generate" ? call.options.prompts : []));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.every((prompt) => numberOf(prompt as string) % 2 === 1)).toBe(true);
    expect(model.calls.some(({ method }) => method === "score")).toBe(true);
  });
});

describe("arms", () => {
  const parents = (found: readonly StoredFound<Doubling>[]) =>
    new Map(found.map((entry) => [entry.id, found.find(({ id }) => id === entry.parentId)]));

  test("quality-diversity: children of anything found before, neighbours of their parents", async () => {
    const found = await search(doublingContext(settings));
    expect(found.slice(0, 4).map(({ mutation, parentId }) => [mutation, parentId])).toEqual(
      Array(4).fill(["seed", undefined]),
    );
    const parentOf = parents(found);
    for (const { id, problem, iteration } of found.slice(4)) {
      const parent = parentOf.get(id) as StoredFound<Doubling>;
      expect(parent.iteration).toBeLessThan(iteration);
      expect([1, 99]).toContain(Math.abs(parent.problem.number - problem.number));
    }
    expect(found.slice(4).some(({ id }) => parentOf.get(id)?.mutation !== "seed")).toBe(true);
  });

  test("no-stepping-stones: children of the seeds alone", async () => {
    const seeds = [10, 40, 70];
    const found = await search(doublingContext(settings), { arm: "no-stepping-stones", seeds });
    const neighbours = seeds.flatMap((seed) => [seed - 1, seed + 1]);
    expect(found.slice(3).every(({ problem }) => neighbours.includes(problem.number))).toBe(true);
    expect(new Set(found.slice(3).map(({ problem }) => problem.number)).size).toBe(6);
  });

  test("full-sampler-failures: drawn from the whole space, without parents and seeds", async () => {
    const context = doublingContext({ search: { ...settings.search, evaluations: 300 } });
    const found = await search(context, { arm: "full-sampler-failures" });
    expect(found).toHaveLength(300);
    expect(found.every(({ parentId, mutation }) => parentId === undefined && mutation.startsWith("drawn"))).toBe(true);
    expect(new Set(found.map(({ problem }) => Math.floor(problem.number / 10))).size).toBe(10);
  });

  test("full-sampler-failures needs a sampler", async () => {
    const { randomProblem: _, ...domain } = doubling;
    const context = doublingContext(settings, { domain });
    await expect(search(context, { arm: "full-sampler-failures" })).rejects.toThrow(UnsupportedCapabilityError);
  });
});

describe("the budget", () => {
  test("is used up exactly, whatever the batches and however many mutations are impossible", async () => {
    const arm = fc.constantFrom<SearchArm>("quality-diversity", "no-stepping-stones", "full-sampler-failures");
    await fc.assert(
      fc.asyncProperty(
        arm,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 12 }),
        async (arm, evaluations, batchSize, seeds) => {
          const model = scriptedModel();
          const context = doublingContext({ search: { evaluations, batchSize } });
          const found = await search(context, { arm, model, seeds: Array.from({ length: seeds }, (_, seed) => seed) });
          const scored = model.calls.map((call) => (call.method === "score" ? call.options.items.length : 0));
          expect(found).toHaveLength(evaluations);
          expect(scored.reduce((total, count) => total + count, 0)).toBe(evaluations);
          expect(Math.max(...scored.slice(arm === "full-sampler-failures" ? 0 : 1))).toBeLessThanOrEqual(batchSize);
          expect(new Set(found.map(({ id }) => id)).size).toBe(evaluations);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("a search without possible mutations ends with its seeds", async () => {
    const domain = { ...doubling, task: { ...doubling.task, mutate: () => undefined } };
    expect(await search(doublingContext(settings, { domain }))).toHaveLength(4);
  });
});

describe("a search that was stopped", () => {
  const arms = ["quality-diversity", "no-stepping-stones", "full-sampler-failures"] as const;

  test.each(arms)("goes on to the same entries, wherever it was (%s)", async (arm) => {
    const whole = doublingContext(settings);
    const expected = await search(whole, { arm });
    for (let stop = 0; stop < 6; stop++) {
      const store = memoryRunStore({ configuration: {} });
      let batches = 0;
      const killed = doublingContext(settings, {
        store,
        onProgress: () => {
          if (batches++ === stop) throw new Error("killed");
        },
      });
      await search(killed, { arm }).catch((error: Error) => expect(error.message).toBe("killed"));
      expect(store.entries().length).toBeLessThanOrEqual(30);
      expect(await search(doublingContext(settings, { store }), { arm })).toEqual(expected);
      expect(store.entries()).toEqual(whole.store.entries());
    }
  });

  test("stops between batches when it is asked to, and keeps what it evaluated", async () => {
    const stopping = new AbortController();
    const context = doublingContext(settings, {
      signal: stopping.signal,
      onProgress: ({ done }) => {
        if (done === 12) stopping.abort();
      },
    });
    await expect(search(context)).rejects.toThrow(InterruptedError);
    expect(context.store.entries("round 1")).toHaveLength(12);
  });

  test("a finished one asks the model nothing", async () => {
    const context = doublingContext(settings);
    const found = await search(context);
    const model = scriptedModel();
    expect(await search(context, { model })).toEqual(found);
    expect(model.calls).toEqual([]);
  });
});

test("tells how far it is: evaluations, coverage, failures", async () => {
  const told: unknown[] = [];
  const context = doublingContext(settings, {
    onProgress: ({ phase, round, done, total, coverage, failures }) =>
      told.push({ phase, round, done, total, coverage, failures }),
  });
  const found = await search(context);
  const cells = new Set(found.map(({ cell }) => cell)).size;
  const failures = found.filter(({ correct }) => !correct).length;
  expect(told.at(0)).toEqual({ phase: "search", round: 1, done: 0, total: 30, coverage: 0, failures: 0 });
  expect(told.at(-1)).toEqual({ phase: "search", round: 1, done: 30, total: 30, coverage: cells / 20, failures });
});
