import { expect, test } from "vitest";
import { archive, item } from "./archive-fixture.ts";
import { cellsInState, emptyCells } from "./cell-lists.ts";

const example = archive([
  item({ id: "strong", bins: [0, 0, 0], fitness: 1.5 }),
  item({ id: "weaker", bins: [0, 0, 1], fitness: 0.25 }),
  item({ id: "weak", bins: [0, 0, 1], fitness: 0.5 }),
  item({ id: "gone", bins: [1, 2, 1], fitness: 1.5, elite: false }),
]);

test("weak cells are told with their best item", () => {
  expect(cellsInState(example, "weak")).toEqual([
    { labels: ["k0", "s0", "w1"], best: expect.objectContaining({ id: "weak" }) },
  ]);
});

test("cells of which no item was scored are told apart from weak ones", () => {
  const items = [
    item({ id: "unread", bins: [0, 1, 0], fitness: 0, scored: false }),
    item({ id: "read", bins: [0, 2, 0], fitness: 0, correct: true }),
    item({ id: "unread too", bins: [0, 2, 0], fitness: 0, scored: false }),
  ];
  const ids = (state: "weak" | "unscored") => cellsInState(archive(items), state).map(({ best }) => best.id);
  expect([ids("weak"), ids("unscored")]).toEqual([["read"], ["unread"]]);
});

test("empty cells are told in the order of cells, as many as asked for", () => {
  expect(emptyCells(example, 100)).toHaveLength(2 * 3 * 2 - 2);
  expect(emptyCells(example, 3)).toEqual([
    ["k0", "s1", "w0"],
    ["k0", "s1", "w1"],
    ["k0", "s2", "w0"],
  ]);
  expect(emptyCells(example, 100).at(-1)).toEqual(["k1", "s2", "w1"]);
});
