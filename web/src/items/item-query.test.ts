import { expect, test } from "vitest";
import { archive, item } from "../archive/archive-fixture.ts";
import { childrenOf, othersOfCell } from "./item-neighbours.ts";
import { chosenItems, type ItemQuery, wholeArchive } from "./item-query.ts";
import { searchTexts } from "./search-texts.ts";

const { items, dimensions } = archive([
  item({ id: "a", bins: [0, 1, 0], fitness: 0.5, correct: true, problem: "Where is Oslo?", iteration: 1 }),
  item({ id: "b", bins: [0, 1, 1], fitness: 1.75, parentId: "a", modelAnswer: "In NORWAY", iteration: 2 }),
  item({ id: "c", bins: [0, 1, 1], fitness: 1.25, parentId: "b", iteration: 3, review: "rejected" }),
  item({ id: "d", bins: [0, 1, 1], fitness: 1.5, parentId: "b", iteration: 4 }),
  item({ id: "gone", bins: [1, 0, 0], elite: false, problem: "Where is Oslo?" }),
]);
const ids = (query: Partial<ItemQuery>) => chosenItems(items, { ...wholeArchive, ...query }).map(({ id }) => id);

test("items are chosen by outcome and labels, and ordered", () => {
  expect(ids({})).toEqual(["b", "d", "c", "a"]);
  expect(ids({ order: "least fit first" })).toEqual(["a", "c", "d", "b"]);
  expect(ids({ order: "newest first" })).toEqual(["d", "c", "b", "a"]);
  expect(ids({ order: "oldest first", outcome: "failing" })).toEqual(["b", "c", "d"]);
  expect(ids({ outcome: "not failing" })).toEqual(["a"]);
  expect(ids({ bins: new Map([[2, 0]]) })).toEqual(["a"]);
  expect(ids({ review: "rejected" })).toEqual(["c"]);
  expect(ids({ review: "not reviewed" })).toEqual(["b", "d", "a"]);
});

test("what is not known is neither handled well nor badly, and comes last by fitness", () => {
  const unread = item({ id: "unread", bins: [0, 1, 1], fitness: 0, correct: true, scored: false });
  const chosen = (query: Partial<ItemQuery>) =>
    chosenItems([unread, ...items], { ...wholeArchive, ...query }).map(({ id }) => id);
  expect(chosen({ outcome: "not known" })).toEqual(["unread"]);
  expect(chosen({ outcome: "not failing" })).toEqual(["a"]);
  expect([chosen({}).at(-1), chosen({ order: "least fit first" }).at(-1)]).toEqual(["unread", "unread"]);
});

function found(text: string, hides: (id: string) => boolean = () => false): string[] {
  return [...searchTexts(items, { text, dimensions, hides })].at(-1)?.found.map(({ id }) => id) ?? [];
}

test("texts, labels and names are searched in any case of letters", () => {
  expect(found("oslo")).toEqual(["a", "gone"]);
  expect(found("norway")).toEqual(["b"]);
  expect(found("W1")).toEqual(["b", "c", "d"]);
  expect(found("GONE")).toEqual(["gone"]);
  expect(found("nowhere")).toEqual([]);
});

test("what is hidden is not searched, its labels are", () => {
  expect(found("oslo", (id) => id === "a")).toEqual(["gone"]);
  expect(found("w1", () => true)).toEqual(["b", "c", "d"]);
});

test("a long search pauses for the page to draw", () => {
  let time = 0;
  const search = searchTexts(items, { text: "oslo", dimensions, hides: () => false }, () => (time += 20));
  expect([...search].map(({ searched }) => searched)).toEqual([1, 2, 3, 4, 5, 5]);
});

test("an item's neighbours are those of its cell, and its children", () => {
  const b = items[1] ?? expect.fail();
  expect(othersOfCell(b, items).map(({ id }) => id)).toEqual(["d", "c"]);
  expect(childrenOf(b, items).map(({ id }) => id)).toEqual(["c", "d"]);
});
