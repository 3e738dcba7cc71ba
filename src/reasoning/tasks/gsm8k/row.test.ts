import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptFileError } from "../../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../../core/random.ts";
import { auditGsm8k } from "./audit.ts";
import { gsm8kTask } from "./gsm8k-task.ts";
import { formatGsm8kRow, type Gsm8kLine, type Gsm8kRow, parseGsm8kRow, readGsm8k, writeGsm8k } from "./row.ts";
import { readGsm8kSteps, writeGsm8kRow } from "./steps.ts";

const excerpt = fileURLToPath(new URL("../../../../tests/fixtures/gsm8k/excerpt.jsonl", import.meta.url));

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "illume-gsm8k-"));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

async function read(path: string): Promise<Gsm8kLine[]> {
  const lines: Gsm8kLine[] = [];
  for await (const line of readGsm8k(path)) lines.push(line);
  return lines;
}

/** All UTF-16, with half pairs too; the first 300 units (control characters among them) as often as all others. */
const anyText = fc.string({
  unit: fc.oneof(fc.nat(300), fc.nat(0xffff)).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});

describe("files", () => {
  test("rows are written back byte for byte", async () => {
    const lines = await read(excerpt);
    expect(lines).toHaveLength(20);
    expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    const copy = join(folder, "copy.jsonl");
    expect(
      await writeGsm8k(
        copy,
        lines.map(({ row }) => row),
      ),
    ).toBe(20);
    expect(fs.readFileSync(copy).equals(fs.readFileSync(excerpt))).toBe(true);
  });

  test("other fields are kept, in their order", () => {
    const line =
      '{"id": 7, "question": "na\\u00efve \\ud83d\\ude00\\u007f\\n?", "answer": "#### 1", "__proto__": {"a": 1}}';
    expect(formatGsm8kRow(parseGsm8kRow(JSON.parse(line)))).toBe(line.replace('{"a": 1}', '{"a":1}'));
    expect("a" in parseGsm8kRow(JSON.parse(line))).toBe(false);
  });

  test("any text comes back", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const row = { question: `q${text}`, answer: `${text}\n#### 3` };
        const line = formatGsm8kRow(row);
        expect(line).toMatch(/^[ -~]*$/);
        expect(parseGsm8kRow(JSON.parse(line))).toEqual(row);
      }),
    );
  });

  test.each([
    ["[1]", 'an object {"question", "answer"}', "a list"],
    ["3", 'an object {"question", "answer"}', "a number"],
    ['{"answer": "#### 3"}', 'text as "question"', "nothing"],
    ['{"question": "q"}', 'text as "answer"', "nothing"],
    ['{"question": 3, "answer": "#### 3"}', 'text as "question"', "a number"],
    ['{"question": " ", "answer": "#### 3"}', 'text as "question"', "blank text"],
    ['{"question": "q", "answer": "3"}', 'a line "#### number"', 'no "####"'],
    ['{"question": "q", "answer": "#### three"}', 'a line "#### number"', '"three"'],
    ['{"question": "q", "answer": "#### "}', 'a line "#### number"', '""'],
    ['{"question": "q", "answer": ', "one JSON value", '"{'],
    ['{"__proto__": {"question": "q", "answer": "#### 3"}}', 'text as "question"', "nothing"],
  ])("%s is named by its line", async (line, expected, received) => {
    const path = join(folder, "rows.jsonl");
    fs.writeFileSync(path, `{"question": "q", "answer": "#### 3"}\n\n${line}\n`);
    const error = (await read(path).catch((thrown: unknown) => thrown)) as CorruptFileError;
    expect(error).toBeInstanceOf(CorruptFileError);
    expect(error.expected).toContain(expected);
    expect(error.expected).toContain("line 3 of");
    expect(error.received).toContain(received);
  });
});

describe("the audit", () => {
  test("counts, lists rows without steps and other last results", async () => {
    const audit = await auditGsm8k(readGsm8k(excerpt));
    expect(audit).toMatchObject({ rows: 20, wrongAnnotations: [], withoutAnnotations: [9, 11] });
    expect(audit.lastResultDiffers).toEqual([
      { line: 8, lastResult: "20", answer: "5" },
      { line: 12, lastResult: "0.25", answer: "25" },
    ]);
  });

  test("lists wrong arithmetic by line", async () => {
    const row = { question: "q", answer: "<<1+1=2>>2\n<<2*2=5>>5\n#### 5" };
    const audit = await auditGsm8k([{ line: 9, row }]);
    expect(audit.wrongAnnotations).toEqual([{ line: 9, annotation: "2*2=5", fault: '"2*2=5": the exact value is 4' }]);
  });
});

