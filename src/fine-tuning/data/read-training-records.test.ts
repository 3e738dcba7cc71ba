import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { MalformedRowsError } from "../../synthetic-data/malformed-rows-error.ts";
import { readTrainingRecords } from "./read-training-records.ts";

const folder = mkdtempSync(join(tmpdir(), "illume-records-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

const pair = (prompt: string, completion: string) => ({ format: "prompt and completion", prompt, completion });
const wanted = [pair("a", "b"), pair("c, d", 'e "f"')];

describe("files to learn from", () => {
  test.each<[string, string | Uint8Array]>([
    ["pairs.jsonl", '{"prompt": "a", "completion": "b"}\n\n{"prompt": "c, d", "completion": "e \\"f\\""}\n'],
    ["pairs.json", '[{"prompt": "a", "completion": "b"}, {"prompt": "c, d", "completion": "e \\"f\\""}]'],
    ["pairs.csv", 'prompt,completion\na,b\n"c, d","e ""f"""\n'],
    ["pairs.tsv", 'prompt\tcompletion\na\tb\nc, d\t"e ""f"""\n'],
    [
      "pairs.parquet",
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: "prompt", data: ["a", "c, d"], type: "STRING" },
            { name: "completion", data: ["b", 'e "f"'], type: "STRING" },
          ],
        }),
      ),
    ],
  ])("%s", async (name, contents) => {
    const read = await readTrainingRecords(file(name, contents));
    expect(read.records).toEqual(wanted);
    expect(read.format).toBe("prompt and completion");
    expect(read.checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  test("every broken record is told with its line, whatever is wrong with it", async () => {
    const path = file(
      "broken.jsonl",
      '{"text": "a"}\nnot json\n{"text": ""}\n{"prompt": "a", "completion": "b"}\n{"text": "b"}\n',
    );
    const failure = await readTrainingRecords(path).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MalformedRowsError);
    expect((failure as MalformedRowsError).faults).toEqual([
      { line: 2, fault: expect.stringContaining("JSON") },
      { line: 3, fault: 'no text in the field "text"' },
      { line: 4, fault: "prompt and completion, in a file of text" },
    ]);
    const { records, places, skipped } = await readTrainingRecords(path, "skip");
    expect([records.length, places, skipped.length]).toEqual([2, [1, 5], 3]);
  });

  test.each<[string, string, typeof StorageError | typeof InvalidArgumentError | typeof CorruptFileError]>([
    ["empty.jsonl", "", InvalidArgumentError],
    ["kind.xlsx", "PK", InvalidArgumentError],
    ["torn.parquet", "PAR1 and nothing more", CorruptFileError],
  ])("%s is refused", async (name, contents, type) => {
    await expect(readTrainingRecords(file(name, contents))).rejects.toBeInstanceOf(type);
  });

  test("a missing file", async () => {
    await expect(readTrainingRecords(join(folder, "missing.jsonl"))).rejects.toBeInstanceOf(StorageError);
  });
});
