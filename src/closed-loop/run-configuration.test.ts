import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import type { Json } from "../runs/run-store.ts";
import { parseConfiguration } from "./configuration.ts";
import { ConfigurationError } from "./configuration-error.ts";
import {
  changeableSettings,
  changeRunConfiguration,
  commandKey,
  runConfiguration,
  runOrigin,
  sourceKey,
} from "./run-configuration.ts";
import { settingsOf } from "./settings-of.ts";

const started = parseConfiguration({ seed: 3, learn: { learningRate: 0.01 } });
const newRun = () => memoryRunStore({ configuration: started as unknown as Json });

describe("the configuration of a run", () => {
  test("is what it was started with, until it goes on with other training settings", () => {
    const store = newRun();
    expect(runConfiguration(store)).toEqual(started);
    changeRunConfiguration(store, started);
    expect(store.state("changed configuration")).toBeUndefined();
    const changed = {
      ...started,
      learn: { ...started.learn, learningRate: 0.001, betas: [0.8, 0.9] as [number, number] },
    };
    changeRunConfiguration(store, changed);
    expect(runConfiguration(store)).toEqual(changed);
    changeRunConfiguration(store, started);
    expect(runConfiguration(store)).toEqual(started);
    expect(store.configuration).toEqual(started);
  });

  test.each([
    [{ seed: 4 }, "seed 4 in place of 3"],
    [{ seed: 3, search: { batchSize: 5 } }, "search.batchSize 5 in place of 100"],
    [{ seed: 3, learn: { learningRate: 0.01, epochs: 9 } }, "learn.epochs 9 in place of 3"],
    [{ seed: 3, learn: { learningRate: 0.01, replay: 0 } }, "learn.replay 0 in place of 2000"],
  ])("refuses %j, on which something depends that was done", (settings, message) => {
    const store = newRun();
    expect(() => changeRunConfiguration(store, parseConfiguration(settings))).toThrow(InvalidArgumentError);
    expect(() => changeRunConfiguration(store, parseConfiguration(settings))).toThrow(message);
    expect(runConfiguration(store)).toEqual(started);
  });

  test("every changeable setting is one", () => {
    const calls = { maxCalls: 1, maxTokens: 1, maxUsd: 1, price: [1, 1], cache: "calls.sqlite" };
    const names = settingsOf(parseConfiguration({ calls })).map(({ name }) => name);
    expect(changeableSettings.filter((name) => !names.includes(name))).toEqual([]);
  });

  test("of settings that this version does not know is an error", () => {
    expect(() => runConfiguration(memoryRunStore({ configuration: { colour: "red" } }))).toThrow(ConfigurationError);
  });
});

test("settings as a flat list", () => {
  const settings = new Map(settingsOf(started).map(({ name, value }) => [name, value]));
  expect(settings.get("seed")).toBe("3");
  expect(settings.get("learn.betas")).toBe("0.9,0.98");
  expect(settings.get("attack.renewed")).toBe("true");
  expect(settings.get("search.arm")).toBe("quality-diversity");
  expect(settings.has("search")).toBe(false);
});

test("how a run began", () => {
  const store = newRun();
  expect(runOrigin(store)).toEqual({ command: "improve", source: undefined });
  store.setState(commandKey, "learn");
  store.setState(sourceKey, "runs/first");
  expect(runOrigin(store)).toEqual({ command: "learn", source: "runs/first" });
});
