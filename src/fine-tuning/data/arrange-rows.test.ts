import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/random.ts";
import { arrangeEpoch, packRows } from "./arrange-rows.ts";

const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 200 });

describe("the steps of an epoch", () => {
  test("have every example once, in batches and steps of the given sizes, the same for a seed", () => {
    const sizes = fc.record({
      batchSize: fc.integer({ min: 1, max: 5 }),
      accumulate: fc.integer({ min: 1, max: 3 }),
      packedLength: fc.constantFrom(0, 20, 32),
    });
    fc.assert(
      fc.property(lengths, sizes, fc.nat(), (all, options, seed) => {
        const arrange = () => arrangeEpoch(all, { ...options, random: new RandomStream(seed) });
        const steps = arrange();
        expect(arrange()).toEqual(steps);
        expect(steps.flat(3).sort((a, b) => a - b)).toEqual(all.map((_, index) => index));
        const whole = steps.slice(0, -1);
        expect(whole.every((step) => step.length === options.accumulate)).toBe(true);
        const rows = steps.flat(2);
        expect(steps.flat().every((batch) => batch.length <= options.batchSize)).toBe(true);
        if (options.packedLength === 0) expect(rows.every((row) => row.length === 1)).toBe(true);
        else {
          const used = rows.map((row) => row.reduce((sum, index) => sum + (all[index] as number), 0));
          expect(used.every((one) => one <= options.packedLength)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("rows of a batch are alike in length", () => {
    const all = Array.from({ length: 64 }, (_, index) => index + 1);
    const steps = arrangeEpoch(all, { batchSize: 8, accumulate: 1, packedLength: 0, random: new RandomStream(0) });
    const spread = (batch: readonly (readonly number[])[]) => {
      const found = batch.flat().map((index) => all[index] as number);
      return Math.max(...found) - Math.min(...found);
    };
    expect(steps.flat().map(spread)).toEqual(Array(8).fill(7));
  });

  test("packing fills the first row that has room", () => {
    expect(packRows([0, 1, 2, 3, 4], [5, 6, 3, 2, 4], 8)).toEqual([[0, 2], [1, 3], [4]]);
  });
});
