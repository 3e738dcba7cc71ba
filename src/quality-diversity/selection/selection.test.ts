import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { addStatus } from "../archives/archive.ts";
import { gridArchive } from "../archives/grid-archive.ts";
import { curiositySelection } from "./curiosity-selection.ts";
import { drawIndices } from "./draw.ts";
import { fitnessProportionalSelection } from "./fitness-proportional-selection.ts";
import { fixedParentsSelection } from "./fixed-parents-selection.ts";
import { lowFitnessTargets } from "./low-fitness-target.ts";
import type { ParentSelection } from "./parent-selection.ts";
import { uniformSelection } from "./uniform-selection.ts";

const draws = 20_000;
/** Five standard errors of a share of that many draws, at most. */
const tolerance = 5 * Math.sqrt(0.25 / draws);

/** Cell 1 holds a (fitness 3) and b (1), cell 4 holds c (2); cells 0, 2 and 3 are empty. */
function smallArchive() {
  const archive = gridArchive<string>({ axes: [{ bins: 5, low: 0, high: 5 }], elitesPerCell: 2 });
  archive.add({ solution: "c", fitness: 2, descriptor: [4.5] });
  archive.add({ solution: "b", fitness: 1, descriptor: [1.5] });
  archive.add({ solution: "a", fitness: 3, descriptor: [1.5] });
  return archive;
}

function shares(values: Iterable<string | number>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1 / draws;
  return counts;
}

function expectShares(actual: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, share] of Object.entries(expected)) {
    expect(Math.abs((actual[name] as number) - share), name).toBeLessThan(tolerance);
  }
}

const solutionsOf = (selection: ParentSelection<string>) =>
  selection.select(smallArchive(), draws, new RandomStream(11)).map(({ solution }) => solution);

describe("drawing by weight", () => {
  test("draws in proportion, never what has no weight", () => {
    const drawn = drawIndices([0, 1, 0, 3, 0], draws, new RandomStream(1));
    expectShares(shares(drawn), { 1: 0.25, 3: 0.75 });
  });

  test("draws uniformly where nothing has weight", () => {
    expectShares(shares(drawIndices([0, 0, 0, 0], draws, new RandomStream(2))), { 0: 0.25, 1: 0.25, 2: 0.25, 3: 0.25 });
  });

  test("stays inside at both ends of the unit interval", () => {
    const fixed = (uniform: number) => ({ uniform: () => uniform }) as unknown as RandomStream;
    expect([...drawIndices([0, 2, 0], 1, fixed(0))]).toEqual([1]);
    expect([...drawIndices([0, 0.1, 0.2, 0], 1, fixed(1))]).toEqual([2]);
  });

  test.each([[[]], [[1, -1]], [[NaN]], [[Infinity]], [[1e308, 1e308]]])("refuses the weights %j", (weights) => {
    expect(() => drawIndices(weights, 1, new RandomStream(0))).toThrow(InvalidArgumentError);
  });
});

describe("uniform", () => {
  test("a cell first, then one of its elites", () => {
    expectShares(shares(solutionsOf(uniformSelection())), { a: 0.25, b: 0.25, c: 0.5 });
  });

  test("says where the parent is from", () => {
    for (const { solution, cell } of uniformSelection<string>().select(smallArchive(), 20, new RandomStream(0))) {
      expect(cell).toBe(solution === "c" ? 4 : 1);
    }
  });
});

describe("proportional to fitness", () => {
  test("by fitness above zero", () => {
    expectShares(shares(solutionsOf(fitnessProportionalSelection())), { a: 3 / 6, b: 1 / 6, c: 2 / 6 });
  });

  test("by fitness above a bound; at or below it never", () => {
    expectShares(shares(solutionsOf(fitnessProportionalSelection({ lowerBound: 1.5 }))), { a: 0.75, c: 0.25 });
  });

  test("uniformly where no elite is above the bound", () => {
    const third = 1 / 3;
    expectShares(shares(solutionsOf(fitnessProportionalSelection({ lowerBound: 9 }))), {
      a: third,
      b: third,
      c: third,
    });
  });
});

