import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aggregateArchive,
  countStates,
  initialView,
  type MapCell,
  roundsRemark,
  summarizeArchive,
} from "./aggregate-archive.ts";
import { archive, item } from "./archive-fixture.ts";
import { describeCell } from "./describe-cell.ts";
import { itemWords } from "./item-words.ts";

const example = archive([
  item({ id: "a", bins: [0, 1, 0], fitness: 0.5, correct: true }),
  item({ id: "b", bins: [0, 1, 1], fitness: 1.75 }),
  item({ id: "c", bins: [0, 1, 1], fitness: 1.25 }),
  item({ id: "d", bins: [1, 2, 0], fitness: 0.25, correct: true }),
  item({ id: "gone", bins: [1, 0, 0], elite: false }),
]);

describe("aggregateArchive", () => {
  test("the larger dimensions are shown first, the larger one as rows", () => {
    expect(initialView(example)).toEqual({ rowDimension: 1, columnDimension: 0, held: new Map() });
  });

  test("cells that differ in other dimensions only are taken together, best item first", () => {
    const map = aggregateArchive(example, initialView(example));
    expect(map.rows).toEqual(["s0", "s1", "s2"]);
    expect(map.columns).toEqual(["k0", "k1"]);
    const cell = map.cells[1]?.[0];
    expect(cell?.items.map(({ id }) => id)).toEqual(["b", "c", "a"]);
    expect(cell).toMatchObject({ state: "filled", failures: 2, bestFitness: 1.75 });
    expect(cell?.meanFitness).toBeCloseTo(3.5 / 3, 12);
    expect(cell).toMatchObject({ cells: 2, filledCells: 2 });
    expect(map.cells[2]?.[1]).toMatchObject({ cells: 2, filledCells: 1 });
    expect(countStates(map)).toEqual({ filled: 1, weak: 1, unscored: 0, empty: 4 });
    expect(map.cells[2]?.[1]).toMatchObject({ state: "weak", failures: 0 });
    expect(map.cells[0]?.[1]).toMatchObject({ state: "empty", items: [], bestFitness: Number.NaN });
  });

  test("a dimension held at a bin leaves only that bin's items", () => {
    const map = aggregateArchive(example, { rowDimension: 1, columnDimension: 0, held: new Map([[2, 0]]) });
    expect(map.cells[1]?.[0]?.items.map(({ id }) => id)).toEqual(["a"]);
    expect(map.cells[1]?.[0]?.state).toBe("weak");
  });

  test("an archive with one dimension or none has one column or one cell", () => {
    const line = { ...example, dimensions: example.dimensions.slice(0, 1) };
    const map = aggregateArchive(line, initialView(line));
    expect([map.rows, map.columns]).toEqual([["k0", "k1"], ["all"]]);
    expect(map.cells[0]?.[0]?.items.length).toBe(3);
    const point = { ...example, dimensions: [] };
    expect(aggregateArchive(point, initialView(point)).cells[0]?.[0]?.items.length).toBe(4);
  });

  test("every elite inside the bins is in exactly one cell", () => {
    const bin = fc.integer({ min: -1, max: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(bin, bin, bin, fc.boolean())), fc.constantFrom(0, 1, 2), (rows, other) => {
        const items = rows.map(([a, b, c, elite], index) => item({ id: String(index), bins: [a, b, c], elite }));
        const [rowDimension, columnDimension] = [0, 1, 2].filter((dimension) => dimension !== other);
        const map = aggregateArchive(archive(items), { rowDimension, columnDimension, held: new Map() });
        const shown = map.cells.flat().flatMap((cell) => cell.items.map(({ id }) => id));
        const sizes = [2, 3, 2];
        const inside = items.filter(
          ({ bins, elite }) =>
            elite &&
            [rowDimension, columnDimension].every((dimension = 0) => {
              const value = bins[dimension] ?? -1;
              return value >= 0 && value < (sizes[dimension] ?? 0);
            }),
        );
        expect(shown.sort()).toEqual(inside.map(({ id }) => id).sort());
      }),
    );
  });
});

test("what was not scored is neither weak nor part of a mean or a share", () => {
  const unread = { fitness: 0, correct: true, scored: false } as const;
  const mixed = archive([
    item({ id: "unread", bins: [0, 0, 0], ...unread }),
    item({ id: "none", bins: [0, 1, 0], fitness: 0, correct: true }),
    item({ id: "unread too", bins: [0, 1, 0], ...unread }),
    item({ id: "fails", bins: [0, 1, 1], fitness: 2 }),
  ]);
  const [alone, together] = aggregateArchive(mixed, initialView(mixed)).cells.map(([first]) => first);
  expect(alone).toMatchObject({ state: "unscored", scored: 0, bestFitness: Number.NaN, meanFitness: Number.NaN });
  expect(together).toMatchObject({ state: "filled", scored: 2, failures: 1, bestFitness: 2, meanFitness: 1 });
  expect(together?.items.map(({ id }) => id)).toEqual(["fails", "none", "unread too"]);
  expect(summarizeArchive(mixed)).toMatchObject({ filled: 1, weak: 1, unscored: 1, empty: 9, scored: 2, failures: 1 });
  const map = aggregateArchive(mixed, initialView(mixed));
  const words = itemWords({ kind: "prompts" });
  expect(describeCell(alone as MapCell, map, words)).toBe("s0, k0: not scored, 1 prompt");
  expect(describeCell(together as MapCell, map, words)).toContain(
    "3 prompts, 1 handled badly, 1 not scored, best fitness",
  );
});

test("summarizeArchive counts the archive's own cells", () => {
  const counted = { cells: 12, unscored: 0 };
  expect(summarizeArchive(example)).toEqual({
    ...counted,
    filled: 1,
    weak: 2,
    empty: 9,
    elites: 4,
    scored: 4,
    failures: 2,
  });
  expect(summarizeArchive(archive([]))).toEqual({
    ...counted,
    filled: 0,
    weak: 0,
    empty: 12,
    elites: 0,
    scored: 0,
    failures: 0,
  });
});

test("an archive of several rounds says against which models its problems were found", () => {
  expect(roundsRemark(3)).toContain("3 rounds together: each problem was found against the model of any round");
});
