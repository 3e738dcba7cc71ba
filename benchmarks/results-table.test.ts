import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { resultsTable } from "./results-table.ts";

test("the README has the table of what is recorded", () => {
  const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
  expect(readme).toContain(resultsTable());
});
