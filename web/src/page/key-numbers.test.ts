import { describe, expect, test } from "vitest";
import { emptyViewModel, sampleViewModel, unfinishedViewModel } from "../../../tests/fixtures/report/sample.ts";
import { keyNumbers, totalCost } from "./key-numbers.ts";

describe("keyNumbers", () => {
  test("counts verdicts, and names the largest gain and loss with their intervals", () => {
    const numbers = keyNumbers(sampleViewModel({ items: 100 }));
    expect(numbers.map(({ label }) => label)).toEqual([
      "Tests better",
      "Largest gain",
      "Largest loss (not clear)",
      "Failures kept",
      "Archive coverage",
      "Time",
    ]);
    expect(numbers[0]).toMatchObject({ value: "5 of 6", detail: "none worse" });
    expect(numbers[1]).toEqual({
      label: "Largest gain",
      value: "+40.4 points",
      detail: "Unseen wording",
      interval: "[+38.4, +42.4]",
    });
    expect(numbers[2]).toMatchObject({ value: "−1.1 points", detail: "In distribution" });
    expect(numbers[5]).toMatchObject({ value: "2 min 09 s", detail: "26,000 evaluations of the model" });
  });

  test("a clear loss is called one, a single test is named once", () => {
    const sample = sampleViewModel({ items: 0 });
    const comparisons = sample.comparisons
      .slice(0, 2)
      .map((comparison, index) => (index === 0 ? { ...comparison, verdict: "worse" as const } : comparison));
    expect(keyNumbers({ ...sample, comparisons })[0]).toMatchObject({ value: "1 of 2", detail: "1 worse" });
    expect(keyNumbers({ ...sample, comparisons })[2]?.label).toBe("Largest loss");
    const single = keyNumbers({ ...sample, comparisons: comparisons.slice(0, 1) }).map(({ label }) => label);
    expect(single).toEqual(["Tests better", "Best change", "Failures kept", "Archive coverage", "Time"]);
  });

  test("of too few the largest change is not told, and their number is", () => {
    const sample = sampleViewModel({ items: 0 });
    const few = sample.comparisons.map((each) => ({ ...each, verdict: "too few to tell" as const }));
    const [first, ...others] = keyNumbers({ ...sample, comparisons: few });
    expect(first).toMatchObject({ value: "0 of 6", detail: "none worse, 6 too few to tell" });
    expect(others.map(({ label }) => label)).toEqual(["Failures kept", "Archive coverage", "Time"]);
  });

  test("what is not known is left out of what is handled badly, and told", () => {
    const sample = sampleViewModel({ items: 60 });
    const archive = sample.archive ?? expect.fail("no archive");
    const items = archive.items.map((item, index) => (index % 3 === 0 ? { ...item, scored: false as const } : item));
    const kept = items.filter(({ elite }) => elite);
    const known = kept.filter(({ scored }) => scored !== false);
    const told = keyNumbers({ ...sample, comparisons: [], archive: { ...archive, items, kind: "prompts" } });
    expect(told[0]).toEqual({
      label: "Handled badly",
      value: `${known.filter(({ correct }) => !correct).length} of ${known.length}`,
      detail: `prompts of the archive, by the search's judge; ${kept.length - known.length} more are not known`,
    });
  });

  test("phases that have not happened have no numbers", () => {
    expect(keyNumbers(unfinishedViewModel()).map(({ label }) => label)).toEqual([
      "Failures kept",
      "Archive coverage",
      "Time",
    ]);
    expect(keyNumbers(emptyViewModel())).toEqual([]);
  });

  test("totalCost adds up the phases", () => {
    const phase = { phase: "x", seconds: 1.5, evaluations: 2, tokens: 3 };
    expect(totalCost([phase, phase])).toEqual({ seconds: 3, evaluations: 4, tokens: 6 });
  });
});
