import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { SlidingBoundariesArchive } from "./sliding-boundaries-archive.ts";
import { restoreSlidingArchive, serializeSlidingArchive } from "./sliding-serialization.ts";

const axes = [{ name: "size", bins: 4, low: 0, high: 8 }];
const entry = (solution: number, fitness: number, ...descriptor: number[]) => ({ solution, fitness, descriptor });

/** The rules in the plainest words: everything is sorted anew whenever boundaries move. */
class PlainModel {
  entries: { number: number; fitness: number; x: number }[] = [];
  all: { number: number; fitness: number; x: number }[] = [];
  boundaries = [0, 2, 4, 6, 8];

  add(fitness: number, x: number, settings: { remapEvery: number; recent: number; capacity: number }): void {
    const one = { number: this.all.length, fitness, x };
    this.all.push(one);
    const offered = [...this.entries, one];
    if (this.all.length % settings.remapEvery === 0) {
      const recent = this.all.slice(-settings.recent);
      const values = recent.map((other) => other.x).sort((a, b) => a - b);
      this.boundaries = [0, 1, 2, 3, 4].map(
        (bin) => values[Math.min(values.length - 1, Math.floor((bin * values.length) / 4))] as number,
      );
      offered.push(...recent.filter((other) => !offered.includes(other)));
    }
    this.entries = [0, 1, 2, 3].flatMap((bin) =>
      offered
        .filter((other) => this.binOf(other.x) === bin)
        .sort((a, b) => b.fitness - a.fitness || a.number - b.number)
        .slice(0, settings.capacity),
    );
  }

  binOf(x: number): number {
    return Math.max(
      0,
      this.boundaries.slice(0, 4).findLastIndex((boundary) => boundary < x + 1e-6),
    );
  }
}

describe("sliding boundaries", () => {
  test("any history of single adds ends as in the plainest model, ties included", () => {
    fc.assert(
      fc.property(
        fc.record({
          remapEvery: fc.integer({ min: 1, max: 6 }),
          recent: fc.integer({ min: 1, max: 8 }),
          capacity: fc.integer({ min: 1, max: 3 }),
        }),
        fc.array(fc.record({ fitness: fc.integer({ min: 0, max: 3 }), x: fc.integer({ min: -1, max: 12 }) }), {
          maxLength: 30,
        }),
        ({ capacity, ...settings }, offers) => {
          const archive = new SlidingBoundariesArchive<number>({ axes, ...settings, elitesPerCell: capacity });
          const model = new PlainModel();
          for (const [number, { fitness, x }] of offers.entries()) {
            archive.add(entry(number, fitness, x));
            model.add(fitness, x, { ...settings, capacity });
            expect(archive.boundaries).toEqual([model.boundaries]);
            expect(archive.elites().map(({ solution, cell }) => [solution, cell])).toEqual(
              model.entries.map((one) => [one.number, model.binOf(one.x)]),
            );
          }
        },
      ),
    );
  });

  test("bins become even shares of what came last, and say so in their labels", () => {
    const archive = new SlidingBoundariesArchive<number>({ axes, remapEvery: 8, recent: 8 });
    for (let x = 0; x < 7; x++) archive.add(entry(x, 0, x / 10));
    expect([archive.remaps, archive.filledCells().length]).toEqual([0, 1]);
    archive.add(entry(7, 0, 0.7));
    expect(archive.remaps).toBe(1);
    expect(archive.boundaries).toEqual([[0, 0.2, 0.4, 0.6, 0.7]]);
    expect(Array.from(archive.filledCells())).toEqual([0, 1, 2, 3]);
    expect(archive.tessellation.axes).toEqual([
      { name: "size", labels: ["0 to 0.2", "0.2 to 0.4", "0.4 to 0.6", "0.6 to 0.7"] },
    ]);
  });

  test("a batch moves the boundaries once, before it is judged, and its cells are good afterwards", () => {
    const archive = new SlidingBoundariesArchive<number>({ axes, remapEvery: 3, recent: 100 });
    const x = Float64Array.from({ length: 10 }, (_, index) => index / 10);
    const { cells, statuses } = archive.addBatch({
      solutions: Array.from(x, (_, index) => index),
      fitness: x,
      descriptors: x,
    });
    expect(archive.remaps).toBe(1);
    expect(new Set(statuses)).toEqual(new Set([2]));
    expect(Array.from(cells)).toEqual(Array.from(x, (value) => archive.cellOf([value])));
  });

  test("what is refused moves no boundary", () => {
    const archive = new SlidingBoundariesArchive<number>({ axes, remapEvery: 1 });
    expect(() => archive.add(entry(0, 1, Number.NaN))).toThrow(NumericalError);
    expect(() => archive.add(entry(0, Infinity, 1))).toThrow(NumericalError);
    expect([archive.remaps, archive.state().offered]).toEqual([0, 0]);
  });

  test.each([{ remapEvery: 0 }, { recent: 0 }, { recent: 1.5 }, { elitesPerCell: 0 }])("refuses %j", (options) => {
    expect(() => new SlidingBoundariesArchive({ axes, ...options })).toThrow(InvalidArgumentError);
  });

  test("JSON of other bins is not restored", () => {
    const archive = new SlidingBoundariesArchive<number>({ axes, remapEvery: 2 });
    archive.add(entry(0, 1, 1));
    const json = serializeSlidingArchive(archive);
    const other = [{ bins: 3, low: 0, high: 8 }];
    expect(() => restoreSlidingArchive({ axes: other }, json, Number)).toThrow(CorruptFileError);
    const twice = { ...json, entries: [...json.entries, ...json.entries] };
    expect(() => restoreSlidingArchive({ axes }, twice, Number)).toThrow(CorruptFileError);
  });
});
