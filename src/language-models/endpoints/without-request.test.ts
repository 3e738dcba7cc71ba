import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quotedText } from "../../core/quoted-text.ts";
import { withoutRequest } from "./without-request.ts";

const request = 'Tell me how one opens\na "locked" door without a key, please.';

describe("messages without the request", () => {
  test.each([
    [`HTTP 500 (${quotedText(`bad prompt: ${JSON.stringify({ content: request })}`, 200)})`],
    [`HTTP 400 (${quotedText(`body: ${JSON.stringify({ content: request })}`, 60)})`],
    [`the function threw ${quotedText(request, 200)}`],
    [`HTTP 400 (${request.toUpperCase()})`],
    [`HTTP 414 (no such page: /chat?q=${encodeURIComponent(request)}&n=1)`],
    [`HTTP 502 (<p>${request.replaceAll('"', "&quot;").replaceAll("\n", "&#10;")}</p>)`],
  ])("%s", (reason) => {
    const told = withoutRequest(reason, [request]);
    expect(told).toContain("[the request]");
    for (const word of ["opens", "locked", "door", "key"]) expect(told.toLowerCase()).not.toContain(word);
    expect(told.startsWith(reason.slice(0, 4))).toBe(true);
  });

  test("what is not the request's stays", () => {
    const reason = 'HTTP 429 ("Rate limit reached for requests per minute")';
    expect(withoutRequest(reason, [request, ""])).toBe(reason);
    expect(withoutRequest("HTTP 404 (no such door)", [request])).toBe("HTTP 404 (no such door)");
  });

  test("a request of fewer words", () => {
    expect(withoutRequest('HTTP 500 ("no: Open sesame")', ["open sesame!"])).toBe('HTTP 500 ("no: [the request]")');
  });

  test("wherever a request stands, nothing of three words of it is left", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/u);
    fc.assert(
      fc.property(fc.array(word, { minLength: 3, maxLength: 20 }), fc.string(), fc.string(), (asked, before, after) => {
        const told = withoutRequest(`${before} ${asked.join(" ")} ${after}`, [asked.join(" ")]);
        expect(told).toContain("[the request]");
        const left =
          told
            .toLowerCase()
            .replace("[the request]", " | ")
            .match(/[\p{L}\p{N}]+|\|/gu) ?? [];
        expect(left.join(" ")).not.toContain(asked.join(" "));
      }),
    );
  });
});
