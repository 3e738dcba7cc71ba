import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newFolder, sumsFile, tinyModel, tinySettings } from "../../tests/fixtures/fine-tuning/tiny-training.ts";
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { readPeftAdapter } from "../language-models/adapters/peft-adapter.ts";
import { readSafetensors } from "../nn/safetensors.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import { MalformedRowsError } from "../synthetic-data/malformed-rows-error.ts";
import type { FineTuningConfiguration } from "./configuration.ts";
import { curveNames, dataEvent } from "./curves.ts";
import { type FineTuneOptions, fineTune } from "./fine-tune.ts";

let folder: string;
beforeEach(() => {
  folder = newFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

const storeOf = (configuration: FineTuningConfiguration, name = "run") =>
  memoryRunStore({ configuration: configuration as Json, directory: join(folder, name) });

async function learn(configuration: FineTuningConfiguration, more: Partial<FineTuneOptions> = {}) {
  const store = more.store ?? storeOf(configuration);
  return { store, result: await fineTune({ configuration, model: tinyModel(), store, ...more }) };
}

const weights = (path: string | undefined) => readFileSync(`${path}.safetensors`);
const values = (store: RunStore, name: string) => store.metrics(name).map(({ step, value }) => [step, value]);

describe("supervised", () => {
  test.each([
    ["adapters", { method: "lora", targets: ["all-linear"], rank: 4, learningRate: 0.03 }],
    ["all weights", { method: "full" }],
    ["all weights, packed and accumulated", { method: "full", packing: true, batchSize: 1, accumulate: 2 }],
  ] as const)("%s: the loss on held-out sums falls, and what was learnt is written", async (_, changed) => {
    const configuration = tinySettings(sumsFile(folder), changed as object);
    const { store, result } = await learn(configuration);
    expect(result.after).toBeLessThan((result.before as number) - (configuration.method === "lora" ? 0.05 : 0.2));
    expect(result.keptStep).toBe(result.steps);
    expect(values(store, curveNames.training)).toHaveLength(result.steps);
    expect(store.events(dataEvent)[0]?.payload).toMatchObject({
      format: "prompt and completion",
      examples: 32,
      heldOut: 8,
    });
    expect(readSafetensors(`${result.model}.safetensors`).tensors.size).toBe(20);
    expect(existsSync(join(store.directory, "checkpoints", "training.safetensors"))).toBe(false);
    if (configuration.method === "lora") {
      const adapter = readPeftAdapter(result.adapter as string, tinyModel().parameters);
      expect(adapter.settings).toMatchObject({ rank: 4, alpha: 8, baseModel: "tiny" });
    }
  });

  test("batches that are added up are one batch", async () => {
    const data = sumsFile(folder);
    const steps = { method: "full", epochs: 1, validation: 0 } as const;
    const one = await learn(tinySettings(data, { ...steps, batchSize: 32 }), {});
    const many = tinySettings(data, { ...steps, batchSize: 8, accumulate: 4 });
    const { store } = await learn(many, { store: storeOf(many, "other") });
    const [[, first]] = values(store, curveNames.training) as [[number, number]];
    // 40 examples: the first step has 32 of them, whichever they are.
    const [[, other]] = values(one.store, curveNames.training) as [[number, number]];
    expect(first).toBeCloseTo(other, 1);
  });

  test("stopped by a signal and gone on with, it ends as an undisturbed one", async () => {
    const configuration = tinySettings(sumsFile(folder), { patience: 4 });
    const undisturbed = await learn(configuration, { store: storeOf(configuration, "undisturbed") });
    const store = storeOf(configuration, "stopped");
    for (const stopAt of [4, 11, 12]) {
      const controller = new AbortController();
      const stopped = learn(configuration, {
        store,
        signal: controller.signal,
        onProgress: ({ phase, done }) => {
          if (phase === "learn" && done === stopAt) controller.abort();
        },
      });
      await expect(stopped).rejects.toThrow(InterruptedError);
    }
    const { result } = await learn(configuration, { store });
    expect(weights(result.model)).toEqual(weights(undisturbed.result.model));
    for (const name of Object.values(curveNames)) {
      expect(values(store, name)).toEqual(values(undisturbed.store, name));
    }
  });

  test("without patience it goes on; with patience the best weights are kept", async () => {
    const data = sumsFile(folder);
    // A rate at which it soon gets worse.
    const settings = { method: "full", learningRate: 0.3, evaluateEvery: 1, epochs: 4, finalShare: 1 } as const;
    const { store, result } = await learn(tinySettings(data, { ...settings, patience: 2 }));
    const measured = store.metrics(curveNames.validation);
    const least = measured.reduce((best, one) => (one.value < best.value ? one : best));
    expect(result.steps).toBe(measured.at(-1)?.step);
    expect(result.steps).toBeLessThan(32);
    expect(result.after).toBe(least.value);
    if (least.step > 0) expect(result.keptStep).toBe(least.step);
  });

  test("a loss that is no number stops it; it can be gone on with from the last good checkpoint", async () => {
    const configuration = tinySettings(sumsFile(folder), { checkpointEvery: 2, validation: 0 });
    const undisturbed = await learn(configuration, { store: storeOf(configuration, "undisturbed") });
    const store = storeOf(configuration, "spoilt");
    const model = tinyModel();
    const spoil = ({ done }: { readonly done: number }) => {
      if (done === 5) (model.parameters.model.norm.weight.data as Float32Array)[0] = Number.NaN;
    };
    const spoilt = learn(configuration, { store, model, onProgress: spoil });
    await expect(spoilt).rejects.toThrow(NumericalError);
    await expect(spoilt).rejects.toThrow(/step 6.*checkpoint of step 4 is kept.*--learning-rate 0\.0025/);
    expect(store.metrics(curveNames.training)).toHaveLength(5);
    const { result } = await learn(configuration, { store });
    expect(weights(result.model)).toEqual(weights(undisturbed.result.model));
  });

  test("data that changed since the run began are refused", async () => {
    const configuration = tinySettings(sumsFile(folder));
    const store = storeOf(configuration);
    const controller = new AbortController();
    const onProgress = ({ done }: { readonly done: number }) => done === 2 && controller.abort();
    await learn(configuration, { store, signal: controller.signal, onProgress }).catch(() => undefined);
    writeFileSync(configuration.data, '{"prompt": "1+1=", "completion": "2"}\n');
    await expect(learn(configuration, { store })).rejects.toThrow(/changed since/);
  });

  test("what the tokenizer refuses is told by its line, or left out", async () => {
    const data = join(folder, "odd.jsonl");
    writeFileSync(data, '{"prompt": "1+1=", "completion": "2"}\n{"prompt": "x", "completion": "y"}\n');
    await expect(learn(tinySettings(data))).rejects.toThrow(MalformedRowsError);
    await expect(learn(tinySettings(data))).rejects.toThrow(/line 2/);
    const skipping = tinySettings(data, { skipMalformed: true, validation: 0 });
    const { store } = await learn(skipping);
    expect(store.events(dataEvent)[0]?.payload).toMatchObject({ examples: 1, malformed: [{ line: 2 }] });
    await expect(learn(tinySettings(data, { skipMalformed: true, validation: 0, maximumLength: 3 }))).rejects.toThrow(
      InvalidArgumentError,
    );
  });
});

describe("preferences", () => {
  test("the model comes to prefer what is chosen, held-out pairs are measured, and a stopped run ends the same", async () => {
    const changed = { objective: "preferences", method: "full", learningRate: 0.003, beta: 0.5, epochs: 4 } as const;
    const configuration = tinySettings(sumsFile(folder, true), changed);
    const { store, result } = await learn(configuration);
    expect(result.before).toBeCloseTo(Math.LN2, 5);
    const training = store.metrics(curveNames.training).map(({ value }) => value);
    const mean = (part: readonly number[]) => part.reduce((sum, value) => sum + value, 0) / part.length;
    expect(mean(training.slice(-8))).toBeLessThan(mean(training.slice(0, 8)) - 0.05);
    expect(store.metrics(curveNames.measure).length).toBeGreaterThan(2);

    const again = storeOf(configuration, "again");
    const controller = new AbortController();
    const onProgress = ({ phase, done }: { readonly phase: string; readonly done: number }) =>
      phase === "learn" && done === 7 && controller.abort();
    await expect(learn(configuration, { store: again, signal: controller.signal, onProgress })).rejects.toThrow();
    const second = await learn(configuration, { store: again });
    expect(weights(second.result.model)).toEqual(weights(result.model));
  });

  test("files of examples are refused", async () => {
    const configuration = tinySettings(sumsFile(folder), { objective: "preferences" });
    await expect(learn(configuration)).rejects.toThrow(/--data/);
    await expect(learn(tinySettings(sumsFile(folder, true)))).rejects.toThrow(/--preferences/);
  });
});
