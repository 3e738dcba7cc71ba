import { describe, expect, test } from "vitest";
import { embeddedJson } from "../../src/report/fill-template.ts";
import { sampleViewModel } from "../../tests/fixtures/report/sample.ts";
import { readViewModel } from "./read-view-model.ts";

describe("readViewModel", () => {
  test("reads what the report wrote, texts made visible", () => {
    const plain = sampleViewModel({ items: 50 });
    expect(readViewModel(embeddedJson(plain))).toEqual(plain);
    const hostile = readViewModel(embeddedJson(sampleViewModel({ items: 50, hostile: true })));
    expect(hostile.title).toContain("</script><script>");
    expect(hostile.title).toContain("[U+202E]");
  });

  test("damaged data and other versions are refused with what to do", () => {
    expect(() => readViewModel('{"format": 1,')).toThrow("damaged: make it again with `illume report`");
    expect(() => readViewModel('{"format": 2}')).toThrow("another version");
    expect(() => readViewModel("null")).toThrow("another version");
  });
});
