import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sharedDataMissing, sharedDataPath } from "../../tests/fixtures/shared-data.ts";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { MalformedRowsError } from "./malformed-rows-error.ts";
import { type ReadRowsOptions, readRows } from "./read-rows.ts";
import { rowsOfRecord } from "./rows-of-record.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-rows-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(name: string, content: string | Uint8Array, options?: ReadRowsOptions) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return readRows(path, options);
}

describe("shapes of a record", () => {
  test.each([
    ["plain text", "a text", { prompt: "", completion: "a text" }],
    ["text field", { text: "t", id: 3 }, { prompt: "", completion: "t", attributes: { id: 3 } }],
    ["prompt and completion", { prompt: "p", completion: "c" }, { prompt: "p", completion: "c" }],
    ["question and answer", { question: "q", answer: "a\n#### 1" }, { prompt: "q", completion: "a\n#### 1" }],
    ["instruction", { instruction: "i", input: "x", output: "o" }, { prompt: "i\n\nx", completion: "o" }],
    ["instruction alone", { instruction: "i", input: "", output: "o" }, { prompt: "i", completion: "o" }],
    [
      "own attributes",
      { prompt: "p", completion: "c", correct: true, list: [1], attributes: { steps: 2, deep: {} } },
      { prompt: "p", completion: "c", attributes: { correct: true, steps: 2 } },
    ],
    [
      "chat",
      {
        messages: [
          { role: "user", content: "q" },
          { role: "assistant", content: "a" },
        ],
      },
      { prompt: "q", completion: "a" },
    ],
    [
      "chat of several turns",
      {
        messages: [
          { role: "system", content: "s" },
          { role: "user", content: [{ type: "text", text: "q" }, { type: "image" }] },
          { role: "assistant", content: null },
          { role: "assistant", content: "a" },
          { role: "user", content: "thanks" },
        ],
      },
      { prompt: "system: s\nuser: q\nassistant: ", completion: "a" },
    ],
    [
      "chat by other names",
      {
        conversations: [
          { from: "human", value: "q" },
          { from: "gpt", value: "a" },
        ],
      },
      { prompt: "q", completion: "a" },
    ],
    [
      "chats as prompt and completion",
      { prompt: [{ role: "user", content: "q" }], completion: [{ role: "assistant", content: "a" }] },
      { prompt: "q", completion: "a" },
    ],
  ])("%s", (_, record, row) => {
    expect(rowsOfRecord(record)).toEqual([row]);
  });

  test("fields by name", () => {
    const record = { prompt: "p", completion: "c", summary: "s" };
    expect(rowsOfRecord(record, "summary")).toEqual([
      { prompt: "", completion: "s", attributes: { prompt: "p", completion: "c" } },
    ]);
    expect(rowsOfRecord(record, { prompt: "completion", completion: "summary" })).toEqual([
      { prompt: "c", completion: "s", attributes: { prompt: "p" } },
    ]);
  });

  test.each([
    ["a number", 5, "a number, not an object"],
    ["null", null, "a null, not an object"],
    ["a list", ["a"], "a list, not an object"],
    ["unknown fields", { foo: "x" }, 'no text in the fields "foo"'],
    ["no fields", {}, "(none)"],
    ["a wrong type", { prompt: "p", completion: 5 }, 'no text in the field "completion"'],
    ["a chat without an answer", { messages: [{ role: "user", content: "q" }] }, "no message of an assistant"],
    ["an empty chat", { messages: [] }, "no list of messages"],
    ["a chat of numbers", { messages: [1] }, "no list of messages"],
    ["an inherited name", JSON.parse('{"__proto__": {"text": "x"}}'), 'no text in the fields "__proto__"'],
  ])("fault: %s", (_, record, fault) => {
    expect(rowsOfRecord(record)).toEqual({ fault: expect.stringContaining(fault) });
  });

  test("a hostile attribute changes no prototype", () => {
    const record = JSON.parse('{"text": "t", "attributes": {"__proto__": 5, "constructor": "x"}}');
    const made = rowsOfRecord(record);
    const attributes = Array.isArray(made) ? made[0].attributes : undefined;
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect(Object.keys(attributes)).toEqual(["__proto__", "constructor"]);
  });
});

