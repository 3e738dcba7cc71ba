import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wordDifference } from "./word-difference.ts";

const marked = (earlier: string, later: string) =>
  wordDifference(earlier, later)
    ?.map(({ text, added }) => (added ? `<${text}>` : text))
    .join("");

/** Length of the longest common subsequence, from its recursive definition. */
function common(a: readonly string[], b: readonly string[]): number {
  const [first, ...restOfA] = a;
  const [second, ...restOfB] = b;
  if (first === undefined || second === undefined) return 0;
  if (first === second) return 1 + common(restOfA, restOfB);
  return Math.max(common(restOfA, b), common(a, restOfB));
}

describe("wordDifference", () => {
  test.each([
    ["Tom has 3 apples.", "Tom has 5 red apples.", "Tom has <5 red> apples."],
    ["a b c", "a b c", "a b c"],
    ["a b c", "a c", "a c"],
    ["", "new words", "<new words>"],
    ["some", "", ""],
    ["a  b", "a\nb  x", "a\nb  <x>"],
  ])("%j to %j: %j", (earlier, later, expected) => {
    expect(marked(earlier, later)).toBe(expected);
  });

  test("the parts join to the later text, and as many words are kept as a longest common subsequence has", () => {
    const words = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 7 });
    fc.assert(
      fc.property(words, words, (from, to) => {
        const parts = wordDifference(from.join(" "), to.join(" ")) ?? [];
        expect(parts.map(({ text }) => text).join("")).toBe(to.join(" "));
        const added = parts.filter((part) => part.added).flatMap(({ text }) => text.split(" "));
        expect(to.length - added.length).toBe(common(from, to));
      }),
    );
  });

  test("texts of very many words are not compared", () => {
    expect(wordDifference("a ".repeat(2000), "b ".repeat(2000))).toBeUndefined();
  });
});
