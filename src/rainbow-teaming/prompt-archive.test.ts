import fc from "fast-check";
import { expect, test } from "vitest";
import { addStatus } from "../quality-diversity/archives/archive.ts";
import { type EvaluatedPrompt, noCalls } from "./evaluated-prompt.ts";
import { PromptArchive } from "./prompt-archive.ts";

const descriptors = [
  { kind: "labels", name: "a", labels: ["x", "y", "z"] },
  { kind: "labels", name: "b", labels: ["x", "y"] },
] as unknown as ConstructorParameters<typeof PromptArchive>[0]["descriptors"];

function prompt(iteration: number, bins: readonly [number, number]): EvaluatedPrompt {
  return {
    id: `search/${iteration}`,
    parentId: undefined,
    parentText: undefined,
    iteration,
    text: `text ${iteration}`,
    bins,
    steps: [],
    similarity: 0,
    response: "",
    cell: bins[0] * 2 + bins[1],
    fitness: 0.5,
    status: addStatus.improved,
    votes: undefined,
    incumbentId: undefined,
    calls: noCalls,
  };
}

test("what is not scored is left out of fitness and success alike, and counted", () => {
  const archive = new PromptArchive({ descriptors, replacement: "score" });
  expect(archive.statistics(0.5)).toMatchObject({ unscoredCells: 0, meanFitness: 0, successRate: 0 });
  archive.add(prompt(1, [0, 0]));
  archive.add({ ...prompt(2, [1, 0]), fitness: 0.2 });
  for (const bin of [0, 1, 2]) archive.add({ ...prompt(3 + bin, [bin, 1]), fitness: 0, scored: false });
  const { meanFitness, ...told } = archive.statistics(0.5);
  expect(told).toEqual({ filledCells: 5, coverage: 5 / 6, unscoredCells: 3, successRate: 0.5 });
  expect(meanFitness).toBeCloseTo(0.35, 12);
});

test("a spread of prompts is what a list of all gives at equal distances", () => {
  const bins = fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 1 }));
  fc.assert(
    fc.property(fc.array(bins, { maxLength: 40 }), fc.integer({ min: 1, max: 45 }), (places, count) => {
      const archive = new PromptArchive({ descriptors, replacement: "score", elitesPerCell: 5 });
      for (const [index, place] of places.entries()) archive.add(prompt(index + 1, place));
      const all = archive.prompts();
      const expected =
        all.length <= count
          ? all
          : Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]);
      expect(archive.spread(count)).toEqual(expected);
    }),
  );
});
