import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { openCallCache } from "./call-cache.ts";
import { createRun } from "./run-database.ts";

const writer = fileURLToPath(new URL("../../tests/fixtures/cache-writer/write.ts", import.meta.url));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "illume-cache-"));
});
afterEach(() => rmSync(root, { recursive: true, maxRetries: 5 }));

test("keeps the first result of a key, for whoever opens it later", () => {
  const file = join(root, "new", "calls.sqlite");
  const first = openCallCache(file);
  first.add([
    { key: "a", model: "m", result: "1" },
    { key: "a", model: "m", result: "2" },
  ]);
  const second = openCallCache(file);
  second.add([
    { key: "a", model: "m", result: "3" },
    { key: "b", model: "m", result: "\u0000 💡" },
  ]);
  expect(first.results(["b", "a", "c"])).toEqual(
    new Map([
      ["b", "\u0000 💡"],
      ["a", "1"],
    ]),
  );
  for (const cache of [first, second, first]) cache.close();
});

test("a folder holds it as calls.sqlite", () => {
  const folder = join(root, "folder");
  const cache = openCallCache(folder);
  cache.add([{ key: "a", model: "m", result: "1" }]);
  cache.close();
  const again = openCallCache(join(folder, "calls.sqlite"));
  expect(again.results(["a"]).get("a")).toBe("1");
  again.close();
});

test("several processes that begin together share it, and see one result for each call", async () => {
  const file = join(root, "shared.db");
  const names = ["one", "two", "three"];
  const outputs = await Promise.all(
    names.map((name) => promisify(execFile)(process.execPath, [writer, file, name, "150"])),
  );
  const [first, ...others] = outputs.map(({ stdout }) => JSON.parse(stdout) as string[]);
  expect(first).toHaveLength(150);
  for (const other of others) expect(other).toEqual(first);
  expect(first?.every((name) => names.includes(name))).toBe(true);
});

test("a file of something else is refused and left alone", () => {
  writeFileSync(join(root, "text.sqlite"), "no database at all, but long enough to be looked at as one");
  expect(() => openCallCache(join(root, "text.sqlite"))).toThrow(CorruptFileError);
  createRun({ directory: join(root, "run"), configuration: {} }).close();
  expect(() => openCallCache(join(root, "run", "run.sqlite"))).toThrow("a database of something else");
  expect(() => openCallCache(join(root, "text.sqlite", "below"))).toThrow(StorageError);
  mkdirSync(join(root, "calls.sqlite"));
  const inFolder = openCallCache(join(root, "calls.sqlite"));
  inFolder.close();
});