describe("steps", () => {
  const solution = {
    question: "Ada has 4 boxes with 12 pens each and gives 25% away. How many are left?",
    steps: [
      { expression: "4 * 12", result: "48" },
      { expression: "25% of 48", result: "12" },
      { expression: "48 − 12", result: "36" },
    ],
    answer: "36",
  };

  test("become a row in GSM8K's own notation, and come back", () => {
    const row = writeGsm8kRow(solution);
    expect(row.answer).toBe(
      "4 * 12 = <<4*12=48>>48\n25% of 48 = <<(25/100)*48=12>>12\n48 − 12 = <<48-12=36>>36\n#### 36",
    );
    expect(readGsm8kSteps(row)).toEqual(solution);
    expect(gsm8kTask.verify(row, row.answer)).toEqual({ answerCorrect: true, correct: true });
  });

  test("any sums, products and quotients come back, numbers as their text", () => {
    const number = fc.integer({ min: 1, max: 9999 });
    const step = fc
      .tuple(number, fc.constantFrom(" + ", " - ", "*", " × ", " / ", " x "), number)
      .map(([a, operator, b]) => ({ expression: `${a}${operator}${b}`, result: 7 }));
    fc.assert(
      fc.property(fc.array(step), fc.integer(), (steps, answer) => {
        const expected = { question: "q", steps: steps.map((each) => ({ ...each, result: "7" })), answer: `${answer}` };
        expect(readGsm8kSteps(writeGsm8kRow({ question: "q", steps, answer }))).toEqual(expected);
      }),
    );
  });

  test("of real rows: the text's spelling where it is the same arithmetic, else the annotation's", async () => {
    const lines = await read(excerpt);
    expect(readGsm8kSteps((lines[0] as Gsm8kLine).row).steps).toEqual([
      { expression: "48/2", result: "24" },
      { expression: "48+24", result: "72" },
    ]);
    for (const { row } of lines) {
      const steps = readGsm8kSteps(row);
      expect(readGsm8kSteps(writeGsm8kRow(steps))).toEqual(steps);
    }
  });

  test("what is no arithmetic is refused", () => {
    for (const step of [
      { expression: "two", result: 2 },
      { expression: "1+1=2", result: 2 },
      { expression: "1+1>>", result: 2 },
      { expression: "1+1", result: "two" },
      { expression: "1+1", result: Number.NaN },
    ]) {
      expect(() => writeGsm8kRow({ ...solution, steps: [step] })).toThrow(InvalidArgumentError);
    }
    expect(() => writeGsm8kRow({ ...solution, answer: "1\n#### 2" })).toThrow(InvalidArgumentError);
    expect(() => writeGsm8kRow({ ...solution, question: " " })).toThrow(InvalidArgumentError);
    expect(() => readGsm8kSteps({ question: "q", answer: "<<1+1>>\n#### 2" })).toThrow(InvalidArgumentError);
  });
});

describe("the task", () => {
  test("prompts, solves, verifies and serializes its rows", async () => {
    for (const { row } of await read(excerpt)) {
      expect(gsm8kTask.prompt(row)).toBe(row.question);
      expect(gsm8kTask.verify(row, gsm8kTask.solution(row))).toEqual({ answerCorrect: true, correct: true });
      expect(gsm8kTask.deserialize(JSON.parse(JSON.stringify(gsm8kTask.serialize(row))))).toEqual(row);
      expect(gsm8kTask.mutate(row, new RandomStream(0))).toBeUndefined();
    }
    expect(() => gsm8kTask.deserialize({ question: "q" })).toThrow(InvalidArgumentError);
  });

  test("describes rows by steps and operations", () => {
    const bins = (answer: string): string[] =>
      gsm8kTask.descriptors.map(({ bin, bins }) => bins[bin({ question: "q", answer } as Gsm8kRow)] as string);
    expect(bins("#### 3")).toEqual(["0", "none"]);
    expect(bins("<<1+1=2>> <<2*3-1=5>>\n#### 5")).toEqual(["2", "+ - *"]);
    expect(bins("<<-4/2=-2>>\n#### -2")).toEqual(["1", "/"]);
    expect(bins(`${"<<1/1=1>>".repeat(12)}\n#### 1`)).toEqual(["8 or more", "/"]);
  });
});
