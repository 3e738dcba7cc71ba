import { expect, test } from "vitest";
import { LaneCache } from "./lane-cache.ts";

const shape = { layers: 2, keyValueHeads: 3, headSize: 4 };
const width = 2 * shape.layers * shape.keyValueHeads * shape.headSize;
/** A token's rows, [layers, 2, heads * size], that tell lane, position and place. */
const rowOf = (lane: number, position: number) =>
  Float32Array.from({ length: width }, (_, place) => lane * 10_000 + position * 100 + place);

function read(cache: LaneCache, lane: number, position: number): number[] {
  const places: number[] = [];
  for (let layer = 0; layer < shape.layers; layer++) {
    const { keys, values } = cache.layer(layer, lane + 1);
    for (const array of [keys, values]) {
      for (let head = 0; head < shape.keyValueHeads; head++) {
        const start = ((lane * shape.keyValueHeads + head) * cache.positions + position) * shape.headSize;
        places.push(...array.subarray(start, start + shape.headSize));
      }
    }
  }
  return places;
}

test("rows stay where they are written, as the cache grows, shrinks and lanes move", () => {
  const cache = new LaneCache(shape);
  cache.fit(2, 0, 10);
  expect(cache.positions).toBe(64);
  for (const lane of [0, 1]) for (const position of [0, 9]) cache.write(lane, position, rowOf(lane, position), 0);
  cache.fit(3, 2, 200);
  expect(cache.positions).toBe(256);
  cache.write(2, 199, rowOf(2, 199), 0);
  expect(read(cache, 1, 9)).toEqual([...rowOf(1, 9)]);
  cache.move(2, 0);
  expect(read(cache, 0, 199)).toEqual([...rowOf(2, 199)]);
  cache.fit(2, 2, 10);
  expect(cache.positions).toBe(64);
  expect(read(cache, 1, 0)).toEqual([...rowOf(1, 0)]);
});
