/** Every command on a model of random weights, in miniature: how they hang together, not what they find. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../src/core/package-root.ts";
import { RandomStream } from "../../src/core/random.ts";
import { saveTransformer } from "../../src/language-models/engine/transformer-file.ts";
import { initialiseTransformer } from "../../src/nn/transformer.ts";
import { gradeSchoolTokenizer } from "../../src/reasoning/tasks/grade-school/grade-school-tokenizer.ts";

const shape = {
  vocabularySize: gradeSchoolTokenizer.vocabularySize,
  hiddenSize: 16,
  layers: 1,
  heads: 2,
  keyValueHeads: 2,
  feedForwardSize: 32,
  rotaryBase: 10_000,
  epsilon: 1e-5,
};
const settings = `
model: illume:tiny.safetensors
threads: 1
search: { evaluations: 20, batchSize: 10, seeds: 10 }
learn: { examples: 8, replay: 4, epochs: 1, batchSize: 4 }
measure: { problems: 4, resamples: 20 }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-commands-"));
  const parameters = initialiseTransformer(shape, new RandomStream(1));
  saveTransformer(join(folder, "tiny.safetensors"), { shape, parameters, tokenizer: "grade-school" }, "f32");
  writeFileSync(join(folder, "illume.yaml"), settings);
});
afterAll(() => rmSync(folder, { recursive: true }));

function illume(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(packageRoot, "src", "cli", "main.ts"), ...args],
    { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH ?? "", TERM: "xterm" } },
  );
  expect((stderr + stdout).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  return { status, stdout, stderr, lines: stdout.trimEnd().split("\n") };
}

test("improve, report, export, resume", () => {
  const improved = illume("improve", "--config", "illume.yaml");
  expect(improved.status, improved.stderr).toBe(0);
  const run = /runs\/(improve-[\d-]+)/u.exec(improved.stderr)?.[1] as string;
  expect(improved.stderr).toMatch(/^search: 20 of 20|^search: 10 of 10/mu);
  expect(improved.stdout).toMatch(/^right, in % +before +after +change$/mu);
  expect(improved.stdout).toMatch(/^· empty \d+, .* of 264 cells\.$/mu);
  expect(improved.lines.at(-1)).toBe(`Report: runs/${run}/report.html`);
  expect(improved.lines.filter((line) => line.length > 80)).toEqual([]);

  rmSync(join(folder, "runs", run, "report.html"));
  const report = illume("report");
  expect([report.status, report.stdout]).toEqual([0, improved.stdout]);
  expect(readFileSync(join(folder, "runs", run, "report.html"), "utf8")).toContain("<title>");

  for (const [format, start] of [
    ["jsonl", '{"prompt":"'],
    ["chat", '{"messages":[{"role":"user"'],
    ["gsm8k", '{"question": "'],
    ["csv", "prompt,completion,"],
  ] as const) {
    const exported = illume("export", run, "--format", format, "--output", `out.${format}`, "--json");
    const { rows } = JSON.parse(exported.stdout);
    const text = readFileSync(join(folder, `out.${format}`), "utf8");
    expect(text.startsWith(start)).toBe(true);
    if (format !== "csv") expect(text.trimEnd().split("\n")).toHaveLength(rows);
  }
  expect(illume("measure", "out.jsonl").status).toBe(0);

  const again = illume("resume", run, "--json");
  expect(again.status, again.stderr).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({
    command: "improve",
    report: expect.stringMatching(/report\.html$/u),
    verdict: expect.any(String),
    comparisons: expect.arrayContaining([expect.objectContaining({ name: "in-distribution", problems: 4 })]),
    archive: { cells: 264 },
  });
});

test("search, then learn from it in a run of its own", () => {
  expect(illume("search", "--config", "illume.yaml", "--output", "searches").status).toBe(0);
  const learned = illume("learn", "--runs", "searches", "--learn-epochs", "2");
  expect(learned.status, learned.stderr).toBe(0);
  const run = /searches\/(learn-[\d-]+)/u.exec(learned.stderr)?.[1] as string;
  expect(existsSync(join(folder, "searches", run, "checkpoints"))).toBe(true);
  const { settings: used } = JSON.parse(illume("report", run, "--runs", "searches", "--json").stdout);
  expect(used).toContainEqual({ name: "learn.epochs", value: "2" });
  expect(used).toContainEqual({ name: "learn.examples", value: "8" });
});

test("measure a model", () => {
  const { status, stdout } = illume("measure", "--config", "illume.yaml", "--json");
  expect(status).toBe(0);
  expect(JSON.parse(stdout).testSets).toContainEqual(
    expect.objectContaining({ name: "in-distribution", problems: 4, accuracy: expect.any(Object) }),
  );
});

test("a file that is no model", () => {
  writeFileSync(join(folder, "torn.safetensors"), "torn");
  const { status, stderr } = illume("improve", "--model", "illume:torn.safetensors");
  expect(status).toBe(5);
  expect(stderr).toMatch(/^illume: expected .*torn\.safetensors/mu);
});
