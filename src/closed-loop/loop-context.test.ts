import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { doublingContext } from "../../tests/fixtures/doubling/domain.ts";
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import type { Progress } from "./progress.ts";
import { expectedSeconds } from "./time-estimate.ts";

describe("the time left", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("of a resumed run is not made short by what was done before", () => {
    const told: Progress[] = [];
    const context = doublingContext({}, { onProgress: (progress) => told.push(progress) });
    context.report({ phase: "prepare", round: 0, done: 0, total: 1 });
    context.report({ phase: "search", round: 1, done: 1000, total: 2000 });
    const [whole, half] = told.map(({ secondsLeft }) => secondsLeft as number);
    expect(whole).toBe(expectedSeconds(context.configuration));
    const { search, measure } = context.configuration;
    const skipped = search.evaluations * 0.0035 * 0.5 + measure.problems * measure.sets.length * 0.0026 + 0.5;
    expect(half).toBeCloseTo((whole as number) - skipped, 9);
    // Ten seconds for the ten planned ones that are the estimate's evidence, and nothing done: half the pace.
    vi.advanceTimersByTime(10_000);
    context.report({ phase: "search", round: 1, done: 1000, total: 2000 });
    expect(told.at(-1)?.secondsLeft).toBeCloseTo(2 * (half as number), 9);
  });

  test("is left out for a phase that is not planned", () => {
    const told: Progress[] = [];
    const context = doublingContext({ rounds: 1 }, { onProgress: (progress) => told.push(progress) });
    context.report({ phase: "search", round: 7, done: 0, total: 1 });
    expect(told).toEqual([{ phase: "search", round: 7, done: 0, total: 1 }]);
  });
});

describe("the cost of a phase", () => {
  test("is stored when it ends: what it spent alone, also where it fails", async () => {
    const context = doublingContext({});
    const spend = (evaluations: number) =>
      context.spend(
        async () => undefined,
        () => ({ evaluations, tokens: 10 * evaluations }),
      );
    expect(await context.phase("search", 1, async () => [await spend(2), await spend(3), "done"].at(-1))).toBe("done");
    const failing = context.phase("learn", 1, async () => {
      await spend(7);
      throw new Error("failed");
    });
    await expect(failing).rejects.toThrow("failed");
    expect(context.store.events("phase").map(({ payload }) => payload)).toEqual([
      {
        phase: "search",
        round: 1,
        evaluations: 5,
        tokens: 50,
        completed: true,
        seconds: expect.any(Number),
        modelSeconds: expect.any(Number),
      },
      {
        phase: "learn",
        round: 1,
        evaluations: 7,
        tokens: 70,
        completed: false,
        seconds: expect.any(Number),
        modelSeconds: expect.any(Number),
      },
    ]);
  });

  test("of a call that fails is not counted as evaluations", async () => {
    const context = doublingContext({});
    const failing = context.phase("search", 1, () =>
      context.spend(
        () => Promise.reject(new Error("failed")),
        () => ({ evaluations: 1, tokens: 1 }),
      ),
    );
    await expect(failing).rejects.toThrow("failed");
    expect(context.store.events("phase")[0]?.payload).toMatchObject({ evaluations: 0, tokens: 0 });
  });
});

test("checkInterrupted throws once the signal is aborted, with its reason as cause", () => {
  const stopping = new AbortController();
  const context = doublingContext({}, { signal: stopping.signal });
  expect(() => context.checkInterrupted()).not.toThrow();
  stopping.abort("because");
  expect(() => context.checkInterrupted()).toThrow(InterruptedError);
  expect(() => doublingContext({}).checkInterrupted()).not.toThrow();
});
