import { expect, test } from "vitest";
import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { studentQuantile } from "./student-quantile.ts";

// Published tables of t, two-sided 95 % and 99 %.
test.each([
  [1, 0.975, 12.706205],
  [2, 0.975, 4.302653],
  [3, 0.975, 3.182446],
  [4, 0.975, 2.776445],
  [9, 0.975, 2.262157],
  [30, 0.975, 2.042272],
  [120, 0.975, 1.97993],
  [5, 0.995, 4.032143],
  [10, 0.995, 3.169273],
  [50_000, 0.975, 1.959964],
])("of %i degrees of freedom at %f", (degrees, probability, wanted) => {
  // The last one is the normal deviate, within a part in ten thousand.
  expect(studentQuantile(degrees, probability) / wanted).toBeCloseTo(1, degrees > 1000 ? 4 : 6);
});

test("is the tangent for one degree of freedom, rises with probability, and falls with degrees", () => {
  for (const probability of [0.5, 0.6, 0.9, 0.99]) {
    expect(studentQuantile(1, probability)).toBeCloseTo(Math.tan(Math.PI * (probability - 0.5)), 9);
  }
  for (let degrees = 1; degrees < 40; degrees++) {
    expect(studentQuantile(degrees + 1, 0.9)).toBeLessThan(studentQuantile(degrees, 0.9));
    expect(studentQuantile(degrees, 0.9)).toBeLessThan(studentQuantile(degrees, 0.95));
  }
});

test.each([
  [0, 0.9],
  [1.5, 0.9],
  [3, 1],
  [3, 0.4],
])("%f degrees at %f are refused", (degrees, probability) => {
  expect(() => studentQuantile(degrees, probability)).toThrow(InvalidArgumentError);
});
