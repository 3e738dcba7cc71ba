import { expect, test } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { callCountArmNames } from "./arms.ts";
import { alikeText, lostByCell, lostBySeed } from "./claims.ts";
import type { CallCountResult, CallCountSeed } from "./seed-run.ts";

const resultOf = (success: string, entered: readonly number[] = [1]): CallCountResult =>
  ({
    success,
    entered,
    trueSuccess: [...success].filter((fails) => fails === "1").length / success.length,
  }) as unknown as CallCountResult;

/** All ways of asking decide as the paper does, but for one. */
function seedOf(paper: string, drawn: string): CallCountSeed {
  const all = Object.fromEntries(callCountArmNames.map((name) => [name, resultOf(paper)]));
  return { ...(all as unknown as CallCountSeed), drawn: resultOf(drawn, paper === drawn ? [1] : [2]) };
}

test("what is lost by cell is known as surely as landscapes are many, not cells", () => {
  const seeds = [
    seedOf("1111100000", "1111111111"),
    seedOf("1111100000", "0000000000"),
    seedOf("1111100000", "1111100000"),
  ];
  // Differences by landscape are .5, -.5 and 0: the thirty cells say nothing more.
  const byCell = lostByCell(seeds, "drawn");
  expect(byCell.estimate).toBeCloseTo(0, 12);
  expect(byCell.high).toBeCloseTo(4.302653 * Math.sqrt(0.25 / 3), 5);
  // Of landscapes of one size it is the interval by seed.
  const bySeed = lostBySeed(seeds, "drawn");
  expect([byCell.low, byCell.high]).toEqual([expect.closeTo(bySeed.low, 5), expect.closeTo(bySeed.high, 5)]);
});

test("covers no difference in 95 % of runs of five landscapes that differ among themselves", () => {
  const random = new RandomStream(5, ["lost by cell"]);
  const runs = 600;
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const seeds = Array.from({ length: 5 }, () => {
      // Either way of asking has some luck of its own on a landscape: no difference in the mean.
      const [own, other] = [0.3 + 0.05 * random.normal(), 0.3 + 0.05 * random.normal()];
      const draw = (rate: number) => Array.from({ length: 100 }, () => Number(random.uniform() < rate)).join("");
      return seedOf(draw(own), draw(other));
    });
    const { low, high } = lostByCell(seeds, "drawn");
    covered += Number(low <= 0 && 0 <= high);
  }
  // Four standard errors of a share of .95.
  expect(Math.abs(covered / runs - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / runs));
});

test("archives that are the same are so by construction where the votes are", () => {
  const same = [seedOf("10", "10"), seedOf("01", "01")];
  expect(alikeText(same, "drawn")).toBe("the same archive in 2 of 2 seeds: by construction");
  expect(alikeText([seedOf("10", "01"), ...same], "drawn")).toContain("2 of 3 seeds");
  expect(alikeText(same, "two-pairs")).toBe("the same archive in 2 of 2 seeds");
});
