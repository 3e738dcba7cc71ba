import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/random.ts";
import { displayWidth } from "../../core/terminal-text.ts";
import { dataCard } from "../../synthetic-data/card.ts";
import { compareDataSets } from "../../synthetic-data/compare-data-sets.ts";
import type { DataRow } from "../../synthetic-data/measures/measure.ts";
import { standardMeasures } from "../../synthetic-data/measures/standard-measures.ts";
import { drawAccuracyTable } from "./accuracy-table.ts";
import { drawDataCard, drawDataComparison } from "./data-card.ts";

const look = { columns: 80, colour: false, unicode: true };
const rows = (count: number, word: string): DataRow[] =>
  Array.from({ length: count }, (_, index) => ({
    prompt: `What is ${index % 7} ${word} ${index}?`,
    completion: `${index} = ${index}\n#### ${index}`,
    attributes: { correct: index % 3 > 0 },
  }));
const random = new RandomStream(3);
const tooWide = (lines: readonly string[], columns: number) => lines.filter((line) => displayWidth(line) > columns);

describe("drawDataCard", () => {
  test("has the measures by axis, with intervals", async () => {
    const data = rows(20, "plus");
    const lines = drawDataCard(await dataCard([...data, data[0] as DataRow], { random }), look);
    expect(lines[0]).toBe("21 rows, 1 of them exact repeats");
    expect(lines[1]).toBe("Words, characters and compression are those of the completions.");
    expect(lines.filter((line) => /^(quality|diversity|complexity)$/u.test(line))).toHaveLength(3);
    expect(lines.find((line) => line.startsWith("  verifier-accuracy"))).toMatch(
      /0\.619 {2}\(0\.\d+, 0\.\d+\) +higher: /u,
    );
    expect(tooWide(lines, 80)).toEqual([]);
  });

  test("says which part was measured", async () => {
    const card = await dataCard(rows(5, "plus"), { random, measures: standardMeasures("prompt") });
    const lines = drawDataCard(card, look, "prompt");
    expect(lines[1]).toBe("Words, characters and compression are those of the prompts.");
    expect(lines.join("\n")).toContain("distinct-1-of-prompt");
    expect(tooWide(lines, 80)).toEqual([]);
  });

  test("says what is not defined", async () => {
    const lines = drawDataCard(await dataCard([{ prompt: "", completion: "a" }], { random }), look);
    expect(lines.join(" ")).toContain("Not defined for these rows: verifier-accuracy");
  });
});

describe("drawDataComparison", () => {
  test("has both values, the difference and what it means", async () => {
    const comparison = await compareDataSets(rows(30, "plus"), rows(40, "a much longer word in between"), { random });
    const lines = drawDataComparison(comparison, look);
    expect(lines[0]).toBe("30 rows against 40");
    expect(lines.find((line) => line.startsWith("  length-characters"))).toMatch(/\(.*\) +(higher|lower|=)$/u);
    expect(tooWide(lines, 80)).toEqual([]);
    expect(drawDataComparison(comparison, { ...look, colour: true }).join("\n")).toContain("\u001b[1m");
  });

  test("of a data set with itself finds no difference", async () => {
    const lines = drawDataComparison(await compareDataSets(rows(9, "plus"), rows(9, "plus"), { random }), look);
    expect(lines[0]).toBe("9 rows against 9, compared prompt by prompt");
    expect(lines.join("\n")).not.toMatch(/ (higher|lower)$/mu);
  });
});

test("drawAccuracyTable", () => {
  const accuracy = { estimate: 0.912, low: 0.899, high: 0.924 };
  const lines = drawAccuracyTable([{ name: "in\u001b[2J-distribution", problems: 2000, accuracy }], look);
  expect(lines).toEqual([
    "right, in %                            problems",
    "in-distribution   91.2  (89.9–92.4)       2,000",
    "In brackets: 95 % intervals.",
  ]);
});
