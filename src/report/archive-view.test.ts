import { expect, test } from "vitest";
import { type Doubling, doubling } from "../../tests/fixtures/doubling/domain.ts";
import type { StoredFound } from "../closed-loop/found-problem.ts";
import { archiveView } from "./archive-view.ts";

interface Described {
  readonly id: string;
  readonly number: number;
  readonly fitness: number;
  readonly parentId?: string;
  readonly status?: number;
}

function entry({ id, number, fitness, parentId, status = 1 }: Described): StoredFound<Doubling> {
  return {
    id,
    parentId,
    problem: { number },
    mutation: parentId === undefined ? "seed" : "1",
    answer: "0",
    correct: fitness < 1,
    iteration: 0,
    cell: 2 * Math.floor(number / 10) + (number % 2),
    fitness,
    status,
    descriptor: [Math.floor(number / 10), number % 2],
  };
}

const view = (elitesPerCell: number, ...rounds: Described[][]) =>
  archiveView(
    doubling.task,
    elitesPerCell,
    rounds.map((round) => round.map(entry)),
  );

test("elites, and the ancestors that led to them, in the order in which they were found", () => {
  const { items, dimensions, weakBelow } = view(1, [
    { id: "seed", number: 2, fitness: 0.4, status: 2 },
    { id: "useless", number: 4, fitness: 0.1, status: 0 },
    { id: "child", number: 13, fitness: 1.2, parentId: "seed", status: 2 },
    { id: "better", number: 6, fitness: 0.8, parentId: "child" },
    { id: "best", number: 17, fitness: 1.9, parentId: "better" },
  ]);
  // In its cell "seed" lost to "better", and "child" to "best"; both are ancestors of "best".
  expect(items.map(({ id, elite, parentId }) => [id, elite, parentId])).toEqual([
    ["seed", false, undefined],
    ["child", false, "seed"],
    ["better", true, "child"],
    ["best", true, "better"],
  ]);
  expect(dimensions).toEqual(doubling.task.descriptors.map(({ name, bins }) => ({ name, bins })));
  expect(weakBelow).toBe(1);
});

test("an item has all that the page shows", () => {
  const { items } = view(1, [{ id: "seed", number: 13, fitness: 1.5, status: 2 }]);
  expect(items).toEqual([
    {
      id: "seed",
      bins: [1, 1],
      problem: "13*2?",
      modelAnswer: "0",
      rightAnswer: "26",
      correct: false,
      fitness: 1.5,
      iteration: 0,
      mutation: "seed",
      elite: true,
    },
  ]);
});

test("a rejected entry is shown where it is an ancestor, and is no elite", () => {
  const { items } = view(1, [
    { id: "elite", number: 1, fitness: 1.5, status: 2 },
    { id: "rejected", number: 3, fitness: 1.1, status: 0 },
    { id: "child", number: 14, fitness: 1.2, parentId: "rejected", status: 2 },
  ]);
  expect(items.map(({ id, elite }) => [id, elite])).toEqual([
    ["elite", true],
    ["rejected", false],
    ["child", true],
  ]);
});

test("rounds are put into one archive: each cell's best of all rounds, and it says of how many", () => {
  const { items, rounds } = view(
    2,
    [
      { id: "round 1/a", number: 1, fitness: 1.5, status: 2 },
      { id: "round 1/b", number: 3, fitness: 1.1 },
    ],
    [
      { id: "round 2/a", number: 5, fitness: 1.3, status: 2 },
      { id: "round 2/b", number: 20, fitness: 0.2, status: 2 },
    ],
  );
  expect(items.filter(({ elite }) => elite).map(({ id }) => id)).toEqual(["round 1/a", "round 2/a", "round 2/b"]);
  expect(rounds).toBe(2);
  expect(view(2, [{ id: "round 1/a", number: 1, fitness: 1.5, status: 2 }], []).rounds).toBeUndefined();
});

test("a lineage that leaves the entries, or goes round in them, ends", () => {
  const { items } = view(1, [
    { id: "a", number: 1, fitness: 1.5, parentId: "b", status: 2 },
    { id: "b", number: 12, fitness: 1.5, parentId: "a", status: 2 },
    { id: "c", number: 25, fitness: 1.5, parentId: "missing", status: 2 },
  ]);
  expect(items.map(({ id }) => id)).toEqual(["a", "b", "c"]);
});
