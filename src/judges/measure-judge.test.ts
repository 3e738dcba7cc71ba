import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { RandomStream } from "../core/random.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { MalformedRowsError } from "../synthetic-data/malformed-rows-error.ts";
import { cohenKappa } from "./agreement.ts";
import { functionJudge } from "./function-judge.ts";
import { type JudgeLabels, readLabels } from "./labels.ts";
import { letterJudge } from "./letter-judge.ts";
import { majorityJudge } from "./majority-judge.ts";
import { measureJudge, type PairMeasurement, type ScoreMeasurement } from "./measure-judge.ts";
import { plannedJudgements } from "./planned-judgements.ts";
import { simulatedJudge } from "./simulated-judge.ts";

const truth = ({ response }: { readonly response: string }) => Number(response.includes("better"));
const item = (response: string) => ({ prompt: "", response });
const pairs: JudgeLabels = {
  kind: "pairs",
  pairs: Array.from({ length: 1500 }, (_, index) => {
    const firstIsBetter = index % 3 === 0;
    return {
      pair: {
        first: item(`${index} ${firstIsBetter ? "better" : ""}`),
        second: item(`${index} ${firstIsBetter ? "" : "better"}`),
      },
      label: firstIsBetter ? "first" : "second",
    } as const;
  }),
};
const scores: JudgeLabels = {
  kind: "scores",
  items: Array.from({ length: 1500 }, (_, index) => ({
    item: item(`${index} ${index % 4 === 0 ? "better" : ""}`),
    label: Number(index % 4 === 0),
  })),
};
const options = { random: new RandomStream(11), resamples: 400 };

/** Whether an interval, widened by as much again, holds the truth: 95 % alone would fail one time in twenty. */
function expectHolds({ low, high }: { readonly low: number; readonly high: number }, value: number): void {
  const half = (high - low) / 2;
  expect(value).toBeGreaterThan(low - half);
  expect(value).toBeLessThan(high + half);
  expect(half).toBeLessThan(0.05);
}

describe("a judge measured by labels", () => {
  test.each([
    [0.81, 0],
    [0.7, 0.2],
    [0.9, -0.05],
  ])("whose accuracy is %d and whose position bias is %d is found out", async (accuracy, positionBias) => {
    const judge = simulatedJudge({ truth, accuracy, positionBias, calls: 1 });
    const found = (await measureJudge(judge, pairs, options)) as PairMeasurement;
    expectHolds(found.accuracy, accuracy);
    expectHolds(found.kappa, 2 * accuracy - 1);
    expectHolds(found.chosenShownFirst as NonNullable<typeof found.chosenShownFirst>, 0.5 + positionBias);
    expectHolds(found.consistency, accuracy ** 2 - positionBias ** 2 + (1 - accuracy) ** 2 - positionBias ** 2);
    expect([found.calls, found.answers, found.pairs, found.ties]).toEqual([3000, 3000, 1500, 0]);
  });

  test("unreadable answers are counted, and are no agreement", async () => {
    const judge = simulatedJudge({ truth, accuracy: 1, unparsable: 0.3 });
    const found = await measureJudge(judge, pairs, options);
    expectHolds(found.unparsable, 0.3);
    expectHolds(found.accuracy, 0.7);
  });

  test("by scores", async () => {
    const found = (await measureJudge(simulatedJudge({ truth, accuracy: 0.85 }), scores, options)) as ScoreMeasurement;
    expectHolds(found.accuracy, 0.85);
    expectHolds(found.specificity as { low: number; high: number }, 0.85);
    expectHolds(found.meanAbsoluteError as { low: number; high: number }, 0.15);
    // Labels: a quarter yes. Verdicts yes: .25 * .85 + .75 * .15 = .325.
    const chance = 0.25 * 0.325 + 0.75 * 0.675;
    expectHolds(found.kappa, (0.85 - chance) / (1 - chance));
  });

  test("a judge that scores compares by its scores, and one that compares cannot be measured by scores", async () => {
    const found = await measureJudge(functionJudge({ score: truth }), pairs, options);
    expect(found.accuracy).toEqual({ estimate: 1, low: expect.closeTo(0.9987, 3), high: 1 });
    expect(found).not.toHaveProperty("chosenShownFirst");
    const comparing = letterJudge({ model: new ScriptedLanguageModel({ answer: () => "A" }), question: "?" });
    await expect(measureJudge(comparing, scores, options)).rejects.toThrow(UnsupportedCapabilityError);
  });

  test("the same seed gives the same measurement", async () => {
    const judge = simulatedJudge({ truth, accuracy: 0.7 });
    const small = { ...pairs, pairs: pairs.pairs.slice(0, 50) };
    const again = () => measureJudge(judge, small, { random: new RandomStream(5), resamples: 50, batchSize: 7 });
    expect(await again()).toEqual(await again());
  });

  test("what it may take at most is told before, and is what it takes where nothing can be read", async () => {
    const model = new ScriptedLanguageModel({ answer: () => "hm" });
    const judgeWith = (other: typeof model | Parameters<typeof letterJudge>[0]["model"]) =>
      majorityJudge({ judge: letterJudge({ model: other, question: "?" }), comparisons: 4 });
    const planned = await plannedJudgements(judgeWith, model.capabilities, {
      ...pairs,
      pairs: pairs.pairs.slice(0, 40),
    });
    expect(planned.reduce((sum, { calls }) => sum + calls, 0)).toBe(320);
    const found = await measureJudge(judgeWith(model), { ...pairs, pairs: pairs.pairs.slice(0, 40) }, options);
    expect([found.calls, found.unparsable.estimate, found.accuracy.estimate]).toEqual([320, 1, 0]);
  });
});

