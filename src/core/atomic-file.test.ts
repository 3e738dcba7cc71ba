import { execFile, execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AtomicFile, removeTemporaryFiles, writeFileAtomic } from "./atomic-file.ts";
import { fileSystemFailure } from "./errors/file-system-failure.ts";
import { InvalidArgumentError } from "./errors/invalid-argument-error.ts";
import { StorageError } from "./errors/storage-error.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "illume-atomic-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: refused`), { code });
}

describe("atomic files", () => {
  test("text, bytes and chunks arrive, and nothing else stays in the folder", () => {
    writeFileAtomic(join(folder, "text"), "naïve 日本\n");
    writeFileAtomic(join(folder, "bytes"), new Uint8Array([0, 255, 10]));
    writeFileAtomic(join(folder, "chunks"), ["a", new Uint8Array([98]), "c"]);
    expect(fs.readFileSync(join(folder, "text"), "utf8")).toBe("naïve 日本\n");
    expect([...fs.readFileSync(join(folder, "bytes"))]).toEqual([0, 255, 10]);
    expect(fs.readFileSync(join(folder, "chunks"), "utf8")).toBe("abc");
    expect(fs.readdirSync(folder).sort()).toEqual(["bytes", "chunks", "text"]);
  });

  test("a link stays a link, to nothing too", () => {
    const [file, link, dangling] = ["file", "link", "dangling"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    fs.writeFileSync(file, "old");
    fs.symlinkSync("file", link);
    fs.symlinkSync("later", dangling);
    for (const path of [link, dangling]) writeFileAtomic(path, "new");
    expect([file, join(folder, "later")].map((path) => fs.readFileSync(path, "utf8"))).toEqual(["new", "new"]);
    expect([link, dangling].every((path) => fs.lstatSync(path).isSymbolicLink())).toBe(true);
  });

  test("a pipe is written to, and stays one", async () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    const reader = promisify(execFile)("cat", [pipe]);
    writeFileAtomic(pipe, ["a", "b"]);
    expect((await reader).stdout).toBe("ab");
    expect(fs.statSync(pipe).isFIFO()).toBe(true);
    expect(() => new AtomicFile(pipe)).toThrow(StorageError);
  });

  test("a full device says so, and stays one", () => {
    expect(() => writeFileAtomic("/dev/full", "text")).toThrow("a full disk");
    expect(fs.statSync("/dev/full").isCharacterDevice()).toBe(true);
  });

  test("the old file is seen until the new one is committed", () => {
    const path = join(folder, "file");
    writeFileAtomic(path, "old");
    const file = new AtomicFile(path);
    file.write("ne");
    expect(fs.readFileSync(path, "utf8")).toBe("old");
    file.write("w");
    file.commit();
    file.discard();
    expect(fs.readFileSync(path, "utf8")).toBe("new");
    expect(() => file.write("more")).toThrow(InvalidArgumentError);
  });

  test("a discarded file leaves nothing", () => {
    const file = new AtomicFile(join(folder, "file"));
    file.write("half");
    file.discard();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test("a source of chunks that throws leaves the old file and no temporary one", () => {
    const path = join(folder, "file");
    writeFileAtomic(path, "old");
    function* chunks(): Generator<string> {
      yield "half";
      throw new RangeError("source failed");
    }
    expect(() => writeFileAtomic(path, chunks())).toThrow(RangeError);
    expect(fs.readFileSync(path, "utf8")).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["file"]);
  });

  test.each(["writeSync", "fsyncSync", "renameSync"] as const)("a full disk in %s keeps the old file", (name) => {
    const path = join(folder, "file");
    writeFileAtomic(path, "old");
    vi.spyOn(fs, name).mockImplementation(() => {
      throw failure("ENOSPC");
    });
    expect(() => writeFileAtomic(path, "new")).toThrow(/full disk \(ENOSPC\)/);
    vi.restoreAllMocks();
    expect(fs.readFileSync(path, "utf8")).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["file"]);
  });

  test("a write that takes only a part is continued", () => {
    const original = fs.writeSync.bind(fs) as (...values: unknown[]) => number;
    const spy = vi
      .spyOn(fs, "writeSync")
      .mockImplementation(((descriptor: number, bytes: Uint8Array, offset: number) =>
        original(descriptor, bytes, offset, 1)) as unknown as typeof fs.writeSync);
    writeFileAtomic(join(folder, "file"), "four");
    expect(spy).toHaveBeenCalledTimes(4);
    expect(fs.readFileSync(join(folder, "file"), "utf8")).toBe("four");
  });

  test("a temporary file that a crash left behind is no obstacle", () => {
    const left = failure("EEXIST");
    const original = fs.openSync.bind(fs);
    const spy = vi.spyOn(fs, "openSync").mockImplementationOnce(() => {
      throw left;
    });
    spy.mockImplementation(original);
    writeFileAtomic(join(folder, "file"), "text");
    expect(fs.readFileSync(join(folder, "file"), "utf8")).toBe("text");
  });

  test("a missing folder and a folder in place of the file are storage errors", () => {
    expect(() => writeFileAtomic(join(folder, "missing", "file"), "x")).toThrow(StorageError);
    fs.mkdirSync(join(folder, "taken"));
    expect(() => writeFileAtomic(join(folder, "taken"), "x")).toThrow(StorageError);
    expect(fs.readdirSync(folder)).toEqual(["taken"]);
  });
});

describe("failures of the file system", () => {
  test.each([
    ["EACCES", "no permission"],
    ["EROFS", "read-only"],
    ["ENOENT", "no such file"],
  ])("%s is explained", (code, text) => {
    const error = fileSystemFailure(failure(code), "to read", "a/b");
    expect(error).toBeInstanceOf(StorageError);
    expect(error.exitCode).toBe(5);
    expect(error.message).toContain(text);
    expect(error.message).toContain('to read "a/b"');
    expect(error.message).not.toContain("\n");
  });

  test("an unknown failure keeps its message and an illume error stays itself", () => {
    const known = new StorageError({ expected: "a", received: "b", remedy: "c" });
    expect(fileSystemFailure(known, "to read", "x")).toBe(known);
    expect(fileSystemFailure(new Error("odd"), "to read", "x").message).toContain("odd");
    expect(fileSystemFailure("text", "to read", "x").message).toContain("text");
  });

  test("what a killed process left behind is removed, and nothing else", () => {
    writeFileAtomic(join(folder, "whole.temporary"), "a");
    writeFileAtomic(join(folder, ".hidden"), "b");
    const killed = new AtomicFile(join(folder, "weights"));
    killed.write("half");
    expect(fs.readdirSync(folder)).toHaveLength(3);
    removeTemporaryFiles(folder);
    expect(fs.readdirSync(folder).sort()).toEqual([".hidden", "whole.temporary"]);
    killed.discard();
  });
});
