/** Adds that pyribs' archives with moving cells answered (tests/fixtures/pyribs/make_moving.py), replayed one by one. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { NoveltyArchive } from "./novelty-archive.ts";
import { SlidingBoundariesArchive } from "./sliding-boundaries-archive.ts";

interface RecordedAdds {
  readonly name: string;
  readonly fitness: readonly number[];
  readonly descriptors: readonly (readonly number[])[];
  readonly status: readonly number[];
  readonly value: readonly number[];
}
type RecordedElites = readonly { readonly cell: number; readonly solution: number; readonly fitness: number }[];
interface RecordedSliding extends RecordedAdds {
  readonly bins: readonly number[];
  readonly ranges: readonly (readonly [number, number])[];
  readonly remapEvery: number;
  readonly recent: number;
  readonly states: readonly {
    readonly after: number;
    readonly boundaries: readonly (readonly number[])[];
    readonly elites: RecordedElites;
  }[];
}
interface RecordedProximity extends RecordedAdds {
  readonly dimensions: number;
  readonly neighbours: number;
  readonly threshold: number;
  readonly competition: boolean;
  readonly novelty: readonly number[];
  readonly elites: RecordedElites;
}

const fixture = new URL("../../../tests/fixtures/pyribs/moving.json", import.meta.url);
const recorded = JSON.parse(readFileSync(fixture, "utf8")) as {
  sliding: RecordedSliding[];
  proximity: RecordedProximity[];
};
const kept = (archive: SlidingBoundariesArchive<number> | NoveltyArchive<number>) =>
  archive.elites().map(({ cell, solution, fitness }) => ({ cell, solution, fitness }));

describe("sliding boundaries answer as pyribs", () => {
  test.each(recorded.sliding)("$name", (sequence) => {
    const { bins, ranges, remapEvery, recent, fitness, descriptors, states } = sequence;
    const axes = ranges.map(([low, high], dimension) => ({ bins: bins[dimension] as number, low, high }));
    const archive = new SlidingBoundariesArchive<number>({ axes, remapEvery, recent });
    const results = descriptors.map((descriptor, solution) => {
      const result = archive.add({ solution, fitness: fitness[solution] as number, descriptor });
      const state = states.find(({ after }) => after === solution + 1);
      if (state !== undefined) {
        for (const [dimension, boundaries] of state.boundaries.entries()) {
          for (const [index, boundary] of boundaries.entries()) {
            expect(archive.boundaries[dimension]?.[index]).toBeCloseTo(boundary, 12);
          }
        }
        expect(kept(archive)).toEqual(state.elites);
      }
      return result;
    });
    expect(results.map(({ status }) => status)).toEqual(sequence.status);
    expect(results.map(({ value }) => value)).toEqual(sequence.value);
    expect(archive.remaps).toBe(Math.floor(descriptors.length / remapEvery));
    expect(new Set(sequence.status)).toEqual(new Set([0, 1, 2]));
  });
});

describe("novelty answers as pyribs", () => {
  test.each(recorded.proximity)("$name", (sequence) => {
    const { dimensions, neighbours, threshold, competition, fitness, descriptors } = sequence;
    const archive = new NoveltyArchive<number>({ dimensions, neighbours, threshold, competition });
    const novelties: number[] = [];
    const results = descriptors.map((descriptor, solution) => {
      novelties.push(archive.novelty(descriptor));
      return archive.add({ solution, fitness: fitness[solution] as number, descriptor });
    });
    expect(results.map(({ status }) => status)).toEqual(sequence.status);
    if (competition) expect(results.map(({ value }) => value)).toEqual(sequence.value);
    // The first one's novelty is infinite here, the threshold there.
    for (const [index, novelty] of novelties.slice(1).entries()) {
      expect(novelty).toBeCloseTo(sequence.novelty[index + 1] as number, 12);
    }
    expect(kept(archive)).toEqual(sequence.elites);
    expect(new Set(sequence.status)).toEqual(new Set(competition ? [0, 1, 2] : [0, 2]));
  });
});
