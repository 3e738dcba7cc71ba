import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { ShapeError } from "../../core/errors/shape-error.ts";
import { RandomStream } from "../../core/random.ts";
import { categoricalTessellation } from "./categorical-tessellation.ts";
import { centroidalTessellation, evenCentroids } from "./centroidal-tessellation.ts";
import { gridTessellation } from "./grid-tessellation.ts";
import { kMeans } from "./k-means.ts";
import { nearestCentroid } from "./nearest-centroid.ts";

const coordinate = fc.double({ min: -10, max: 10, noNaN: true });

describe("grid", () => {
  const grid = gridTessellation({
    axes: [
      { name: "x", bins: 2, low: 0, high: 1 },
      { bins: 10, low: -1, high: 1 },
    ],
  });
  const cellOf = (...descriptor: number[]) => grid.cellOf(Float64Array.from(descriptor), 0);

  test("numbers cells with the last dimension varying fastest, and back", () => {
    expect([grid.cells, grid.dimensions, grid.shape]).toEqual([20, 2, [2, 10]]);
    expect(cellOf(0.7, -0.95)).toBe(10);
    for (let cell = 0; cell < grid.cells; cell++) {
      const [x, y] = grid.binsOf(cell) as [number, number];
      expect(cellOf((x + 0.5) / 2, -1 + (y + 0.5) / 5)).toBe(cell);
    }
    expect(() => grid.binsOf(20)).toThrow(InvalidArgumentError);
    expect(() => grid.binsOf(0.5)).toThrow(InvalidArgumentError);
  });

  test("an edge belongs to the bin above it although rounding may put it below", () => {
    for (let bin = 0; bin < 10; bin++) expect(cellOf(0, -1 + bin * 0.2)).toBe(bin);
  });

  test("clips what lies outside, however far", () => {
    expect(cellOf(-1e300, -5)).toBe(0);
    expect(cellOf(1e300, 1)).toBe(19);
    expect(cellOf(1, 1e12)).toBe(19);
  });

  test("reads the asked row of a matrix", () => {
    expect(grid.cellOf(Float64Array.of(0, -1, 1, 1), 1)).toBe(19);
  });

  test("labels its bins by their ranges", () => {
    expect(grid.axes[0]).toEqual({ name: "x", labels: ["0 to 0.5", "0.5 to 1"] });
    expect(grid.axes[1]?.name).toBe("dimension 1");
    expect(grid.axes[1]?.labels[9]).toBe("0.8 to 1");
  });

  test.each([
    { axes: [] },
    { axes: [{ bins: 0, low: 0, high: 1 }] },
    { axes: [{ bins: 1.5, low: 0, high: 1 }] },
    { axes: [{ bins: 3, low: 1, high: 1 }] },
    { axes: [{ bins: 3, low: 0, high: Infinity }] },
    { axes: Array.from({ length: 4 }, () => ({ bins: 1000, low: 0, high: 1 })) },
  ])("refuses %j", (options) => {
    expect(() => gridTessellation(options)).toThrow(InvalidArgumentError);
  });
});

describe("categorical", () => {
  const tessellation = categoricalTessellation({
    axes: [
      { name: "operations", labels: ["add", "multiply", "mixed"] },
      { name: "steps", labels: ["1", "2"] },
    ],
  });
  const cellOf = (...descriptor: number[]) => tessellation.cellOf(Float64Array.from(descriptor), 0);

  test("numbers cells as the grid does", () => {
    expect(cellOf(2, 1)).toBe(5);
    for (let cell = 0; cell < 6; cell++) expect(cellOf(...tessellation.binsOf(cell))).toBe(cell);
  });

  test.each([
    [3, 0],
    [0, -1],
    [0.5, 0],
  ])("refuses the bins %d, %d by the name of the dimension", (...bins) => {
    expect(() => cellOf(...bins)).toThrow(InvalidArgumentError);
    expect(() => cellOf(...bins)).toThrow(bins[1] === -1 ? /steps/ : /operations/);
  });

  test("refuses NaN as a numerical error, and dimensions without labels", () => {
    expect(() => cellOf(NaN, 0)).toThrow(NumericalError);
    expect(() => categoricalTessellation({ axes: [{ name: "empty", labels: [] }] })).toThrow(InvalidArgumentError);
  });
});

describe("nearest centroid", () => {
  const scan = (points: Float64Array, dimensions: number, query: Float64Array) => {
    let best = -1;
    let bestDistance = Infinity;
    for (let point = 0; point < points.length / dimensions; point++) {
      let distance = 0;
      for (let d = 0; d < dimensions; d++) {
        distance += ((query[d] as number) - (points[point * dimensions + d] as number)) ** 2;
      }
      if (distance < bestDistance) [best, bestDistance] = [point, distance];
    }
    return best;
  };

  test("equals a scan from first to last, ties included", () => {
    // Half of the coordinates are from a small lattice, so that equal distances and equal points happen.
    const lattice = fc.oneof(coordinate, fc.integer({ min: -2, max: 2 }));
    const problem = fc.integer({ min: 1, max: 4 }).chain((dimensions) => {
      const point = fc.array(lattice, { minLength: dimensions, maxLength: dimensions });
      return fc.record({
        dimensions: fc.constant(dimensions),
        points: fc.array(point, { minLength: 1, maxLength: 120 }),
        queries: fc.array(point, { minLength: 1, maxLength: 10 }),
      });
    });
    fc.assert(
      fc.property(problem, ({ dimensions, points, queries }) => {
        const centroids = Float64Array.from(points.flat());
        const nearest = nearestCentroid(centroids, dimensions);
        const matrix = Float64Array.from(queries.flat());
        for (const [row, query] of queries.entries()) {
          expect(nearest(matrix, row)).toBe(scan(centroids, dimensions, Float64Array.from(query)));
        }
      }),
    );
  });

  test("equals a scan for a thousand centroids", () => {
    const random = new RandomStream(1);
    const points = Float64Array.from({ length: 2000 }, () => random.uniform());
    const nearest = nearestCentroid(points, 2);
    for (let query = 0; query < 200; query++) {
      const descriptor = Float64Array.of(random.uniform() * 1.4 - 0.2, random.uniform() * 1.4 - 0.2);
      expect(nearest(descriptor, 0)).toBe(scan(points, 2, descriptor));
    }
  });

  test("finds a point even where squared distances overflow", () => {
    expect(nearestCentroid(Float64Array.of(0, 1), 1)(Float64Array.of(1e300), 0)).toBe(0);
  });
});