describe("Cohen's kappa", () => {
  test.each([
    [
      "his own example (1960, table 1)",
      [
        [88, 10, 2],
        [14, 40, 6],
        [18, 10, 12],
      ],
      0.492,
    ],
    [
      "equal ratings",
      [
        [5, 0],
        [0, 5],
      ],
      1,
    ],
    [
      "chance",
      [
        [25, 25],
        [25, 25],
      ],
      0,
    ],
    [
      "opposite ratings",
      [
        [0, 5],
        [5, 0],
      ],
      -1,
    ],
    [
      "one rating alone",
      [
        [7, 0],
        [0, 0],
      ],
      0,
    ],
  ])("of %s", (_, counts, kappa) => {
    expect(cohenKappa(counts)).toBeCloseTo(kappa, 3);
  });
});

describe("labels", () => {
  const folder = mkdtempSync(join(tmpdir(), "illume-labels-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test("of pairs, from JSON Lines and CSV", async () => {
    const expected: JudgeLabels = {
      kind: "pairs",
      pairs: [
        { pair: { first: { prompt: "p", response: "a" }, second: { prompt: "p", response: "b" } }, label: "second" },
      ],
    };
    const row = { prompt: "p", first: "a", second: "b", label: "B", note: 3 };
    expect(await readLabels(file("a.jsonl", JSON.stringify(row)))).toEqual(expected);
    expect(await readLabels(file("a.csv", "prompt,first,second,label\np,a,b,second\n"))).toEqual(expected);
  });

  test("of scores, with words, scales, references and categories", async () => {
    const rows = ["true", "safe", 0.25, "1"].map((label) => ({
      prompt: "p",
      response: "r",
      label,
      reference: "x",
      categories: { a: "b" },
    }));
    const read = await readLabels(file("s.json", JSON.stringify(rows)));
    expect(read.kind === "scores" && read.items.map(({ label }) => label)).toEqual([1, 0, 0.25, 1]);
    expect(read.kind === "scores" && read.items[0]?.item).toEqual({
      prompt: "p",
      response: "r",
      reference: "x",
      categories: { a: "b" },
    });
    const scaled = await readLabels(file("t.csv", "prompt,response,label\np,r,10\np,r,1\np,r,5.5\n"), {
      scale: [1, 10],
    });
    expect(scaled.kind === "scores" && scaled.items.map(({ label }) => label)).toEqual([1, 0, 0.5]);
  });

  test("that are wrong are all named", async () => {
    const text = [
      '{"prompt":"p","first":"a","second":"b","label":"left"}',
      '{"prompt":"p","first":"a"}',
      "[1]",
      "{",
    ].join("\n");
    const reading = readLabels(file("w.jsonl", text));
    await expect(reading).rejects.toThrow(MalformedRowsError);
    await expect(reading).rejects.toMatchObject({ faults: [{ line: 1 }, { line: 2 }, { line: 3 }, { line: 4 }] });
    await expect(readLabels(file("e.jsonl", "\n"))).rejects.toThrow("at least one labelled row");
    await expect(readLabels(file("x.txt", "a"))).rejects.toThrow(".jsonl");
    await expect(readLabels(file("n.csv", "prompt,response,label\np,r,2\n"))).rejects.toThrow("a number from 0 to 1");
  });
});
