/** What every measure must do. A new measure adds one line to the list in measure.test.ts. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DataRow, Measure } from "../../src/synthetic-data/measures/measure.ts";
import { meanOfDefined } from "../../src/synthetic-data/measures/row-mean-measure.ts";

const word = fc.constantFrom("the", "cat", "sat", "on", "5", "1,000.5", "=", "🙂", "größer", "日本.", "\t", "####", "");
const phrase = fc
  .array(fc.tuple(word, fc.constantFrom(" ", "\n", "")), { maxLength: 12 })
  .map((parts) => parts.flat().join(""));
const text = fc.oneof({ weight: 4, arbitrary: phrase }, { weight: 1, arbitrary: fc.string({ unit: "binary" }) });

/** Rows with the attributes that the measures under test read; each of them may be missing. */
export const arbitraryRow: fc.Arbitrary<DataRow> = fc.record({
  prompt: text,
  completion: text,
  attributes: fc.record(
    {
      correct: fc.boolean(),
      steps: fc.nat(9),
      cell: fc.nat(5),
      surface: fc.constantFrom("plain", "story"),
      score: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: [] },
  ),
});
const arbitraryRows = fc.array(arbitraryRow, { maxLength: 8 });

/** Sums in another order differ in their last digits. */
function expectClose(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN();
  else expect(actual).toBeCloseTo(expected, 9);
}

export function measureContract(measures: readonly Measure[]): void {
  const documentation = readFileSync(new URL("../../src/synthetic-data/README.md", import.meta.url), "utf8");

  test("names are unique, lower case with hyphens", () => {
    const names = measures.map((measure) => measure.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  describe.each(measures.map((measure) => [measure.name, measure] as const))(
    "measure contract: %s",
    (name, measure) => {
      test("says what it is, here and in the README", () => {
        for (const words of [measure.description, measure.formula, measure.source, measure.higherMeans]) {
          expect(words.length).toBeGreaterThan(3);
        }
        expect(measure.range[0]).toBeLessThan(measure.range[1]);
        // The README has a line for a family: "length-words" with or without "-of-prompt", "distinct-n".
        const family = name.replace(/-of-(prompt|completion|both)$/, "").replace(/^distinct-\d+(-13a)?/, "distinct-n");
        expect(documentation).toContain(`\`${family.replace(/^(coverage|entropy)-of-.*|^(mean)-.*/, "$1$2")}`);
      });

      test("is NaN for no rows", async () => {
        expect(await measure.compute([])).toBeNaN();
      });

      test("is in its range, the same again, and leaves the rows alone", async () => {
        await fc.assert(
          fc.asyncProperty(arbitraryRows, async (rows) => {
            const before = JSON.stringify(rows);
            const value = await measure.compute(rows);
            expect(await measure.compute(rows)).toBe(value);
            expect(JSON.stringify(rows)).toBe(before);
            if (Number.isNaN(value)) return;
            expect(value).toBeGreaterThanOrEqual(measure.range[0]);
            expect(value).toBeLessThanOrEqual(measure.range[1]);
          }),
        );
      });

      if (!measure.dependsOnOrder)
        test("does not depend on the order of rows", async () => {
          const shuffled = arbitraryRows.chain((rows) =>
            fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
          );
          await fc.assert(
            fc.asyncProperty(shuffled, async ([rows, others]) => {
              expectClose(await measure.compute(others), await measure.compute(rows));
            }),
          );
        });

      if (measure.rowValues !== undefined)
        test("is the mean of its rows' values, each of its own row alone", async () => {
          await fc.assert(
            fc.asyncProperty(arbitraryRows, async (rows) => {
              const values = (await measure.rowValues?.(rows)) as Float64Array;
              expect(values.length).toBe(rows.length);
              expect(await measure.compute(rows)).toBe(meanOfDefined(values));
              for (const [index, row] of rows.entries()) {
                expect((await measure.rowValues?.([row]))?.[0]).toBe(values[index]);
              }
            }),
          );
        });

      if (!measure.dependsOnSize)
        test("does not change when all rows are there twice", async () => {
          await fc.assert(
            fc.asyncProperty(arbitraryRows, async (rows) => {
              expectClose(await measure.compute([...rows, ...rows]), await measure.compute(rows));
            }),
          );
        });

      if (measure.subsetValue !== undefined)
        test("gives subsets the value that they have alone", async () => {
          const subset = arbitraryRows.chain((rows) => fc.tuple(fc.constant(rows), fc.subarray([...rows.keys()])));
          await fc.assert(
            fc.asyncProperty(subset, async ([rows, kept]) => {
              const alone = await measure.compute(kept.map((index) => rows[index] as DataRow));
              expect(measure.subsetValue?.(rows)(kept)).toBe(alone);
            }),
          );
        });
    },
  );
}
