import { describe, expect, test } from "vitest";
import { hostileTexts, sampleViewModel } from "../../../tests/fixtures/report/sample.ts";
import { displayWidth } from "../../core/terminal-text.ts";
import type { ComparisonView } from "../../report/view-model.ts";
import { drawComparisonTable } from "./comparison-table.ts";

const plain = { columns: 80, colour: false, unicode: true };
const comparison = (more: Partial<ComparisonView> = {}): ComparisonView => ({
  name: "Unseen wording",
  description: "",
  problems: 2000,
  before: { estimate: 0.172, low: 0.154, high: 0.19 },
  after: { estimate: 0.576, low: 0.557, high: 0.595 },
  difference: { estimate: 0.404, low: 0.384, high: 0.424 },
  paired: true,
  verdict: "better",
  ...more,
});

describe("drawComparisonTable", () => {
  test("one row a test set, with intervals and a sign", () => {
    const same = comparison({
      name: "In distribution",
      difference: { estimate: -0.0001, low: -0.013, high: 0.002 },
      verdict: "no clear change",
    });
    expect(drawComparisonTable([comparison(), same], plain)).toEqual([
      "right, in %       n  before            after             change",
      "Unseen        2,000  17.2 (15.4–19.0)  57.6 (55.7–59.5)  +40.4 (+38.4, +42.4)  +",
      "wording",
      "In            2,000  17.2 (15.4–19.0)  57.6 (55.7–59.5)  0.0 (−1.3, +0.2)      =",
      "distribution",
      "In brackets: 95 % intervals; n: problems; change in points: + better, = no clear",
      "change.",
    ]);
  });

  test("nothing to compare is no table", () => {
    expect(drawComparisonTable([], plain)).toEqual([]);
  });

  test("long names stand above their numbers, each row has its own n", () => {
    const few = comparison({
      name: "ordinary prompts, right answers, that nobody could tell apart",
      problems: 2,
      counted: "prompts",
      difference: { estimate: -0.5, low: -1, high: 0 },
      verdict: "too few to tell",
    });
    const cells = comparison({ problems: 47, counted: "cells" });
    expect(drawComparisonTable([few, cells], plain, "handled well, in %")).toEqual([
      "handled well, in %",
      "     n  before            after             change",
      "ordinary prompts, right answers, that nobody could tell apart",
      "     2  17.2 (15.4–19.0)  57.6 (55.7–59.5)  −50.0 (−100.0, 0.0)   ?",
      "Unseen wording",
      "    47  17.2 (15.4–19.0)  57.6 (55.7–59.5)  +40.4 (+38.4, +42.4)  +",
      "In brackets: 95 % intervals; n: prompts or cells; change in points: ? too few to",
      "tell, + better.",
    ]);
  });

  test("has a typographic minus, as the verdict and the page, and a hyphen where that cannot be shown", () => {
    const worse = comparison({ difference: { estimate: -0.02, low: -0.03, high: -0.01 }, verdict: "worse" });
    expect(drawComparisonTable([worse], plain)[1]).toMatch(/−2\.0 \(−3\.0, −1\.0\) +−$/u);
    const plainer = drawComparisonTable([worse], { ...plain, unicode: false }).join("");
    expect(plainer).toMatch(/-2\.0 \(-3\.0, -1\.0\) +-/u);
    expect(plainer).not.toContain("−");
  });

  test("stacks on a narrow terminal", () => {
    expect(drawComparisonTable([comparison({ verdict: "worse" })], { ...plain, columns: 40, unicode: false })).toEqual([
      "right, in %",
      "Unseen wording",
      "  n      2,000",
      "  before 17.2 (15.4-19.0)",
      "  after  57.6 (55.7-59.5)",
      "  change +40.4 (+38.4, +42.4)",
      "  worse",
      "In brackets: 95 % intervals; n:",
      "problems; change in points.",
    ]);
  });

  test("colours only where colours are allowed", () => {
    const coloured = drawComparisonTable([comparison({ verdict: "worse" })], { ...plain, colour: true }).join("\n");
    expect(coloured).toContain("\u001b[31m−\u001b[39m");
    expect(drawComparisonTable([comparison()], plain).join("")).not.toContain("\u001b");
  });

  test.each([40, 59, 80])("fits %i columns, whatever the names", (columns) => {
    const named = hostileTexts.map((name) => comparison({ name: name.slice(0, 200) }));
    const lines = drawComparisonTable([...sampleViewModel({ items: 1 }).comparisons, ...named], { ...plain, columns });
    expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
    expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
