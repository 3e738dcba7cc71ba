/** The model cards say what was recorded, of the very files that ship. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testSetNames } from "../src/closed-loop/configuration.ts";
import { packageRoot } from "../src/core/package-root.ts";
import { accuraciesTable, type MeasuredCheckpoint } from "./grade-school-accuracies.ts";

const read = (...path: string[]) => readFileSync(join(packageRoot, ...path));
const { checkpoints, quick } = JSON.parse(read("models", "grade-school", "accuracies.json").toString()) as {
  readonly checkpoints: readonly MeasuredCheckpoint[];
  readonly quick: boolean;
};

/** Rows of tables, however their cells are aligned. */
const rowsOf = (markdown: string) =>
  markdown.split("\n").flatMap((line) => (/^\|.*\d/u.test(line) ? [line.replaceAll(/\s*\|\s*/gu, "|")] : []));

test("all test sets are recorded with 2,000 problems, from seeds of their own", () => {
  expect(quick).toBe(false);
  expect(checkpoints.map(({ seed, testSeed, problems }) => [seed, testSeed, problems])).toEqual(
    [0, 1, 2, 5, 4, 3].map((seed) => [seed, 10_000 + seed, 2000]),
  );
  for (const { correct, machine } of checkpoints) {
    expect(Object.keys(correct)).toEqual([...testSetNames]);
    expect(machine.commit).toMatch(/^[0-9a-f]{40}$/u);
  }
});

test.each(checkpoints.map(({ checkpoint, sha256 }) => [checkpoint, sha256]))(
  "%s is what was measured",
  (path, sha256) => {
    expect(createHash("sha256").update(read(path)).digest("hex")).toBe(sha256);
  },
);

describe("the card", () => {
  test.each([
    ["models/grade-school/README.md", 0],
    ["recipes/rainbow-teaming/reasoners/README.md", 3],
  ])("%s has the recorded numbers", (path, first) => {
    const table = rowsOf(accuraciesTable(checkpoints.slice(first, first + 3)));
    const card = rowsOf(read(path).toString());
    const start = card.indexOf(table[0] as string);
    expect(card.slice(start, start + table.length)).toEqual(table);
  });
});
