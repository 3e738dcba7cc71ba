/** Makes a folder and those above it. */
import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileSystemFailure } from "./errors/file-system-failure.ts";

/**
 * Makes a folder and whatever is missing above it; nothing happens where it is there already.
 *
 * Not by node:fs's `recursive`: that loops for ever where a file system refuses new folders with ENOENT, as /proc does
 * (Node 24.21).
 *
 * @throws StorageError where the folder cannot be made, or is a file
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  let folder = resolve(path);
  while (!exists(folder)) {
    missing.push(folder);
    folder = dirname(folder);
  }
  try {
    // A last check for a file in place of the folder; where something is missing, mkdir does it.
    if (missing.length === 0 && !statSync(folder).isDirectory()) mkdirSync(folder);
    for (const each of missing.reverse()) makeOne(each);
  } catch (error) {
    throw fileSystemFailure(error, "to make the folder", path);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have made it at the same moment.
    if (!exists(folder)) throw error;
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
