/**
 * Files that are either there in full or not at all: contents go to a temporary file in the same folder, are flushed
 * to the disk, and then take the place of the old file by a rename. A crash leaves the old file, never half of a new one.
 */
import fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileSystemFailure } from "./errors/file-system-failure.ts";
import { InvalidArgumentError } from "./errors/invalid-argument-error.ts";
import { quotedText } from "./quoted-text.ts";

let temporaryFiles = 0;

/** A file being written; nothing is seen under its name until `commit`. End it with `commit` or `discard`. */
export class AtomicFile {
  readonly path: string;
  readonly #target: string;
  readonly #temporaryPath: string;
  #descriptor: number | undefined;

  /** Throws StorageError where the folder is missing or cannot be written to, or a pipe or device has that name. */
  constructor(path: string) {
    this.path = path;
    try {
      if (isNoFile(path)) throw Object.assign(new Error("a pipe or a device"), { code: "EEXIST" });
      // What a link points to is replaced, not the link.
      this.#target = fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? targetOf(path) : path;
      [this.#temporaryPath, this.#descriptor] = openTemporary(this.#target);
    } catch (error) {
      throw fileSystemFailure(error, "to write", path);
    }
  }

  /** Appends text (as UTF-8) or bytes. On failure the temporary file is removed and StorageError thrown. */
  write(contents: string | Uint8Array): void {
    const bytes = typeof contents === "string" ? Buffer.from(contents, "utf8") : contents;
    this.#attempt((descriptor) => {
      for (let written = 0; written < bytes.byteLength; ) {
        written += fs.writeSync(descriptor, bytes, written, Math.min(bytes.byteLength - written, 2 ** 30));
      }
    });
  }

  /** Flushes the contents and gives them the file's name. On failure the old file stays and StorageError is thrown. */
  commit(): void {
    this.#attempt((descriptor) => {
      fs.fsyncSync(descriptor);
      // Closed before the rename because Windows renames no open file.
      this.#descriptor = undefined;
      fs.closeSync(descriptor);
      fs.renameSync(this.#temporaryPath, this.#target);
      flushFolder(dirname(this.#target));
    });
  }

  /** Removes what was written; harmless after `commit`. */
  discard(): void {
    if (this.#descriptor === undefined) return;
    const descriptor = this.#descriptor;
    this.#descriptor = undefined;
    try {
      fs.closeSync(descriptor);
    } finally {
      fs.rmSync(this.#temporaryPath, { force: true });
    }
  }

  #attempt(work: (descriptor: number) => void): void {
    if (this.#descriptor === undefined) {
      throw new InvalidArgumentError({
        expected: `an open file ${quotedText(this.path, 1000)}`,
        received: "one that was committed or discarded",
        remedy: "open a new AtomicFile",
      });
    }
    try {
      work(this.#descriptor);
    } catch (error) {
      this.discard();
      fs.rmSync(this.#temporaryPath, { force: true });
      throw fileSystemFailure(error, "to write", this.path);
    }
  }
}

/**
 * Writes a whole file atomically, replacing one that is there.
 * Throws StorageError where the folder is missing or unwritable or the disk is full; the old file is kept then. A pipe or a
 * device, such as /dev/stdout, is never replaced: it is written to.
 */
export function writeFileAtomic(path: string, contents: string | Uint8Array | Iterable<string | Uint8Array>): void {
  const blocks = typeof contents === "string" || contents instanceof Uint8Array ? [contents] : blocksOf(contents);
  if (isNoFile(path)) {
    writeThrough(path, blocks);
    return;
  }
  const file = new AtomicFile(path);
  try {
    for (const block of blocks) file.write(block);
    file.commit();
  } finally {
    file.discard();
  }
}

/** Of a link to nothing, where it points to. */
function targetOf(link: string): string {
  return fs.existsSync(link) ? fs.realpathSync(link) : resolve(dirname(link), fs.readlinkSync(link));
}

/** Whether something stands there that is neither a file nor a folder. */
function isNoFile(path: string): boolean {
  const found = fs.statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

function writeThrough(path: string, blocks: Iterable<string | Uint8Array>): void {
  try {
    const descriptor = fs.openSync(path, "w");
    try {
      for (const block of blocks) fs.writeFileSync(descriptor, block);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    throw fileSystemFailure(error, "to write", path);
  }
}

/** Texts that come one after the other together in few writes. */
function* blocksOf(chunks: Iterable<string | Uint8Array>): Generator<string | Uint8Array> {
  let block = "";
  for (const chunk of chunks) {
    if (typeof chunk === "string") {
      block += chunk;
      if (block.length < 256 * 1024) continue;
    }
    if (block !== "") yield block;
    block = "";
    if (typeof chunk !== "string") yield chunk;
  }
  if (block !== "") yield block;
}

/**
 * Removes what killed processes left half-written in a folder.
 * Only for a folder that no other process is writing to, such as that of a run whose lock is held.
 */
export function removeTemporaryFiles(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    if (/^\..*\.temporary$/u.test(name)) fs.rmSync(join(folder, name), { force: true });
  }
}

function openTemporary(path: string): [string, number] {
  for (;;) {
    // The name is cut so that it stays below the 255 bytes that file systems allow.
    const name = `.${basename(path).slice(0, 40)}.${process.pid}.${temporaryFiles++}.temporary`;
    const temporaryPath = join(dirname(path), name);
    try {
      return [temporaryPath, fs.openSync(temporaryPath, "wx")];
    } catch (error) {
      // A crashed process with this process number may have left one behind.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

/** Makes a rename survive a power cut; Windows has no such call for folders. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
