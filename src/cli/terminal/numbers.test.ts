import fc from "fast-check";
import { expect, test } from "vitest";
import { percentage as pagePercentage, points as pagePoints } from "../../../web/src/text/format.ts";
import { inTerminal, percentage, points, wholeNumber } from "./numbers.ts";

test("the terminal writes numbers as the page does", () => {
  fc.assert(
    fc.property(fc.integer({ min: -2000, max: 2000 }), (change) => {
      expect(points(change / 2000)).toBe(pagePoints(change / 2000));
      const share = Math.abs(change) / 2000;
      expect(`${percentage(share)}\u202f%`).toBe(pagePercentage(share));
    }),
  );
  expect([percentage(793 / 2000), percentage(0.415, 0), wholeNumber(1999.5)]).toEqual(["39.7", "42", "2,000"]);
});

test("a terminal without Unicode gets a hyphen for the minus", () => {
  expect([inTerminal(points(-0.02), false), inTerminal(points(-0.02), true)]).toEqual(["-2.0", "−2.0"]);
});