describe("files", () => {
  test("JSON Lines: byte order mark, carriage returns, blank lines, no last line end", async () => {
    const { rows, lines, skipped } = await read("a.jsonl", '\ufeff{"text":"a"}\r\n\r\n"b"\n{"text":"\u2028"}');
    expect(rows.map((row) => row.completion)).toEqual(["a", "b", "\u2028"]);
    expect(lines).toEqual([1, 3, 4]);
    expect(skipped).toEqual([]);
  });

  test("JSON: a list, or one list in an object", async () => {
    expect((await read("a.json", '["a", {"text": "b"}]')).rows.length).toBe(2);
    expect((await read("b.json", '{"version": 1, "data": [{"text": "b"}]}')).lines).toEqual([1]);
    await expect(read("c.json", '{"a": [], "b": []}')).rejects.toThrow(CorruptFileError);
    await expect(read("d.json", '{"text": "a"}\n{"text": "b"}')).rejects.toThrow(".jsonl");
  });

  test("CSV: quotes, line ends in cells, typed attributes", async () => {
    const content =
      '\ufeffquestion,answer,correct,steps,code\r\n"a\nb","say ""x""",true,3,007\r\n\r\nq2,,false,-1.5,\r\nq3,a3,maybe,,1e999\r\n';
    const { rows, lines } = await read("a.csv", content);
    expect(rows).toEqual([
      { prompt: "a\nb", completion: 'say "x"', attributes: { correct: true, steps: 3, code: "007" } },
      { prompt: "q2", completion: "", attributes: { correct: false, steps: -1.5 } },
      { prompt: "q3", completion: "a3", attributes: { correct: "maybe", code: "1e999" } },
    ]);
    expect(lines).toEqual([2, 5, 6]);
    expect((await read("a.tsv", "text\tn\na,b\t1\n")).rows).toEqual([
      { prompt: "", completion: "a,b", attributes: { n: 1 } },
    ]);
  });

  test("malformed lines are all named, and skipped on request only", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"text":"a"}\n{"text":\n{"foo":1}\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from('"\u001b[2J\n{"text":"b"}\n'),
    ]);
    const error = await read("bad.jsonl", bytes).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(MalformedRowsError);
    expect(error.faults.map((fault: { line: number }) => fault.line)).toEqual([2, 3, 4, 5]);
    expect(error.message).toContain("line 2: ");
    expect(error.message).toContain("and 1 more");
    expect(error.message.includes("\u001b") || error.message.includes("\n")).toBe(false);
    for (const { fault } of error.faults) expect(fault).not.toContain("\u001b");
    const { rows, lines, skipped } = await read("bad.jsonl", bytes, { malformed: "skip" });
    expect(rows.map((row) => row.completion)).toEqual(["a", "b"]);
    expect(lines).toEqual([1, 6]);
    expect(skipped).toEqual(error.faults);
  });

  test("malformed CSV is named by line", async () => {
    const content = 'text,n\na,1\nb\nc,"2\n';
    const error = await read("bad.csv", content).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(MalformedRowsError);
    expect(error.faults).toEqual([
      { line: 3, fault: expect.stringContaining("expect 2, got 1") },
      { line: 4, fault: "a quote that is not closed" },
    ]);
    expect((await read("bad.csv", content, { malformed: "skip" })).lines).toEqual([2]);
    await expect(read("header.csv", "text,text\na,b\n")).rejects.toThrow("different column names");
    await expect(read("header2.csv", 'te"xt,n\na,b\n')).rejects.toThrow("correct the header");
    await expect(read("bytes.csv", Buffer.from([0x61, 0x0a, 0xff]))).rejects.toThrow("UTF-8");
  });

  test("an empty file has no rows", async () => {
    for (const name of ["empty.jsonl", "empty.csv"]) expect((await read(name, "")).rows).toEqual([]);
  });

  test("a missing file and an unknown format are errors of their own", async () => {
    await expect(readRows(join(folder, "missing.jsonl"))).rejects.toThrow(StorageError);
    await expect(read("a.xlsx", "")).rejects.toThrow(InvalidArgumentError);
    expect((await read("a.txt", '"x"', { format: "jsonl" })).rows.length).toBe(1);
  });
});

describe.skipIf(sharedDataMissing)("real data", () => {
  test.each([
    ["gsm8k/train.jsonl", 7473, "#### 72"],
    ["self-instruct/davinci.jsonl", 252, "rate"],
    ["self-instruct/seed_tasks.jsonl", 175, "oatmeal"],
  ])("%s", async (name, count, text) => {
    const { rows } = await readRows(sharedDataPath(name));
    expect(rows.length).toBeGreaterThanOrEqual(count);
    expect(rows[0]?.completion).toContain(text);
    expect(rows.every((row) => row.prompt !== "")).toBe(true);
  });
});
