import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BenchmarkError } from "./benchmark-error.ts";
import { resultsTable } from "./results-table.ts";

/** Rows of tables, however their cells are aligned; without lines below headers. */
function rowsOf(markdown: string): string[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("|") && /[^|\s-]/u.test(line))
    .map((line) => line.replaceAll(/\s*\|\s*/gu, "|"));
}

test("the README has the table of what is recorded", () => {
  const readme = rowsOf(readFileSync(new URL("README.md", import.meta.url), "utf8"));
  const recorded = rowsOf(resultsTable());
  const start = readme.indexOf(recorded[0] as string);
  expect(readme.slice(start, start + recorded.length)).toEqual(recorded);
});

describe("a file of results", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "illume-results-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const table = (file: string, text: string) => {
    const path = join(folder, file);
    writeFileSync(path, text);
    try {
      return resultsTable(folder);
    } finally {
      rmSync(path);
    }
  };
  const row = { name: "one", goal: 2, holds: true, ratio: 3, ratios: [2.5, 3.5] };
  const json = (changes: object) => JSON.stringify({ name: "sums", rows: [{ ...row, ...changes }] });

  test("of rows, of a share, of seconds and of the takeover is understood", () => {
    expect(table("sums.json", json({}))).toContain("| sums | one | 3.00x (2.50–3.50) | 2x | holds |");
    const share = JSON.stringify({ name: "sums", rows: [{ name: "share", goal: 0.1, holds: true, ratio: 0.05 }] });
    expect(table("sums.json", share)).toContain("| 5.0 % | under 10 % | holds |");
    const takeover = JSON.stringify({ goal: 30, holds: false, median: 31, seconds: [29, 31, 33] });
    expect(table("queue-takeover.json", takeover)).toContain("| 31.00 s (29.00–33.00) | under 30 s | falls short |");
  });

  test.each<[string, string, string]>([
    ["is torn", "sums.json", json({}).slice(0, 40)],
    ["has rows of another form", "sums.json", json({ ratio: "3" })],
    ["has a unit that nobody knows", "sums.json", json({ unit: "bytes" })],
    ["has no rows", "sums.json", JSON.stringify({ name: "sums", rows: [] })],
    ["has none of all this", "sums.json", JSON.stringify({ title: "Something else", seconds: 3 })],
    ["is another benchmark's", "others.json", json({})],
    ["is no JSON file", "sums.txt", json({})],
  ])("that %s is an error that names it", (_, file, text) => {
    expect(() => table(file, text)).toThrow(BenchmarkError);
    expect(() => table(file, text)).toThrow(file);
  });
});
