import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { doubling, doublingContext } from "../../tests/fixtures/doubling/domain.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { plannedTestSets } from "./examinations.ts";
import { measureTestSets, storedResult } from "./measurement.ts";

const gsm8k = fileURLToPath(new URL("../../tests/fixtures/gsm8k/test-excerpt.jsonl", import.meta.url));
const measure = { problems: 2, sets: ["in-distribution"] as ["in-distribution"], gsm8k };

describe("rows of GSM8K as a test set", () => {
  test("stand behind the domain's sets, with a number of their own", () => {
    const { configuration } = doublingContext({ measure: { ...measure, gsm8kRows: 3 } });
    expect(plannedTestSets(configuration, doubling).map(({ name, problems }) => [name, problems])).toEqual([
      ["in-distribution", 2],
      ["gsm8k", 3],
    ]);
  });

  test("are judged by the final answer alone", async () => {
    const context = doublingContext({ measure: { ...measure, gsm8kRows: 4 } });
    // The first row's answer is 18, the second's 3; the arithmetic on the way does not count here.
    const answers = ["<<1+1=5>> #### 18", "#### 3", "#### -1", "no idea"];
    let given = 0;
    const model = new ScriptedLanguageModel({
      answer: ({ text }) => (/^\d+\*2/.test(text) ? "0" : (answers[given++] as string)),
    });
    const results = await measureTestSets(context, model, "before", "measure before");
    expect(results.map(({ name, correct }) => [name, [...correct]])).toEqual([
      ["in-distribution", expect.any(Array)],
      ["gsm8k", [1, 1, 0, 0]],
    ]);
    expect(storedResult(context, "before", "gsm8k")?.correct).toHaveLength(4);
  });

  test("a file with too few is told of", async () => {
    const context = doublingContext({ measure: { ...measure, gsm8kRows: 5 } });
    const model = new ScriptedLanguageModel({ answer: () => "0" });
    await expect(measureTestSets(context, model, "before", "measure before")).rejects.toThrow(InvalidArgumentError);
  });
});
