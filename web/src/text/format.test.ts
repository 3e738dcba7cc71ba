import { describe, expect, test } from "vitest";
import { count, duration, fixed, hundredths, measure, moment, percentage, points, range } from "./format.ts";

/** Narrow no-break spaces as plain ones. */
const plain = (text: string) => text.replaceAll("\u202f", " ");

describe("numbers as the report writes them", () => {
  test("percentages have one decimal", () => {
    expect(plain(percentage(0.912))).toBe("91.2 %");
    expect(plain(percentage(1))).toBe("100.0 %");
    expect(plain(percentage(0.00049))).toBe("0.0 %");
  });

  test("points have a sign, except zero", () => {
    expect(points(0.283)).toBe("+28.3");
    expect(points(-0.041)).toBe("−4.1");
    expect(points(0.0002)).toBe("0.0");
    expect(points(-0.0002)).toBe("0.0");
  });

  test("what is missing is a dash", () => {
    for (const write of [percentage, hundredths, points, count, measure, duration]) {
      for (const value of [null, undefined, Number.NaN, Infinity]) expect(write(value)).toBe("–");
    }
  });

  test.each([
    [3, "3"],
    [0, "0"],
    [3.41849, "3.418"],
    [61.273, "61.27"],
    [103.62, "103.6"],
    [12_345.6, "12,346"],
    [0.13741, "0.137"],
    [-0.5, "−0.500"],
    [0.00012345, "1.23e−4"],
  ])("measure %d is %s", (value, text) => {
    expect(measure(value)).toBe(text);
  });

  test.each([
    [0, "0.0 s"],
    [9.4, "9.4 s"],
    [9.96, "10 s"],
    [59.6, "1 min 00 s"],
    [140, "2 min 20 s"],
    [3599.7, "1 h 00 min"],
    [3780, "1 h 03 min"],
    [-1, "–"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test("counts, decimals, ranges, dates", () => {
    expect(count(1_948_000)).toBe("1,948,000");
    expect(fixed(-1234.5678, 2)).toBe("−1,234.57");
    expect(range([0.154, 0.19], hundredths)).toBe("[15.4, 19.0]");
    expect(range([0.384, 0.424], points)).toBe("[+38.4, +42.4]");
    expect(moment("2026-03-01T12:00:31.000Z")).toBe("2026-03-01 12:00 UTC");
    expect(moment("yesterday")).toBe("yesterday");
  });
});
