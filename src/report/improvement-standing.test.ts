import { describe, expect, test } from "vitest";
import type { ImprovementComparison } from "./improvement-comparisons.ts";
import { improvementStanding } from "./improvement-standing.ts";
import type { ComparisonView } from "./view-model.ts";

const row = (
  part: ImprovementComparison["part"],
  verdict: ComparisonView["verdict"],
  low: number,
): ImprovementComparison => {
  const interval = { estimate: low, low, high: low };
  const view = {
    name: part,
    description: "",
    problems: 100,
    before: interval,
    after: interval,
    difference: interval,
    paired: true,
    verdict,
  };
  return { part, independent: true, view };
};
const measured = {
  heldOut: [row("held-out archives", "better", 0.1)],
  renewed: [row("renewed attack", "better", 0.1)],
  ordinary: [row("ordinary", "no clear change", -0.001)],
  isChecked: true,
  isSilent: false,
};

describe("an improvement in a word", () => {
  test("better is a clear gain everywhere, with ordinary ability kept", () => {
    expect(improvementStanding(measured)).toMatchObject({ verdictTone: "good", standing: { word: "Better" } });
  });

  test.each([
    ["no renewed attack was measured", { renewed: [] }],
    ["renewed attack: no clear change", { renewed: [row("renewed attack", "no clear change", -0.1)] }],
    ["ordinary: worse", { ordinary: [row("ordinary", "worse", -0.1)] }],
    ["ordinary ability was not measured", { ordinary: [] }],
    ["no judge took part", { isChecked: false }],
  ] as const)("mixed, as %s", (why, change) => {
    const { verdictTone, standing } = improvementStanding({ ...measured, ...change });
    expect([verdictTone, standing.word]).toEqual(["mixed", "Mixed"]);
    expect(standing.explanation).toContain(why);
  });
});
