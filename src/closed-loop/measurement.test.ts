import { describe, expect, test } from "vitest";
import { type Doubling, doublingContext, numberOf } from "../../tests/fixtures/doubling/domain.ts";
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import type { ConfigurationInput } from "./configuration.ts";
import type { LoopContext } from "./loop-context.ts";
import { measureTestSets, storedResult } from "./measurement.ts";

/** Right on numbers below a limit. */
function modelBelow(limit: number): ScriptedLanguageModel {
  return new ScriptedLanguageModel({
    score: (prompt) => ({ logProbability: -1, tokens: 3, greedy: numberOf(prompt) < limit }),
    answer: () => "?",
  });
}

const settings: ConfigurationInput = { measure: { problems: 1200, sets: ["in-distribution", "more-steps"] } };

function measure(context: LoopContext<Doubling>, model: ScriptedLanguageModel, label = "before") {
  return measureTestSets(context, model, label, "measure before");
}

function promptsOf(model: ScriptedLanguageModel): string[] {
  return model.calls.flatMap((call) =>
    call.method === "score" ? call.options.items.map(({ prompt }) => String(prompt)) : [],
  );
}

describe("measureTestSets", () => {
  test("one verdict a problem, in the order of the problems, set by set", async () => {
    const model = modelBelow(70);
    const results = await measure(doublingContext(settings), model);
    expect(results.map(({ name, correct }) => [name, correct.length])).toEqual([
      ["in-distribution", 1200],
      ["more-steps", 1200],
    ]);
    const right = promptsOf(model).map((prompt) => Number(numberOf(prompt) < 70));
    expect(results.flatMap(({ correct }) => [...correct])).toEqual(right);
    expect(right.slice(0, 1200)).toEqual(Array(1200).fill(1));
  });

  test("commits pieces of at most 500 problems", async () => {
    const context = doublingContext(settings);
    const model = modelBelow(10);
    await measure(context, model);
    const sizes = model.calls.flatMap((call) => (call.method === "score" ? [call.options.items.length] : []));
    expect(sizes).toEqual([500, 500, 200, 500, 500, 200]);
    const piece = context.store.call("measure/before/more-steps/2") as { correct: string };
    expect(piece.correct).toHaveLength(200);
  });

  test("the problems depend on the seed alone: the same before and after, others at another seed", async () => {
    const [before, after, other] = [modelBelow(10), modelBelow(90), modelBelow(10)];
    const context = doublingContext(settings);
    await measure(context, before);
    await measure(context, after, "after");
    await measure(doublingContext({ ...settings, seed: 1 }), other);
    expect(promptsOf(after)).toEqual(promptsOf(before));
    expect(promptsOf(other)).not.toEqual(promptsOf(before));
  });

  test("one that was stopped goes on behind its last piece, to the same result", async () => {
    const expected = await measure(doublingContext(settings), modelBelow(70));
    for (let pieces = 0; pieces <= 6; pieces++) {
      const store = memoryRunStore({ configuration: {} });
      const killed = doublingContext(settings, {
        store,
        onProgress: ({ done }) => {
          // Told once as each set begins and after every piece.
          if (done === [0, 500, 1000, 1200, 1700, 2200, 2400][pieces]) throw new Error("killed");
        },
      });
      await measure(killed, modelBelow(70)).catch((error: Error) => expect(error.message).toBe("killed"));
      const model = modelBelow(70);
      expect(await measure(doublingContext(settings, { store }), model)).toEqual(expected);
      const asked = model.calls.filter(({ method }) => method === "score").length;
      expect(asked).toBe(6 - pieces);
    }
  });

  test("stops between pieces when it is asked to", async () => {
    const stopping = new AbortController();
    const context = doublingContext(settings, {
      signal: stopping.signal,
      onProgress: ({ done }) => {
        if (done === 500) stopping.abort();
      },
    });
    await expect(measure(context, modelBelow(70))).rejects.toThrow(InterruptedError);
    expect(context.store.call("measure/before/in-distribution/0")).toBeDefined();
    expect(context.store.call("measure/before/in-distribution/1")).toBeUndefined();
  });
});

describe("storedResult", () => {
  test("is undefined until the last piece is there", async () => {
    const context = doublingContext(settings);
    context.store.addCall("measure/before/in-distribution/0", { correct: "10".repeat(250) });
    context.store.addCall("measure/before/in-distribution/1", { correct: "01".repeat(250) });
    expect(storedResult(context, "before", "in-distribution")).toBeUndefined();
    context.store.addCall("measure/before/in-distribution/2", { correct: "1".repeat(200) });
    const result = storedResult(context, "before", "in-distribution");
    expect(result?.correct).toHaveLength(1200);
    expect([...(result?.correct ?? [])].slice(498, 503)).toEqual([1, 0, 0, 1, 0]);
  });
});
