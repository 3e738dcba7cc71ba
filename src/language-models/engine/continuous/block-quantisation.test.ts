import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { dequantised, quantise4, quantise8, quantisedBlock } from "./block-quantisation.ts";

const rows = 3;
const columns = 96;

/** Blocks minimum + scale * q as GGUF's Q4_1 has them: 0 and 15 occur in each. */
function levels(seed: number): { readonly data: Float32Array; readonly scales: Float32Array } {
  const random = new RandomStream(seed);
  const scales = new Float32Array((rows * columns) / quantisedBlock);
  const data = new Float32Array(rows * columns);
  for (let block = 0; block < scales.length; block++) {
    const scale = 0.001 + random.uniform();
    // Mostly around zero, some wholly above or below it.
    const least = -scale * 15 * (random.uniform() * 1.2 - 0.1);
    scales[block] = scale;
    for (let index = 0; index < quantisedBlock; index++) {
      const q = index < 2 ? 15 * index : random.integer(0, 16);
      data[block * quantisedBlock + index] = least + scale * q;
    }
  }
  return { data, scales };
}

test("4 bits keep what has 16 levels, but for the rounding of a block's minimum", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const { data, scales } = levels(seed);
      const greatest = scales.reduce((a, b) => Math.max(a, b));
      const kept = dequantised(quantise4(data, rows, columns), columns);
      const largest = kept.reduce((most, value, index) => Math.max(most, Math.abs(value - (data[index] as number))), 0);
      expect(largest).toBeLessThan(0.11 * greatest);
    }),
  );
});

test("4 bits are off by half a step at most beside that, 8 bits by half of theirs", () => {
  const random = new RandomStream(3);
  const data = Float32Array.from({ length: rows * columns }, () => random.normal());
  const [four, eight] = [quantise4(data, rows, columns), quantise8(data, rows, columns)].map((matrix) =>
    dequantised(matrix, columns),
  ) as [Float32Array, Float32Array];
  for (let start = 0; start < data.length; start += quantisedBlock) {
    const block = data.subarray(start, start + quantisedBlock);
    const [least, most] = [block.reduce((a, b) => Math.min(a, b)), block.reduce((a, b) => Math.max(a, b))];
    const size = Math.max(-least, most);
    block.forEach((value, index) => {
      expect(Math.abs((four[start + index] as number) - value)).toBeLessThan(0.6 * ((most - least) / 15));
      expect(Math.abs((eight[start + index] as number) - value)).toBeLessThanOrEqual((0.5 * size) / 127 + 1e-6);
    });
  }
});

test("blocks of one value, zeros among them, are kept", () => {
  const data = new Float32Array(rows * columns);
  data.fill(0.25, 32, 64);
  expect(dequantised(quantise8(data, rows, columns), columns)[40]).toBeCloseTo(0.25, 6);
  const kept = dequantised(quantise4(data, rows, columns), columns);
  expect([kept[0], kept[95]]).toEqual([0, 0]);
  expect(kept[40]).toBeCloseTo(0.25, 2);
});
