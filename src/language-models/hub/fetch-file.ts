/** One file of a repository, fetched in a way that a broken connection or a killed process goes on with. */
import { createHash, type Hash } from "node:crypto";
import fs from "node:fs";
import { dirname } from "node:path";
import { downloadFile } from "@huggingface/hub";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../../core/errors/file-system-failure.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { FileSlices } from "../pretrained/file-slices.ts";
import { HtmlAnswer, type HubRequest, hubFailure, hubFetch } from "./hub-failure.ts";

/** What the Hub says of a file. */
export interface HubFile {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 of the content of a large file, hexadecimal. */
  readonly sha256?: string;
  /** Git's name of a small file's content, hexadecimal. */
  readonly gitHash?: string;
}

export interface FetchFileOptions {
  readonly file: HubFile;
  /** Where it is to be in the end; until then the part that is there ends in ".part". */
  readonly target: string;
  readonly repository: string;
  /** The commit. */
  readonly revision: string;
  readonly request: HubRequest;
  readonly token?: string;
  /** Milliseconds before the first repetition, doubled each time (default 500). */
  readonly patience?: number;
  /** Told after each piece how many bytes are there. */
  readonly onProgress?: (bytes: number) => void;
}

/** Attempts in a row that bring nothing new before the file is given up. */
const mostIdleAttempts = 4;

/**
 * Fetches a file that is not there yet, and checks its checksum before it gets its name.
 * Throws hubFailure's errors after several attempts that brought nothing, CorruptFileError where size or checksum are
 * not the Hub's (what was fetched is then removed), StorageError where the disk refuses.
 */
export async function fetchFile(options: FetchFileOptions): Promise<void> {
  const { file, target, request, patience = 500 } = options;
  const part = `${target}.part`;
  makeFolder(dirname(target));
  for (let idle = 0; bytesOf(part) !== file.bytes; ) {
    const before = bytesOf(part);
    if (before > file.bytes) throw wrongContent(part, `${file.bytes} bytes`, `${before}`, file.path);
    try {
      await fetchRest(options, part, before);
    } catch (error) {
      idle = bytesOf(part) > before ? 0 : idle + 1;
      const failure = hubFailure(error, request);
      const lasting = failure.exitCode !== 5 || error instanceof HtmlAnswer || idle >= mostIdleAttempts;
      if (lasting || failure instanceof CorruptFileError) throw failure;
      await new Promise((resolve) => setTimeout(resolve, patience * 2 ** idle));
    }
  }
  // An empty file is never asked for.
  if (file.bytes === 0) fs.writeFileSync(part, "");
  checkContent(file, part);
  try {
    fs.renameSync(part, target);
  } catch (error) {
    throw fileSystemFailure(error, "to write", target);
  }
}

async function fetchRest(options: FetchFileOptions, part: string, start: number): Promise<void> {
  const { file, repository, revision, request, token, onProgress } = options;
  const blob = await downloadFile({
    repo: { type: "model", name: repository },
    path: file.path,
    revision,
    hubUrl: request.hubUrl,
    fetch: hubFetch,
    // Plain ranges of bytes: that protocol's parts cannot be gone on with by other processes.
    xet: false,
    ...(token !== undefined && { accessToken: token }),
  });
  if (blob === null) throw wrongContent(part, "a file", "none", file.path);
  if (blob.size !== file.bytes) throw wrongContent(part, `${file.bytes} bytes`, `${blob.size}`, file.path);
  const output = openToAppend(part);
  try {
    let bytes = start;
    for await (const piece of blob.slice(start).stream()) {
      bytes += piece.byteLength;
      if (bytes > file.bytes) throw wrongContent(part, `${file.bytes} bytes`, "more", file.path);
      write(output, piece, part);
      onProgress?.(bytes);
    }
  } finally {
    fs.closeSync(output);
  }
  if (bytesOf(part) === start) throw new Error("no bytes came");
}

function openToAppend(path: string): number {
  try {
    return fs.openSync(path, "a");
  } catch (error) {
    throw fileSystemFailure(error, "to write", path);
  }
}

function write(descriptor: number, piece: Uint8Array, path: string): void {
  try {
    for (let done = 0; done < piece.byteLength; ) done += fs.writeSync(descriptor, piece, done);
  } catch (error) {
    throw fileSystemFailure(error, "to write", path);
  }
}

function bytesOf(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function checkContent({ path, bytes, sha256, gitHash }: HubFile, part: string): void {
  const expected = sha256 ?? gitHash;
  if (expected === undefined) return;
  const start = createHash(sha256 === undefined ? "sha1" : "sha256");
  if (sha256 === undefined) start.update(`blob ${bytes}\0`);
  const actual = contentHash(part, start);
  if (actual !== expected) throw wrongContent(part, `the checksum ${expected.slice(0, 64)}`, actual, path);
}

function contentHash(path: string, hash: Hash): string {
  const slices = new FileSlices(path);
  try {
    const step = 8_388_608;
    for (let start = 0; start < slices.size; start += step) {
      hash.update(slices.read(start, Math.min(step, slices.size - start)));
    }
    return hash.digest("hex");
  } finally {
    slices.close();
  }
}

function wrongContent(part: string, expected: string, received: string, name: string): CorruptFileError {
  fs.rmSync(part, { force: true });
  return new CorruptFileError({
    expected: `${expected} for the file ${quotedText(name)}`,
    received,
    remedy: "try again; what was fetched of it was removed",
  });
}
