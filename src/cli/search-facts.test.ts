import { expect, test } from "vitest";
import { searchFacts } from "./search-facts.ts";

const found = { filledCells: 12, coverage: 1, unscoredCells: 0, meanFitness: 0.52, successRate: 0.5 };

test("what is not known is in neither number, and told", () => {
  expect(searchFacts(found)).toEqual(["handled badly 50 %", "fitness 0.52"]);
  expect(searchFacts({ ...found, unscoredCells: 6 })).toEqual([
    "handled badly 50 %",
    "6 of 12 cells not known",
    "fitness 0.52",
  ]);
  expect(searchFacts({ ...found, unscoredCells: 12 })).toEqual(["12 of 12 cells not known"]);
  expect(searchFacts({ ...found, filledCells: 0 })).toEqual([]);
});
