import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../core/random.ts";
import { dataCard } from "./card.ts";
import { dataCardMarkdown } from "./card-markdown.ts";
import { exportRows } from "./export-rows.ts";
import type { DataRow } from "./measures/measure.ts";
import { readRows } from "./read-rows.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-export-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const rows: DataRow[] = [
  { prompt: "q", completion: "a", attributes: { correct: true, steps: 2 } },
  { prompt: "", completion: 'line\n"quoted", \u2028 🙂' },
];

describe("JSON Lines", () => {
  test.each([
    ["prompt-completion", '{"prompt":"q","completion":"a"}'],
    ["question-answer", '{"question":"q","answer":"a"}'],
    ["chat", '{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}'],
  ] as const)("%s", (format, line) => {
    const path = join(folder, `${format}.jsonl`);
    exportRows(path, rows, { format, attributes: false });
    expect(readFileSync(path, "utf8").split("\n")[0]).toBe(line);
  });

  test("reads back as it was", async () => {
    const text = fc.string({ unit: "grapheme" });
    const row: fc.Arbitrary<DataRow> = fc.record({
      prompt: text,
      completion: text,
      attributes: fc.dictionary(
        fc.constantFrom("steps", "prompt", "__proto__", "x y"),
        fc.oneof(text, fc.integer(), fc.boolean()),
        { minKeys: 1, noNullPrototype: true },
      ),
    });
    const format = fc.constantFrom("prompt-completion" as const, "question-answer" as const, "chat" as const);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 4 }), format, async (written, chosen) => {
        const { dataPath } = exportRows(join(folder, "back.jsonl"), written, { format: chosen });
        expect((await readRows(dataPath)).rows).toEqual(written);
      }),
      { numRuns: 50 },
    );
  });
});

describe("CSV", () => {
  test("guards texts that a spreadsheet would run, and leaves numbers", () => {
    const hostile = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", " =1", "\uff1d1", "fine", "a=b"];
    const made = hostile.map((completion, index) => ({ prompt: "", completion, attributes: { "=n": -index } }));
    exportRows(join(folder, "h.csv"), made, { format: "csv" });
    const lines = readFileSync(join(folder, "h.csv"), "utf8").split("\r\n");
    expect(lines[0]).toBe("prompt,completion,'=n");
    expect(lines.slice(1)).toEqual([
      ...[",'=1+1,0", ",'+1,-1", ",'-1,-2", ",'@x,-3", ",'\tx,-4", ',"\'\rx",-5', ",' =1,-6", ",'\uff1d1,-7"],
      ...[",fine,-8", ",a=b,-9", ""],
    ]);
  });

  test("no cell of any text starts as a formula does, and others read back as they were", async () => {
    const text = fc
      .array(fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", " ", ",", '"', "a", "'"))
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(text, async (completion) => {
        const { dataPath } = exportRows(join(folder, "p.csv"), [{ prompt: "p", completion }], { format: "csv" });
        const read = (await readRows(dataPath)).rows[0]?.completion as string;
        expect(read).not.toMatch(/^[=+\-@\t\r]/);
        expect([completion, `'${completion}`]).toContain(read);
      }),
      { numRuns: 100 },
    );
  });

  test("has all attributes as columns, and refuses one that is called as a text column", async () => {
    const { dataPath } = exportRows(join(folder, "c.csv"), rows, { format: "csv" });
    expect((await readRows(dataPath)).rows).toEqual(rows);
    const clash = [{ prompt: "", completion: "", attributes: { prompt: 1 } }];
    expect(() => exportRows(join(folder, "clash.csv"), clash, { format: "csv" })).toThrow(InvalidArgumentError);
    expect(readdirSync(folder)).not.toContain("clash.csv");
  });
});

describe("card", () => {
  test("lies beside the data and tells how it was made, counts, Q, D and C", async () => {
    const made = Array.from({ length: 30 }, (_, index) => ({
      prompt: "",
      completion: `row ${index % 29}`,
      attributes: { correct: index % 2 === 0 },
    }));
    const measured = await dataCard(made, { random: new RandomStream(0) });
    const text = { title: "Rows", howMade: ["Counted."], command: "illume export", licence: "MIT" };
    const files = exportRows(join(folder, "set.jsonl"), made, { format: "chat", card: { measured, text } });
    expect(files.cardPath).toBe(join(folder, "set.card.md"));
    const markdown = readFileSync(files.cardPath as string, "utf8");
    for (const part of [
      ...["# Rows\n\nCounted.\n", "Command: `illume export`", "Licence: MIT", "30 rows, 1 of them exact repeats"],
      ...["| quality | verifier-accuracy | 0.5 |", "| diversity | distinct-1 |", "| complexity | length-words | 2 |"],
      ...["- rows 1, 30", "## Thin regions"],
    ]) {
      expect(markdown).toContain(part);
    }
  });

  test("escapes hostile text", async () => {
    const measured = await dataCard([], { random: new RandomStream(0), measures: [], descriptors: [] });
    const markdown = dataCardMarkdown(measured, {
      title: "<script>x</script> | [a](javascript:b)\u001b[2J\n# second",
      howMade: ["![i](http://x) `c`"],
      command: "a `b` c",
    });
    expect(markdown).not.toMatch(/<script|^# second|[^\\]\[a\]|[^\\]!/m);
    expect(markdown).not.toContain("\u001b");
    expect(markdown).toContain("`` a `b` c ``");
  });
});
