import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeLabels } from "./place-labels.ts";

describe("placeLabels", () => {
  test("labels with room stay where they want to be", () => {
    expect(placeLabels([50, 10, 90], { gap: 15, low: 0, high: 100 })).toEqual([50, 10, 90]);
  });

  test("labels that overlap move apart by the same amount", () => {
    expect(placeLabels([50, 50], { gap: 10, low: 0, high: 100 })).toEqual([45, 55]);
    expect(placeLabels([50, 52, 51], { gap: 10, low: 0, high: 100 })).toEqual([41, 61, 51]);
  });

  test("labels stay inside at the edges", () => {
    expect(placeLabels([0, 1], { gap: 10, low: 0, high: 100 })).toEqual([0, 10]);
    expect(placeLabels([100, 99], { gap: 10, low: 0, high: 100 })).toEqual([100, 90]);
  });

  test("where they fit, no two are nearer than the gap, none is outside, and their order is kept", () => {
    const wanted = fc.array(fc.double({ min: -20, max: 220, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(wanted, (places) => {
        const found = placeLabels(places, { gap: 15, low: 0, high: 200 });
        const sorted = [...found].sort((a, b) => a - b);
        for (const [index, place] of sorted.entries()) {
          expect(place).toBeGreaterThanOrEqual(-1e-9);
          expect(place).toBeLessThanOrEqual(200 + 1e-9);
          if (index > 0) expect(place - (sorted[index - 1] as number)).toBeGreaterThan(15 - 1e-6);
        }
        for (const [i, a] of places.entries()) {
          for (const [j, b] of places.entries()) if (a < b) expect(found[i]).toBeLessThan(found[j] as number);
        }
      }),
    );
  });
});
