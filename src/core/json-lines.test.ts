import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CorruptFileError } from "./errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "./errors/invalid-argument-error.ts";
import { StorageError } from "./errors/storage-error.ts";
import { type JsonLine, parseJsonLines, readJsonLines, writeJsonLines } from "./json-lines.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "illume-json-lines-"));
  path = join(folder, "rows.jsonl");
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function collect(lines: AsyncIterable<JsonLine>): Promise<JsonLine[]> {
  const collected: JsonLine[] = [];
  for await (const line of lines) collected.push(line);
  return collected;
}

/** What the streaming reader makes of these contents. */
async function read(contents: string | Uint8Array): Promise<JsonLine[]> {
  fs.writeFileSync(path, contents);
  return collect(readJsonLines(path));
}

describe("reading", () => {
  test("line numbers count blank lines, which hold no value", async () => {
    const text = '\ufeff{"a":1}\r\n\n  \n[2]\n"drei ü"';
    const expected = [
      { line: 1, value: { a: 1 } },
      { line: 4, value: [2] },
      { line: 5, value: "drei ü" },
    ];
    expect(await read(text)).toEqual(expected);
    expect([...parseJsonLines(text)]).toEqual(expected);
    expect(await read("")).toEqual([]);
    expect(await read("null\n")).toEqual([{ line: 1, value: null }]);
  });

  test("lines that cross the chunks of the file, characters too", async () => {
    const values = Array.from({ length: 40 }, (_, index) => "日ü𝄞".repeat(index * 300));
    const text = values.map((value) => JSON.stringify(value)).join("\n");
    expect(Buffer.byteLength(text)).toBeGreaterThan(3 * 256 * 1024);
    expect((await read(text)).map(({ value }) => value)).toEqual(values);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ["no JSON", '{"a":1}\n\n{"b":\n', /one JSON value \(line 3 of /],
    ["no JSON at the end without line end", "1\n2\ntorn {", /line 3/],
    ["two values in a line", '{"a":1} {"b":2}\n', /line 1/],
    ["control characters", "\u001b[31m\n", /"\\u001b\[31m"/],
    ["no UTF-8", new Uint8Array([0x31, 0x0a, 0x22, 0xff, 0x22]), /UTF-8 \(line 2/],
  ])("%s is a corrupt file", async (_, contents, message) => {
    const error = await read(contents).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CorruptFileError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/\p{Cc}/u);
    if (typeof contents === "string") expect(() => [...parseJsonLines(contents)]).toThrow(CorruptFileError);
  });

  test("an endless line is refused before it fills the memory", async () => {
    fs.writeFileSync(path, "");
    fs.truncateSync(path, 70 * 1024 * 1024);
    await expect(collect(readJsonLines(path))).rejects.toThrow(/at most 67108864 bytes/);
  });

  test("missing files and folders are storage errors", async () => {
    await expect(collect(readJsonLines(path))).rejects.toThrow(StorageError);
    await expect(collect(readJsonLines(folder))).rejects.toThrow(StorageError);
  });

  test("stopping early closes the file", async () => {
    fs.writeFileSync(path, "1\n2\n3\n");
    const lines = readJsonLines(path);
    expect((await lines.next()).value).toEqual({ line: 1, value: 1 });
    await lines.return();
    expect((await lines.next()).done).toBe(true);
  });
});

describe("writing", () => {
  test("any JSON comes back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), async (values) => {
        const plain = JSON.parse(JSON.stringify(values)) as unknown[];
        expect(await writeJsonLines(path, plain)).toBe(plain.length);
        expect((await collect(readJsonLines(path))).map(({ value }) => value)).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });

  test("streams in, blocks out", async () => {
    async function* rows(): AsyncGenerator<number> {
      for (let row = 0; row < 100_000; row++) yield row;
    }
    expect(await writeJsonLines(path, rows(), String)).toBe(100_000);
    const text = fs.readFileSync(path, "utf8");
    expect(text.startsWith("0\n1\n2\n")).toBe(true);
    expect(text.endsWith("\n99999\n")).toBe(true);
  });

  test("a failure on the way keeps the old file", async () => {
    await writeJsonLines(path, ["old"]);
    function* rows(): Generator<string> {
      yield "new";
      throw new RangeError("source failed");
    }
    await expect(writeJsonLines(path, rows())).rejects.toThrow(RangeError);
    for (const value of [undefined, 3n, () => 1]) {
      await expect(writeJsonLines<unknown>(path, ["new", value])).rejects.toThrow(InvalidArgumentError);
    }
    await expect(writeJsonLines(path, ["new"], () => "two\nlines")).rejects.toThrow(/line ends/);
    vi.spyOn(fs, "writeSync").mockImplementation(() => {
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    });
    await expect(writeJsonLines(path, ["new"])).rejects.toThrow(/full disk/);
    vi.restoreAllMocks();
    expect(fs.readFileSync(path, "utf8")).toBe('"old"\n');
    expect(fs.readdirSync(folder)).toEqual(["rows.jsonl"]);
  });
});
