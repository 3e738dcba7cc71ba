import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StorageError } from "./errors/storage-error.ts";
import { makeFolder } from "./make-folder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "illume-folder-"));
});
afterEach(() => rmSync(root, { recursive: true }));

test("makes what is missing, and nothing the second time", () => {
  const path = join(root, "a", "b", "c");
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

test("refuses a file in its place, and a file above it", () => {
  const file = join(root, "file");
  writeFileSync(file, "");
  expect(() => makeFolder(file)).toThrow(StorageError);
  expect(() => makeFolder(join(file, "a"))).toThrow(StorageError);
});

test("ends where a file system refuses folders", () => {
  // On Linux /proc answers ENOENT; elsewhere a file above does the same service.
  const refusing = existsSync("/proc/self") ? "/proc" : "/dev/null";
  expect(() => makeFolder(join(refusing, "illume", "run"))).toThrow(StorageError);
});