describe("k-means", () => {
  test("finds well separated clusters exactly", () => {
    const random = new RandomStream(3);
    const centres = [0, 10, 20, 30];
    const samples = Float64Array.from(
      { length: 400 },
      (_, sample) => (centres[sample % 4] as number) + random.uniform(),
    );
    const means = centres.map((_, cluster) => samples.filter((_, sample) => sample % 4 === cluster));
    const expected = means.map((cluster) => cluster.reduce((sum, value) => sum + value, 0) / cluster.length);
    const centroids = kMeans({ samples, dimensions: 1, centroids: 4, random: new RandomStream(0) }).sort();
    for (const [cluster, mean] of expected.entries()) expect(centroids[cluster]).toBeCloseTo(mean, 10);
  });

  test("ends where every centroid is the mean of its cell", () => {
    const random = new RandomStream(5);
    const samples = Float64Array.from({ length: 600 }, () => random.uniform());
    const centroids = kMeans({ samples, dimensions: 2, centroids: 7, iterations: 1000, random });
    const nearest = nearestCentroid(centroids, 2);
    const sums = new Float64Array(7 * 3);
    for (let sample = 0; sample < 300; sample++) {
      const start = 3 * nearest(samples, sample);
      for (const [d, value] of [samples[2 * sample], samples[2 * sample + 1], 1].entries()) {
        sums[start + d] = (sums[start + d] as number) + (value as number);
      }
    }
    for (let cell = 0; cell < 7; cell++) {
      const size = sums[3 * cell + 2] as number;
      expect(centroids[2 * cell]).toBeCloseTo((sums[3 * cell] as number) / size, 10);
      expect(centroids[2 * cell + 1]).toBeCloseTo((sums[3 * cell + 1] as number) / size, 10);
    }
  });

  test("refuses fewer distinct samples than centroids", () => {
    const samples = Float64Array.of(1, 1, 2, 2, 2);
    expect(() => kMeans({ samples, dimensions: 1, centroids: 3, random: new RandomStream(0) })).toThrow(/2 distinct/);
  });
});

describe("centroidal", () => {
  const ranges = [[0, 1] as const, [5, 7] as const];

  test("even centroids lie in the box, are the same for a seed, and share it about equally", () => {
    const centroids = evenCentroids({ cells: 12, ranges, samples: 3000, random: new RandomStream(2) });
    expect(evenCentroids({ cells: 12, ranges, samples: 3000, random: new RandomStream(2) })).toEqual(centroids);
    const tessellation = centroidalTessellation({ centroids, dimensions: 2 });
    const counts = new Array<number>(12).fill(0);
    for (let x = 0; x < 50; x++) {
      for (let y = 0; y < 50; y++) {
        const cell = tessellation.cellOf(Float64Array.of((x + 0.5) / 50, 5 + (y + 0.5) / 25), 0);
        counts[cell] = (counts[cell] as number) + 1;
      }
    }
    for (const count of counts) expect(count / 2500).toBeGreaterThan(0.3 / 12);
    for (const count of counts) expect(count / 2500).toBeLessThan(2 / 12);
  });

  test("keeps its centroids to itself", () => {
    const centroids = Float64Array.of(0, 1);
    const tessellation = centroidalTessellation({ centroids, dimensions: 1 });
    centroids.fill(9);
    tessellation.centroids.fill(9);
    expect(tessellation.cellOf(Float64Array.of(0.6), 0)).toBe(1);
    expect([...tessellation.centroids]).toEqual([0, 1]);
  });

  test("refuses bad centroids and bad requests", () => {
    expect(() => centroidalTessellation({ centroids: new Float64Array(3), dimensions: 2 })).toThrow(ShapeError);
    expect(() => centroidalTessellation({ centroids: new Float64Array(0), dimensions: 2 })).toThrow(ShapeError);
    expect(() => centroidalTessellation({ centroids: Float64Array.of(0, NaN), dimensions: 1 })).toThrow(NumericalError);
    const random = new RandomStream(0);
    expect(() => evenCentroids({ cells: 0, ranges, random })).toThrow(InvalidArgumentError);
    expect(() => evenCentroids({ cells: 5, ranges, samples: 4, random })).toThrow(InvalidArgumentError);
    expect(() => evenCentroids({ cells: 5, ranges: [[1, 0]], random })).toThrow(InvalidArgumentError);
  });
});
