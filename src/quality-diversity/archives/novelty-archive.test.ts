import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { uniformSelection } from "../selection/uniform-selection.ts";
import { addStatus } from "./archive.ts";
import { NeighbourIndex } from "./neighbour-index.ts";
import { NoveltyArchive, restoreNoveltyArchive } from "./novelty-archive.ts";
import { serializeArchive } from "./serialization.ts";

const entry = (solution: string, fitness: number, ...descriptor: number[]) => ({ solution, fitness, descriptor });

test("neighbours are those of sorting all by distance, of equally near ones the first", () => {
  const point = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }));
  fc.assert(
    fc.property(fc.array(point, { maxLength: 30 }), point, fc.integer({ min: 1, max: 6 }), (points, target, count) => {
      const index = new NeighbourIndex(2);
      for (const [row, one] of points.entries()) index.set(row, one);
      const distances = points.map(([x, y], row) => ({
        row,
        distance: Math.sqrt((x - target[0]) ** 2 + (y - target[1]) ** 2),
      }));
      expect(index.nearest(target, count)).toEqual(distances.sort((a, b) => a.distance - b.distance).slice(0, count));
    }),
  );
});

describe("novelty", () => {
  test("is the mean distance to the nearest elites, and enough of it makes a cell", () => {
    const archive = new NoveltyArchive<string>({ dimensions: 1, threshold: 2, neighbours: 2 });
    expect(archive.novelty([0])).toBe(Infinity);
    expect(archive.add(entry("a", 5, 0))).toEqual({ status: addStatus.discovered, value: 5, cell: 0 });
    expect(archive.add(entry("b", 5, 10))).toEqual({ status: addStatus.discovered, value: 5, cell: 1 });
    expect(archive.novelty([1])).toBe(5);
    // Near to a, but the mean with b is above the threshold.
    expect(archive.add(entry("c", 1, 1)).status).toBe(addStatus.discovered);
    expect(archive.novelty([0.5])).toBe(0.5);
  });

  test("what is not novel competes with the nearest, which moves", () => {
    const archive = new NoveltyArchive<string>({ dimensions: 1, threshold: 2, neighbours: 1 });
    archive.add(entry("a", 5, 0));
    expect(archive.add(entry("b", 5, 1))).toEqual({ status: addStatus.rejected, value: 0, cell: 0 });
    expect(archive.add(entry("c", 7, 1))).toEqual({ status: addStatus.improved, value: 2, cell: 0 });
    expect(archive.elites()).toEqual([{ ...entry("c", 7, 1), cell: 0, rank: 0 }]);
    expect(archive.add(entry("d", 0, -1)).status).toBe(addStatus.discovered);
  });

  test("without competition nothing is replaced", () => {
    const archive = new NoveltyArchive<string>({ dimensions: 1, threshold: 2, neighbours: 1, competition: false });
    archive.add(entry("a", 5, 0));
    expect(archive.add(entry("b", 9, 1))).toEqual({ status: addStatus.rejected, value: 0, cell: 0 });
  });

  test("a batch is judged against the archive before it, and enters one by one", () => {
    const archive = new NoveltyArchive<string>({ dimensions: 1, threshold: 2, neighbours: 1 });
    const result = archive.addBatch({
      solutions: ["a", "b", "c"],
      fitness: Float64Array.of(1, 2, 3),
      descriptors: Float64Array.of(0, 1, 5),
    });
    expect(Array.from(result.statuses)).toEqual([2, 2, 2]);
    expect(Array.from(result.cells)).toEqual([0, 0, 1]);
    expect(archive.elites().map(({ solution }) => solution)).toEqual(["b", "c"]);
  });

  test("an archive without elites is near to nothing", () => {
    const archive = new NoveltyArchive<string>({ dimensions: 1, threshold: 2 });
    expect(() => archive.cellOf([0])).toThrow(InvalidArgumentError);
  });

  test("parents can be selected from it", () => {
    const archive = new NoveltyArchive<string>({ dimensions: 1, threshold: 1, neighbours: 1 });
    archive.add(entry("a", 1, 0));
    archive.add(entry("b", 1, 5));
    const parents = uniformSelection<string>().select(archive, 50, new RandomStream(0));
    expect(new Set(parents.map(({ solution }) => solution))).toEqual(new Set(["a", "b"]));
  });

  test.each([{ threshold: -1 }, { threshold: Number.NaN }, { neighbours: 0 }, { dimensions: 0 }])(
    "refuses %j",
    (options) => {
      expect(() => new NoveltyArchive({ dimensions: 1, threshold: 1, ...options })).toThrow(InvalidArgumentError);
    },
  );

  test("JSON of another archive is not restored", () => {
    const options = { dimensions: 1, threshold: 1 };
    const archive = new NoveltyArchive<string>(options);
    archive.add(entry("a", 1, 0));
    const json = serializeArchive(archive);
    expect(restoreNoveltyArchive(options, json, String).elites()).toEqual(archive.elites());
    expect(() => restoreNoveltyArchive({ ...options, dimensions: 2 }, json, String)).toThrow(CorruptFileError);
  });
});
