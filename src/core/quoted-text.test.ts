import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quotedText } from "./quoted-text.ts";

/** All UTF-16, with half pairs too; the first 300 units (control characters among them) as often as all others. */
const anyText = fc.string({
  unit: fc.oneof(fc.nat(300), fc.nat(0xffff)).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});

describe("quoted text", () => {
  test("is JSON without any control character or mark of direction", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(JSON.parse(quotedText(text, 1000))).toBe(text);
        expect(quotedText(text)).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\p{Zl}|\p{Zp}/u);
      }),
    );
    expect(quotedText("a\u001b[2J\u009b2J\u007f\u202e\n\u2028日本ü")).toBe(
      '"a\\u001b[2J\\u009b2J\\u007f\\u202e\\n\\u2028日本ü"',
    );
  });

  test("is cut", () => {
    expect(quotedText("abcdef", 3)).toBe('"abc..."');
    expect(quotedText("abc", 3)).toBe('"abc"');
  });
});