describe("curiosity", () => {
  const { rejected, improved, discovered } = addStatus;

  test("parents gain 1 by a child that enters, lose 1/2 by one that does not, and never fall below 0", () => {
    const selection = curiositySelection<string>({ cells: 5, elitesPerCell: 2 });
    selection.observe([
      { parentCell: 1, childCell: 4, status: improved },
      { parentCell: 1, childCell: 4, status: improved },
      { parentCell: 1, childCell: 1, status: rejected },
      { parentCell: 4, childCell: 4, status: rejected },
      { parentCell: undefined, childCell: 3, status: discovered },
    ]);
    expect(selection.scores()).toEqual([0, 1.5, 0, 0, 0]);
  });

  test("draws cells by score plus the least weight", () => {
    const scores = [7, 1.5, 7, 7, 0];
    const selection = curiositySelection<string>({ cells: 5, elitesPerCell: 2, leastWeight: 0.5, scores });
    expectShares(shares(solutionsOf(selection)), { a: 0.4, b: 0.4, c: 0.2 });
  });

  test("with one elite a cell, whoever replaces an elite starts anew, even its own parent", () => {
    const selection = curiositySelection<string>({ cells: 3, scores: [2, 2, 2] });
    selection.observe([
      { parentCell: 0, childCell: 0, status: improved },
      { parentCell: 1, childCell: 2, status: improved },
    ]);
    expect(selection.scores()).toEqual([0, 3, 0]);
  });

  test("refuses scores of another archive", () => {
    expect(() => curiositySelection({ cells: 3, scores: [1] })).toThrow(InvalidArgumentError);
    expect(() => curiositySelection({ cells: 3, leastWeight: 0 })).toThrow(InvalidArgumentError);
  });
});

test("fixed parents are drawn uniformly, whatever the archive holds", () => {
  const selection = fixedParentsSelection(["s", "t"]);
  expectShares(shares(solutionsOf(selection)), { s: 0.5, t: 0.5 });
  const empty = gridArchive<string>({ axes: [{ bins: 5, low: 0, high: 5 }] });
  const [parent] = selection.select(empty, 1, new RandomStream(0));
  expect(parent?.cell).toBeUndefined();
  expect(() => fixedParentsSelection([])).toThrow(InvalidArgumentError);
});

describe("cells to aim at", () => {
  test("proportional to exp(-F / temperature), empty cells counted as of fitness 0", () => {
    const temperature = 2;
    const weights = [0, 3, 0, 0, 2].map((fitness) => Math.exp(-fitness / temperature));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const targets = lowFitnessTargets(smallArchive(), draws, new RandomStream(5), { temperature });
    expectShares(shares(targets), Object.fromEntries(weights.map((weight, cell) => [cell, weight / total])));
  });

  test("does not overflow where fitness is large against the temperature", () => {
    const targets = lowFitnessTargets(smallArchive(), 200, new RandomStream(5), {
      temperature: 1e-3,
      emptyFitness: 1e6,
    });
    expect(new Set(targets)).toEqual(new Set([4]));
  });

  test("refuses a temperature that is not above 0", () => {
    const refused = () => lowFitnessTargets(smallArchive(), 1, new RandomStream(0), { temperature: 0 });
    expect(refused).toThrow(InvalidArgumentError);
  });
});

test.each([
  ["uniform", uniformSelection<string>()],
  ["proportional", fitnessProportionalSelection<string>()],
  ["curiosity", curiositySelection<string>({ cells: 5 })],
])("%s selection: an empty archive is an error that says what to do", (_name, selection) => {
  const empty = gridArchive<string>({ axes: [{ bins: 5, low: 0, high: 5 }] });
  expect(() => selection.select(empty, 1, new RandomStream(0))).toThrow(/add evaluated seeds first/);
});
