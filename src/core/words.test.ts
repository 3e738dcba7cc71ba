import fc from "fast-check";
import { expect, test } from "vitest";
import { countWords, splitWords } from "./words.ts";

test("words are counted as they are split, whatever white space there is", () => {
  const blanks = [
    "\t",
    "\n",
    "\r",
    "\x1c",
    "\x1f",
    " ",
    "\x85",
    "\xa0",
    "\u1680",
    "\u2003",
    "\u2028",
    "\u3000",
    "\ufeff",
    "\0",
  ];
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom(...blanks, "a", "\u{1f600}"), fc.string({ unit: "binary" })),
  });
  fc.assert(
    fc.property(text, (each) => {
      expect(countWords(each)).toBe(splitWords(each).length);
    }),
  );
  for (const each of ["", " ", "a", " a\x85b ", "\ufeff"]) expect(countWords(each)).toBe(splitWords(each).length);
});
