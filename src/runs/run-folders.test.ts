import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StorageError } from "../core/errors/storage-error.ts";
import { createRun } from "./run-database.ts";
import { listRuns, newRunName } from "./run-folders.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "illume-folders-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const date = new Date(2026, 10, 3, 23, 59);

test("names say what and when, and are numbered", () => {
  const names = [1, 2, 3].map(() => newRunName({ root, purpose: "improve", date }));
  expect(names).toEqual(["improve-2026-11-03-001", "improve-2026-11-03-002", "improve-2026-11-03-003"]);
  expect(newRunName({ root, purpose: "search", date })).toBe("search-2026-11-03-001");
  expect(newRunName({ root, purpose: "improve", date: new Date(2026, 10, 4) })).toBe("improve-2026-11-04-001");
  expect(readdirSync(root)).toHaveLength(5);
});

test("a root that is a file is a storage error", () => {
  writeFileSync(join(root, "file"), "");
  expect(() => newRunName({ root: join(root, "file"), purpose: "improve" })).toThrow(StorageError);
});

test("lists runs, the latest first, and nothing else", () => {
  expect(listRuns(join(root, "missing"))).toEqual([]);
  for (const [name, seconds] of [
    ["b", 100],
    ["a", 300],
    ["c", 200],
  ] as const) {
    createRun({ directory: join(root, name), configuration: {} }).close();
    utimesSync(join(root, name, "run.sqlite"), seconds, seconds);
  }
  mkdirSync(join(root, "other"));
  writeFileSync(join(root, "file"), "");
  expect(listRuns(root)).toEqual([
    { name: "a", directory: join(root, "a"), changed: 300_000 },
    { name: "c", directory: join(root, "c"), changed: 200_000 },
    { name: "b", directory: join(root, "b"), changed: 100_000 },
  ]);
});
