import { describe, expect, test } from "vitest";
import { parseFineTuningConfiguration } from "../fine-tuning/configuration.ts";
import { curveNames, dataEvent, fineTuningCommand, resultKey } from "../fine-tuning/curves.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import type { Json } from "../runs/run-store.ts";
import { runToViewModel } from "./run-to-view-model.ts";

const configuration = parseFineTuningConfiguration({
  model: "illume:it's a model",
  data: "a b.jsonl",
  targets: ["all-linear"],
  batchSize: 8,
  packing: true,
  merged: false,
});

function run(result?: Json) {
  const store = memoryRunStore({ configuration: configuration as Json });
  store.setState("command", fineTuningCommand);
  store.appendEvent(dataEvent, {
    format: "chat",
    examples: 9,
    heldOut: 1,
    tokens: 100,
    learntTokens: 40,
    shortened: 2,
    dropped: 0,
    malformed: [{ line: 3, fault: "no text" }],
  });
  store.appendEvent("phase", { phase: "learn", round: 0, seconds: 5, modelSeconds: 5, evaluations: 0, tokens: 300 });
  const curve = (name: string, values: readonly number[]) =>
    store.addMetrics(values.map((value, index) => ({ name, step: index + 1, value })));
  curve(curveNames.training, [3, 2, 1]);
  curve(curveNames.validation, [2.5, 1.5]);
  if (result !== undefined) store.setState(resultKey, result);
  return store;
}

describe("the report of fine-tuning", () => {
  test("has the curves, the data and the command that repeats it", () => {
    const view = runToViewModel(run({ steps: 3, keptStep: 2, before: 2.5, after: 1.5 }));
    expect(view.verdict).toBe(
      "The loss on held-out examples fell from 2.5000 to 1.5000 (nats a token) in 3 steps. The weights of step 2 were kept, the best ones.",
    );
    expect(view.verdictTone).toBe("good");
    expect(view.curves.map(({ name, series }) => [name, series.map((one) => one.points.length)])).toEqual([
      ["Loss", [1, 2]],
    ]);
    expect(view.notes).toHaveLength(3);
    expect(view.cost).toEqual([{ phase: "learn", seconds: 5, evaluations: 0, tokens: 300 }]);
    expect(view.command).toBe(
      "illume learn --model 'illume:it'\\''s a model' --data 'a b.jsonl' --targets all-linear --batch-size 8 --packing --no-merged",
    );
  });

  test.each<[string, Json | undefined, string]>([
    ["unfinished", undefined, "unfinished"],
    ["no better", { steps: 3, keptStep: 3, before: 1, after: 2 }, "bad"],
    ["not measured", { steps: 3, keptStep: 3 }, "mixed"],
  ])("%s", (_, result, tone) => {
    expect(runToViewModel(run(result)).verdictTone).toBe(tone);
  });
});
