import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyViewModel, hostileTexts, sampleViewModel } from "../../tests/fixtures/report/sample.ts";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { embeddedJson, filledTemplate } from "./fill-template.ts";
import { unpackedItems, unpackedTexts } from "./packed-items.ts";

const template =
  '<title>__ILLUME_TITLE__</title><script type="application/json">"__ILLUME_VIEW_MODEL__"</script>__ILLUME_TEXTS__';
const fillTemplate = (...given: Parameters<typeof filledTemplate>) => [...filledTemplate(...given)].join("");

describe("embeddedJson", () => {
  test("any JSON comes back, and nothing in it can end a script element or a line of code", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...hostileTexts), (value, text) => {
        const json = embeddedJson([value, text]);
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify([value, text])));
      }),
    );
  });
});

describe("filledTemplate", () => {
  test("puts in title and data", () => {
    const viewModel = { ...emptyViewModel(), title: 'A & B < "C"' };
    const html = fillTemplate(template, viewModel);
    expect(html).toContain("<title>A &#38; B &#60; &#34;C&#34;</title>");
    const json = /<script type="application\/json">(.*)<\/script>/.exec(html)?.[1] ?? "";
    expect(JSON.parse(json)).toEqual(viewModel);
  });

  test("puts the items' texts apart from the rest, nothing twice", () => {
    const viewModel = sampleViewModel({ items: 700, hostile: true });
    const scripts = [
      ...fillTemplate(template, viewModel).matchAll(/<script type="application\/json">(.*?)<\/script>/g),
    ];
    const [rest, ...packed] = scripts.map((match) => JSON.parse(match[1] ?? ""));
    const parts = packed.map(unpackedTexts);
    expect(parts.map((part) => part.length)).toEqual([256, 256, 188]);
    const items = unpackedItems(rest.archive.items).map((item, place) => ({ ...item, ...parts.flat()[place] }));
    expect({ ...rest, archive: { ...rest.archive, items } }).toEqual(JSON.parse(JSON.stringify(viewModel)));
    expect(Object.keys(rest.archive.items)).not.toContain("problem");
  });

  test("texts that look like placeholders or replacement patterns stay texts", () => {
    const title = '"__ILLUME_VIEW_MODEL__" __ILLUME_TITLE__ $& $1';
    const html = fillTemplate(template, { ...emptyViewModel(), title });
    expect(html.startsWith("<title>&#34;__ILLUME_VIEW_MODEL__&#34; __ILLUME_TITLE__ $&#38; $1</title>")).toBe(true);
    expect(html.match(/<\/script>/g)?.length).toBe(1);
  });

  test("a title ends the title element with no text", () => {
    for (const text of hostileTexts) {
      const html = fillTemplate(template, { ...emptyViewModel(), title: text });
      expect(html.match(/<[^>]*>/g)).toEqual(["<title>", "</title>", '<script type="application/json">', "</script>"]);
    }
  });

  test("a template without its placeholders is refused", () => {
    expect(() => fillTemplate("<title>__ILLUME_TITLE__</title>", emptyViewModel())).toThrow(CorruptFileError);
    expect(() => fillTemplate(template + template, emptyViewModel())).toThrow("npm run build:page");
  });
});
