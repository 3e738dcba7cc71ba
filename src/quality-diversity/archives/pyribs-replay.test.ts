/** Sequences of adds that pyribs answered (tests/fixtures/pyribs/make.py), replayed call by call. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Archive } from "./archive.ts";
import { categoricalArchive } from "./categorical-archive.ts";
import { cvtArchive } from "./cvt-archive.ts";
import { gridArchive } from "./grid-archive.ts";

interface RecordedSequence {
  readonly name: string;
  readonly kind: "grid" | "cvt" | "categorical";
  readonly bins?: readonly number[];
  readonly ranges?: readonly (readonly [number, number])[];
  readonly centroids?: readonly (readonly number[])[];
  readonly qdScoreOffset: number;
  readonly operations: readonly {
    readonly single: boolean;
    readonly fitness: readonly number[];
    readonly descriptors: readonly (readonly number[])[];
    readonly status: readonly number[];
    readonly value: readonly number[];
  }[];
  readonly elites: readonly { readonly cell: number; readonly solution: number; readonly fitness: number }[];
  readonly statistics: Readonly<Record<"elites" | "coverage" | "qdScore" | "maximum" | "mean", number>>;
}

const fixture = new URL("../../../tests/fixtures/pyribs/adds.json", import.meta.url);
const { sequences } = JSON.parse(readFileSync(fixture, "utf8")) as { sequences: RecordedSequence[] };

function emptyArchive({ kind, bins = [], ranges = [], centroids = [] }: RecordedSequence): Archive<number> {
  if (kind === "grid") {
    return gridArchive({
      axes: ranges.map(([low, high], dimension) => ({ bins: bins[dimension] as number, low, high })),
    });
  }
  if (kind === "cvt") {
    return cvtArchive({ centroids: Float64Array.from(centroids.flat()), dimensions: centroids[0]?.length as number });
  }
  return categoricalArchive({
    axes: bins.map((count, dimension) => ({
      name: `dimension ${dimension}`,
      labels: Array.from({ length: count }, (_, bin) => `bin ${bin}`),
    })),
  });
}

describe("one elite a cell answers as pyribs", () => {
  test.each(sequences)("$name", (sequence) => {
    const archive = emptyArchive(sequence);
    let solution = 0;
    for (const { single, fitness, descriptors, status, value } of sequence.operations) {
      if (single) {
        const [oneFitness, descriptor] = [fitness[0] as number, descriptors[0] as readonly number[]];
        const result = archive.add({ solution: solution++, fitness: oneFitness, descriptor });
        expect([result.status, result.value]).toEqual([status[0], value[0]]);
      } else {
        const result = archive.addBatch({
          solutions: fitness.map(() => solution++),
          fitness: Float64Array.from(fitness),
          descriptors: Float64Array.from(descriptors.flat()),
        });
        expect([...result.statuses]).toEqual(status);
        expect([...result.values]).toEqual(value);
      }
    }
    expect(archive.elites().map(({ cell, solution, fitness }) => ({ cell, solution, fitness }))).toEqual(
      sequence.elites,
    );
    const statistics = archive.statistics({ qdScoreOffset: sequence.qdScoreOffset });
    for (const [name, expected] of Object.entries(sequence.statistics)) {
      expect(statistics[name as keyof typeof statistics], name).toBeCloseTo(expected, 10);
    }
  });

  test("the recordings contain every status, ties, and several for one cell in a batch", () => {
    const operations = sequences.flatMap((sequence) => sequence.operations);
    expect(new Set(operations.flatMap(({ status }) => status))).toEqual(new Set([0, 1, 2]));
    const ties = operations.flatMap(({ status, value }) => status.filter((one, row) => one === 0 && value[row] === 0));
    expect(ties.length).toBeGreaterThan(50);
  });
});
