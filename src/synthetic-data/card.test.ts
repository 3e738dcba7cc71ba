import { describe, expect, test } from "vitest";
import { sharedDataMissing, sharedJsonLines } from "../../tests/fixtures/shared-data.ts";
import { RandomStream } from "../core/random.ts";
import { dataCard } from "./card.ts";
import { compareDataSets } from "./compare-data-sets.ts";
import { jackknifeInterval, leaveGroupsOut, randomGroups } from "./grouped-jackknife.ts";
import { lengthInWords } from "./measures/complexity/length.ts";
import { attributeDescriptor } from "./measures/descriptor.ts";
import { distinctN } from "./measures/diversity/distinct-n.ts";
import type { DataRow } from "./measures/measure.ts";
import { verifierAccuracy } from "./measures/quality/verifier-accuracy.ts";

const random = () => new RandomStream(0);

function answersOf(model: string): DataRow[] {
  return sharedJsonLines(`self-instruct/${model}.jsonl`) as unknown as DataRow[];
}

describe("card", () => {
  const rows = sharedDataMissing ? [] : answersOf("text-davinci-003");

  test.skipIf(sharedDataMissing)("has each measure's value inside its interval and range, in plain JSON", async () => {
    const card = await dataCard(rows, { random: random() });
    expect(card.rowCount).toBe(252);
    expect(card.undefinedMeasures).toEqual(["verifier-accuracy"]);
    expect(card.rows.map((row) => row.measure)).toEqual([
      ...["distinct-1", "distinct-2", "distinct-3", "self-bleu-13a", "compression-ratio", "duplicate-rate"],
      ...["steps", "length-words", "length-characters"],
    ]);
    for (const { value, interval } of card.rows) {
      expect(interval?.[0]).toBeLessThanOrEqual(value);
      expect(interval?.[1]).toBeGreaterThanOrEqual(value);
    }
    expect(JSON.parse(JSON.stringify(card))).toEqual(card);
  });

  test.skipIf(sharedDataMissing)(
    "repeats with its seed; a measure's interval does not depend on the others",
    async () => {
      const card = await dataCard(rows, { random: random() });
      expect(await dataCard(rows, { random: random() })).toEqual(card);
      const alone = await dataCard(rows, { random: random(), measures: [lengthInWords()] });
      expect(alone.rows[0]).toEqual(card.rows.find((row) => row.measure === "length-words"));
    },
  );

  test("a share of all or of none has an interval with a width: Wilson's", async () => {
    const right = Array.from({ length: 50 }, (_, index) => ({
      prompt: `${index}`,
      completion: "1",
      attributes: { correct: true },
    }));
    const measures = [verifierAccuracy()];
    const [all] = (await dataCard(right, { random: random(), measures })).rows;
    expect(all?.value).toBe(1);
    expect(all?.interval?.[0]).toBeCloseTo(50 / (50 + 1.959964 ** 2), 6);
    expect(all?.interval?.[1]).toBe(1);
  });

  test("lists duplicates by row, and bins that are empty or thin", async () => {
    const made = [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2].map((cell, index) => ({
      prompt: "",
      completion: `text ${index === 5 ? 3 : index}`,
      attributes: { cell },
    }));
    const descriptors = [attributeDescriptor("cell", 4)];
    const card = await dataCard([...made, { prompt: "", completion: "no cell" }], { random: random(), descriptors });
    expect(card.duplicates).toEqual([[3, 5]]);
    expect(card.regions.descriptors[0]?.bins.map((bin) => bin.rows)).toEqual([2, 21, 1, 0]);
    expect(card.regions.descriptors[0]?.withoutBin).toBe(1);
    // An even spread would give 6 rows a bin.
    expect(card.regions.thin).toEqual([{ descriptor: "cell", bin: "3", rows: 0 }]);
    expect([card.regions.cells, card.regions.filledCells]).toEqual([4, 3]);
    const many = await dataCard(
      Array.from({ length: 50 }, () => made.slice(0, 23))
        .flat()
        .concat(made.slice(23)),
      { random: random(), descriptors, measures: [] },
    );
    expect(many.regions.thin.map((region) => region.rows)).toEqual([0, 1]);
  });

  test("of few rows has values without intervals, of no rows neither", async () => {
    const measures = [distinctN({ n: 1 }), lengthInWords()];
    const one = await dataCard([{ prompt: "", completion: "a a b c" }], { random: random(), measures });
    expect(one.rows.map(({ value, interval }) => [value, interval])).toEqual([
      [0.75, undefined],
      [4, undefined],
    ]);
    const none = await dataCard([], { random: random(), measures });
    expect([none.rows, none.undefinedMeasures]).toEqual([[], ["distinct-1", "length-words"]]);
    const quick = await dataCard(rows, { random: random(), measures, intervals: false });
    expect(quick.rows.every((row) => row.interval === undefined)).toBe(true);
  });
});

