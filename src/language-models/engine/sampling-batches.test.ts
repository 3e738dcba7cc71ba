import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomStream } from "../../core/random.ts";
import { batchesOf, groupRequests, shrunkenRows } from "./sampling-batches.ts";

const random = new RandomStream(0);
const requests = fc.array(
  fc
    .record({ length: fc.integer({ min: 1, max: 300 }), samples: fc.integer({ min: 1, max: 200 }) })
    .map(({ length, samples }) => ({
      prompt: new Array<number>(length).fill(0),
      randoms: new Array<RandomStream>(samples).fill(random),
    })),
  { maxLength: 80 },
);

test("every sample of every request is in one batch, whose shape follows from the request alone", () => {
  fc.assert(
    fc.property(requests, (asked) => {
      const seen = new Set<string>();
      for (const { prompts, positions, rows } of batchesOf(asked)) {
        const samples = rows.length / prompts.length;
        const most = Math.max(samples, positions > 256 ? 16 : 128);
        const wrong = rows.filter((row, index) => {
          if (row === undefined) return rows.length > most;
          const { prompt, randoms } = asked[row.request] as (typeof asked)[number];
          seen.add(`${row.request} ${row.sample}`);
          const wholeParts = Math.floor((randoms.length - 1) / 96) * 96;
          return !(
            prompts[Math.floor(index / samples)] === prompt &&
            positions === (prompt.length <= 8 ? 8 : prompt.length <= 16 ? 16 : 32 * Math.ceil(prompt.length / 32)) &&
            samples === (row.sample < wholeParts ? 96 : randoms.length - wholeParts)
          );
        });
        expect(wrong).toEqual([]);
      }
      expect(seen.size).toBe(asked.reduce((total, { randoms }) => total + randoms.length, 0));
    }),
    { numRuns: 40 },
  );
});

test("batches come in few sizes, so that few graphs are made", () => {
  const sizes = (count: number, samples: number) =>
    batchesOf(
      Array.from({ length: count }, () => ({ prompt: [0], randoms: new Array<RandomStream>(samples).fill(random) })),
    ).map(({ rows }) => rows.length);
  expect(sizes(1, 1)).toEqual([16]);
  expect(sizes(16, 1)).toEqual([16]);
  expect(sizes(17, 1)).toEqual([16, 16]);
  expect(sizes(48, 1)).toEqual([32, 16]);
  expect(sizes(49, 1)).toEqual([64]);
  expect(sizes(96, 1)).toEqual([64, 32]);
  expect(sizes(97, 1)).toEqual([128]);
  expect(sizes(130, 1)).toEqual([128, 16]);
  expect(sizes(3, 4)).toEqual([16]);
  expect(sizes(20, 4)).toEqual([64, 16]);
  expect(sizes(32, 4)).toEqual([128]);
  expect(sizes(2, 96)).toEqual([96, 96]);
  expect(sizes(1, 100)).toEqual([96, 16]);
  expect(sizes(0, 1)).toEqual([]);
});

test("every thread gets a batch where there is enough for all", () => {
  const sizes = (count: number, threads: number) =>
    groupRequests(
      Array.from({ length: count }, () => ({ promptLength: 1, samples: 1 })),
      threads,
    ).map((group) => group.length);
  expect(sizes(64, 1)).toEqual([64]);
  expect(sizes(64, 2)).toEqual([32, 32]);
  expect(sizes(256, 2)).toEqual([128, 128]);
  expect(sizes(100, 2)).toEqual([32, 32, 32, 4]);
  expect(sizes(20, 2)).toEqual([16, 4]);
});

test("a batch shrinks when a quarter of it is left", () => {
  expect(shrunkenRows(33, 128)).toBe(undefined);
  expect(shrunkenRows(32, 128)).toBe(32);
  expect(shrunkenRows(3, 128)).toBe(16);
  expect(shrunkenRows(16, 64)).toBe(16);
  expect(shrunkenRows(1, 32)).toBe(undefined);
});
