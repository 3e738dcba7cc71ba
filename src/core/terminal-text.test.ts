import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayWidth, padToWidth, shortenToWidth, terminalLine, terminalLines, wrapToWidth } from "./terminal-text.ts";

const escapeCharacter = "\u001b";

describe("terminalLine", () => {
  test.each([
    ["colours", `${escapeCharacter}[31mred${escapeCharacter}[0m`, "red"],
    ["cursor and screen", `a${escapeCharacter}[2J${escapeCharacter}[1;1Hb`, "ab"],
    ["window title", `a${escapeCharacter}]0;evil\u0007b`, "ab"],
    [
      "hyperlink",
      `${escapeCharacter}]8;;http://x${escapeCharacter}\\text${escapeCharacter}]8;;${escapeCharacter}\\`,
      "text",
    ],
    ["unfinished title", `a${escapeCharacter}]0;evil`, "a"],
    ["device control", `a${escapeCharacter}Pq#0${escapeCharacter}\\b`, "ab"],
    ["one-byte controls", "a\u009b31mb\u009d0;x\u009cc", "abc"],
    ["reset", `a${escapeCharacter}cb`, "ab"],
    ["escape at the end", `a${escapeCharacter}`, "a"],
    ["bell, backspace, null, delete", "a\u0007b\u0008c\u0000d\u007f", "abcd"],
    ["line breaks", "a\r\nb\nc\rd\te\u2028f\u0085g", "a b c d e f g"],
    ["bidirectional override", "abc\u202eexe.txt\u202c\u2066x\u2069", "abcexe.txtx"],
    ["invisible", "a\u200bb\ufeffc\u2060d\u{e0041}e\u00adf\u3164", "abcdef"],
    ["lone surrogate", "a\ud800b", "a\ufffdb"],
    ["ordinary text", "naïve café, 日本 – 5 × 3 = 15 ✓", "naïve café, 日本 – 5 × 3 = 15 ✓"],
  ])("%s", (_, text, safe) => {
    expect(terminalLine(text)).toBe(safe);
  });

  test("leaves no control or format character in any text", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(escapeCharacter, "[", "]", ";", "m", "\u009b", "\u202e"),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join("")),
        (text) => {
          expect(terminalLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
          expect(terminalLine(terminalLine(text))).toBe(terminalLine(text));
        },
      ),
    );
  });

  test("keeps line feeds where several lines are wanted", () => {
    expect(terminalLines(`a${escapeCharacter}[31m\r\nb\u0007\n\nc`)).toBe("a\nb\n\nc");
  });
});

describe("widths", () => {
  test.each([
    ["abc", 3],
    ["日本", 4],
    ["e\u0301", 1],
    ["🙂", 2],
    ["", 0],
    ["█░·", 3],
  ])("%s takes %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test("shortens to a width", () => {
    expect(shortenToWidth("a long line", 20)).toBe("a long line");
    expect(shortenToWidth("a long line", 7)).toBe("a long…");
    expect(shortenToWidth("日本語", 4)).toBe("日…");
    expect(shortenToWidth("a long line", 8, "...")).toBe("a lon...");
    expect(shortenToWidth("abc", 1)).toBe("…");
  });

  test("pads", () => {
    expect(padToWidth("日", 4)).toBe("日  ");
    expect(padToWidth("7", 3, "start")).toBe("  7");
    expect(padToWidth("long", 2)).toBe("long");
  });

  test("wraps at spaces and cuts long words", () => {
    expect(wrapToWidth("unseen operation sequences", 17)).toEqual(["unseen operation", "sequences"]);
    expect(wrapToWidth("abcdefgh ij", 3)).toEqual(["abc", "def", "gh", "ij"]);
    expect(wrapToWidth("", 5)).toEqual([""]);
  });

  test("no result is wider than asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), fc.integer({ min: 1, max: 30 }), (text, width) => {
        expect(displayWidth(shortenToWidth(text, width))).toBeLessThanOrEqual(width);
        if (width > 1)
          for (const line of wrapToWidth(text, width)) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
