/** What was converted or downloaded once is kept in a folder of the user's. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { threadId } from "node:worker_threads";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import { fileSystemFailure } from "../../core/errors/file-system-failure.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { FileSlices } from "./file-slices.ts";

/** Where illume keeps them: ILLUME_CACHE, else illume in XDG_CACHE_HOME, else ~/.cache/illume. Deleting it is safe. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment.ILLUME_CACHE;
  if (given !== undefined && given !== "") return resolve(given);
  const shared = environment.XDG_CACHE_HOME;
  return join(shared !== undefined && shared !== "" ? resolve(shared) : join(homedir(), ".cache"), "illume");
}

/**
 * The folder with the conversion of a file; it is made on first use, and used again for every file of equal content. It
 * appears whole or not at all.
 * @param version what the conversion's result depends on beside the file
 * Throws StorageError where the cache cannot be written (a full disk, no permission), and what `convert` throws.
 */
export function keptConversion(
  path: string,
  version: string,
  convert: (folder: string) => void,
  cache: string = cacheFolder(),
): string {
  const conversions = join(cache, "converted");
  const folder = join(conversions, `${rememberedHash(path, cache)}-${version}`);
  if (fs.existsSync(folder)) return folder;
  makeFolder(conversions);
  removeAbandoned(conversions);
  const unfinished = join(conversions, `.${process.pid}-${threadId}.temporary`);
  try {
    fs.rmSync(unfinished, { recursive: true, force: true });
    makeFolder(unfinished);
    convert(unfinished);
    fs.renameSync(unfinished, folder);
  } catch (error) {
    fs.rmSync(unfinished, { recursive: true, force: true });
    // Another process may have been faster.
    if (!fs.existsSync(folder)) throw fileSystemFailure(error, "to keep a converted model in", folder);
  }
  return folder;
}

/** Removes what killed processes left. */
function removeAbandoned(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const [, owner] = /^\.(\d+)-\d+\.temporary$/u.exec(name) ?? [];
    if (owner !== undefined && !isRunning(Number(owner)))
      fs.rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The SHA-256 of a file, read anew only where path, size, time of change or inode differ from an earlier reading. Throws StorageError. */
export function rememberedHash(path: string, cache: string = cacheFolder()): string {
  let identity: string;
  try {
    const { size, mtimeNs, ctimeNs, ino } = fs.statSync(path, { bigint: true });
    identity = JSON.stringify([fs.realpathSync(path), ...[size, mtimeNs, ctimeNs, ino].map(String)]);
  } catch (error) {
    throw fileSystemFailure(error, "to read", path);
  }
  const folder = join(cache, "hashes");
  const note = join(folder, createHash("sha256").update(identity).digest("hex"));
  if (fs.existsSync(note)) {
    const known = fs.readFileSync(note, "utf8");
    if (/^[0-9a-f]{64}$/u.test(known)) return known;
  }
  const hash = hashOfFile(path);
  makeFolder(folder);
  writeFileAtomic(note, hash);
  return hash;
}

/** The SHA-256 of a file's content, hexadecimal. Throws StorageError where it cannot be read. */
export function hashOfFile(path: string): string {
  const slices = new FileSlices(path);
  try {
    const hash = createHash("sha256");
    const part = 8_388_608;
    for (let start = 0; start < slices.size; start += part) {
      hash.update(slices.read(start, Math.min(part, slices.size - start)));
    }
    return hash.digest("hex");
  } finally {
    slices.close();
  }
}
