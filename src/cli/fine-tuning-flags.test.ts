import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { readFineTuningFlags } from "./fine-tuning-flags.ts";

const model = { model: "illume:a" };

describe("flags of illume learn from a file", () => {
  test("without any of them it is about a run", () => {
    expect(readFineTuningFlags({ "learn-epochs": "2", runs: "runs" })).toBeUndefined();
  });

  test("are read by the schema", () => {
    const flags = { "batch-size": "8", targets: "q_proj, down_proj", packing: true, merged: false, "warm-up": "0.1" };
    expect(readFineTuningFlags({ ...model, data: "a.jsonl", ...flags })).toMatchObject({
      objective: "supervised",
      data: "a.jsonl",
      batchSize: 8,
      targets: ["q_proj", "down_proj"],
      packing: true,
      merged: false,
      warmUp: 0.1,
      epochs: 1,
    });
    expect(readFineTuningFlags({ ...model, preferences: "b.jsonl" })).toMatchObject({ objective: "preferences" });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["a setting without a file", { "batch-size": "8" }, /--batch-size without one: add --data/],
    ["two files", { ...model, data: "a", preferences: "b" }, /both/],
    ["no model", { data: "a.jsonl" }, /--model/],
    ["no number", { ...model, data: "a", rank: "eight" }, /--rank.*"eight"/],
    ["an unknown layer", { ...model, data: "a", targets: "q_prj" }, /--targets/],
    ["a method that is none", { ...model, data: "a", method: "half" }, /--method.*"half"/],
  ])("%s is refused", (_, flags, message) => {
    expect(() => readFineTuningFlags(flags)).toThrow(InvalidArgumentError);
    expect(() => readFineTuningFlags(flags)).toThrow(message);
  });
});
