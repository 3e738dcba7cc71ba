import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
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
