import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labelsOf } from "./domain-schema.ts";
import { promptfooLines } from "./export/promptfoo.ts";
import { parseDomain } from "./load-domain.ts";
import { readSeeds } from "./read-seeds.ts";
import type { PromptRecord } from "./run/prompt-records.ts";
import { starterDomain } from "./starter-domain.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-seeds-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("seeds", () => {
  test.each([
    ["rows.jsonl", '{"question":"a?","answer":"b"}\n{"question":"c?","answer":"d"}\n{"question":"a?","answer":"e"}'],
    ["rows.csv", "prompt,__expected\na?,x\nc?,y\n"],
    ["chat.jsonl", '{"messages":[{"role":"user","content":"a?"},{"role":"assistant","content":"b"}]}\n{"prompt":"c?"}'],
    [
      "log.jsonl",
      '{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a?"},{"role":"assistant","content":"b"},{"role":"user","content":"and?"}]}\n{"messages":[{"role":"user","content":"c?"}]}',
    ],
    [
      "evals.jsonl",
      '{"input":[{"role":"system","content":"s"},{"role":"user","content":"a?"}],"output":"b"}\n{"prompt":"c?"}',
    ],
    ["rows.json", '{"data":[{"input":"a?","output":""},{"input":"c?","output":""}]}'],
    ["tests.yaml", "tests:\n  - vars: {message: a?}\n  - vars: {message: c?}\n"],
    ["several.yaml", "tests:\n  - vars:\n      message: [a?, c?]\n"],
    ["config.json", '{"prompts":["{{q}}"],"tests":[{"vars":{"q":"a?","tone":"x"}},{"vars":{"q":"c?"}}]}'],
    ["results.json", '{"results":{"results":[{"prompt":{"raw":"a?"},"vars":{}},{"prompt":{"raw":"c?"}}]}}'],
  ])("of %s", async (name, content) => {
    expect(await readSeeds(file(name, content))).toMatchObject({ seeds: ["a?", "c?"], found: 2, skipped: 0 });
  });

  test("a template is filled in where no variable is named, and not where one is", async () => {
    const path = file("template.yaml", "prompts: ['Be brief. {{ q }} {{other}}']\ntests: [{vars: {q: a?, tone: b}}]");
    expect((await readSeeds(path)).seeds).toEqual(["Be brief. a? {{other}}"]);
    expect((await readSeeds(path, { field: "q" })).seeds).toEqual(["a?"]);
  });

  test("what illume exports for promptfoo comes back as it was", async () => {
    const domain = parseDomain(starterDomain({ name: "mine" }), "mine.yaml");
    const texts = ['Say "{{ 1 }}" and {% x %}', "file://etc", "ends\n", "plain"];
    const labels = Object.fromEntries(domain.descriptors.map(({ name }) => [name, "x"]));
    const records = texts.map(
      (prompt, index) => ({ id: String(index), prompt, labels, fitness: 1 }) as unknown as PromptRecord,
    );
    const lines = promptfooLines(domain, records, { targetId: "t", command: "c" });
    const path = file("exported.yaml", [...lines].join("\n"));
    expect((await readSeeds(path)).seeds).toEqual(texts.map((text) => text.trim()));
  });

  test("a file without the named column says which it has", async () => {
    const path = file("columns.csv", "question,tone\na?,x\n");
    await expect(readSeeds(path, { field: "nothing" })).rejects.toThrow(/no field "nothing" among "question", "tone"/u);
  });

  test("a named field, rows without it counted", async () => {
    const path = file(
      "log.jsonl",
      '{"input":[{"role":"user","content":"a?"}],"ideal":"b"}\n{"x":1}\nnonsense\n{"input":"  "}',
    );
    expect(await readSeeds(path, { field: "input" })).toEqual({ seeds: ["a?"], found: 1, skipped: 3 });
  });

  test("are spread over the file", async () => {
    const path = file("many.jsonl", Array.from({ length: 100 }, (_, index) => `"${index}"`).join("\n"));
    const { seeds, found } = await readSeeds(path, { limit: 4 });
    expect(seeds).toEqual(["0", "25", "50", "75"]);
    expect(found).toBe(100);
    for (const limit of [1, 3, 7, 99, 100, 500]) {
      expect((await readSeeds(path, { limit })).seeds).toHaveLength(Math.min(100, limit));
    }
  });

  test.each([
    ["two.yaml", "tests: [{vars: {a: x, b: y}}]", undefined, "--field"],
    ["none.yaml", "tests: [{vars: {a: x}}]", "b", 'the variables "a"'],
    ["other.yaml", "seeds: [a]", undefined, 'no list "tests"'],
    ["torn.yaml", "tests: [", undefined, "JSON or YAML"],
    ["empty.jsonl", '{"x":1}', undefined, "none in 1 rows"],
    ["bomb.json", "{", undefined, "JSON or YAML"],
  ])("%s is an error that says what to do", async (name, content, field, message) => {
    await expect(readSeeds(file(name, content), field === undefined ? {} : { field })).rejects.toThrow(message);
  });

  test("a file that is not there", async () => {
    await expect(readSeeds(join(folder, "nowhere.yaml"))).rejects.toThrow("no such file");
  });
});

describe("the starter", () => {
  test("is a valid domain as it is", () => {
    const domain = parseDomain(starterDomain({ name: "own" }), "own.yaml");
    expect(domain.name).toBe("own");
    expect(domain.descriptors.map((descriptor) => labelsOf(descriptor).length)).toEqual([4, 3, 4]);
    for (const descriptor of domain.descriptors) {
      for (const { label } of descriptor.mutation.examples) expect(labelsOf(descriptor)).toContain(label);
    }
  });

  test("takes any text as a seed", () => {
    const seeds = [
      'a: "b" # c',
      "- x\n- y",
      "\u0000\u001b[2J",
      "{{x}}",
      "😀\u2028x",
      "# seeds:",
      "'",
      "!!js/function x",
    ];
    const text = starterDomain({ name: "own", seeds, source: "odd\nname: x.jsonl" });
    const domain = parseDomain(text, "own.yaml");
    expect(domain.seeds).toEqual(seeds);
    expect(domain.name).toBe("own");
  });
});
