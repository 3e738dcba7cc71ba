import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { resultsTable } from "./results-table.ts";

/** Tables however they are aligned. */
const cells = (markdown: string) =>
  markdown
    .replace(/ +/g, " ")
    .replace(/-{3,}/g, "---")
    .replace(/\| ?(?=---)|(?<=---) ?\|/g, "|");

test("the README has the table of what is recorded", () => {
  const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
  expect(cells(readme)).toContain(cells(resultsTable()));
});
