import { expect, test } from "vitest";
import { shorten } from "./shorten.ts";

test("a label is cut at the limit, never inside a surrogate pair", () => {
  expect(shorten("short")).toBe("short");
  expect(shorten("abcdef", 6)).toBe("abcdef");
  expect(shorten("abcdefg", 6)).toBe("abcde…");
  expect(shorten("🍎🍎🍎", 4).isWellFormed()).toBe(true);
});
