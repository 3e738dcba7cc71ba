import fc from "fast-check";
import { expect, test } from "vitest";
import { decimalText, hundredthsText, pointsText } from "./number-text.ts";

test.each([
  // toFixed, and the page's own format before, gave 39.6 and 39.7.
  [793 / 2000, "39.7"],
  [0.5735, "57.4"],
  [1, "100.0"],
  [0.00049, "0.0"],
  [-0.00049, "0.0"],
])("a share of %d is %s hundredths", (share, text) => {
  expect(hundredthsText(share)).toBe(text);
});

test("shares of whole problems are rounded as in long division, half away from zero", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2000 }), (right) => {
      const tenths = Math.floor((right + 1) / 2);
      expect(hundredthsText(right / 2000)).toBe(`${Math.floor(tenths / 10)}.${tenths % 10}`);
    }),
  );
});

test("points have a sign, except zero; decimals have separators", () => {
  expect([0.283, -0.041, 0.0002, -0.0002].map(pointsText)).toEqual(["+28.3", "−4.1", "0.0", "0.0"]);
  expect([decimalText(-1234.5678, 2), decimalText(12_345.6, 0), decimalText(-0.001, 1)]).toEqual([
    "−1,234.57",
    "12,346",
    "0.0",
  ]);
});