test("the jackknife of a mean is its standard error between groups", async () => {
  const rows = Array.from({ length: 200 }, (_, index) => ({
    prompt: "",
    completion: "w ".repeat((index * 37) % 101),
  }));
  const groups = randomGroups(rows.length, random());
  const leftOut = (await leaveGroupsOut(lengthInWords(), rows, groups)) as Float64Array;
  const sums = new Float64Array(20);
  rows.forEach((row, index) => {
    sums[groups[index] as number] = (sums[groups[index] as number] as number) + row.completion.length / 2;
  });
  const means = sums.map((sum) => sum / 10);
  const mean = means.reduce((sum, value) => sum + value, 0) / 20;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 19 / 20;
  const { low, high } = jackknifeInterval(mean, leftOut);
  expect(high - low).toBeCloseTo(2 * 2.093024 * Math.sqrt(variance), 9);
  expect((high + low) / 2).toBeCloseTo(mean, 9);
});

describe("comparison", () => {
  test.skipIf(sharedDataMissing)("finds what differs between two models' answers to the same prompts", async () => {
    const result = await compareDataSets(answersOf("davinci"), answersOf("text-davinci-003"), { random: random() });
    expect(result.paired).toBe(true);
    const verdicts = Object.fromEntries(result.rows.map((row) => [row.measure, row.verdict]));
    // The untuned model rambles on and repeats itself.
    expect(verdicts).toMatchObject({ "distinct-2": "higher", "compression-ratio": "lower", "length-words": "lower" });
    for (const { first, second, difference } of result.rows) {
      expect(difference.estimate).toBeCloseTo(second - first, 9);
    }
  });

  test.skipIf(sharedDataMissing)("finds nothing between a data set and itself", async () => {
    const rows = answersOf("text-davinci-001");
    const result = await compareDataSets(rows, rows, { random: random() });
    expect(result.rows.map((row) => row.verdict)).toEqual(result.rows.map(() => "no clear difference"));
    expect(result.undefinedMeasures).toEqual(["verifier-accuracy"]);
  });

  test.skipIf(sharedDataMissing)(
    "compares on as many rows where the number of rows alone shifts the value",
    async () => {
      const rows = sharedJsonLines("gsm8k/train.jsonl").map((row) => ({
        prompt: String(row.question),
        completion: String(row.answer),
      }));
      const measures = [distinctN({ n: 2 }), lengthInWords()];
      const result = await compareDataSets(rows.slice(0, 200), rows.slice(200, 1200), { random: random(), measures });
      expect(result.paired).toBe(false);
      expect(result.rows.map((row) => row.comparedRows)).toEqual([
        [200, 200],
        [200, 1000],
      ]);
      expect(result.rows.map((row) => row.verdict)).toEqual(["no clear difference", "no clear difference"]);
    },
  );

  test("pairs rows that both have a value", async () => {
    const made = (verdicts: readonly (boolean | undefined)[]): DataRow[] =>
      verdicts.map((correct, index) => ({
        prompt: `q${index}`,
        completion: "",
        ...(correct === undefined ? {} : { attributes: { correct } }),
      }));
    const measures = [verifierAccuracy()];
    const first = made([false, false, false, undefined, true]);
    const second = made([true, true, true, true, undefined]);
    const { rows } = await compareDataSets(first, second, { random: random(), measures });
    expect(rows[0]).toMatchObject({ first: 0, second: 1, verdict: "higher" });
    const single = await compareDataSets(first.slice(0, 1), second.slice(0, 1), { random: random(), measures });
    expect(single.rows[0]).toMatchObject({ difference: { estimate: 1 }, verdict: "unknown" });
  });
});
