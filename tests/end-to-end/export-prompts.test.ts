/** illume export of a search over prompts, in every format, as a process. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { lessonsKey } from "../../src/rainbow-teaming/improve/make-lessons.ts";
import { openReviews } from "../../src/rainbow-teaming/review/review-store.ts";
import { createRun } from "../../src/runs/run-database.ts";
import { parquetDecompressors } from "../../src/synthetic-data/parquet-codecs.ts";
import { knownRun } from "../fixtures/prompt-run.ts";
import { runIllume } from "./illume-process.ts";

describe("illume export of prompts", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "illume-export-"));
    const prompts = Array.from({ length: 6 }, (_, index) => ({
      text: `Prompt ${index}?`,
      response: `=Answer ${index}`,
      fitness: index < 4 ? 1 : 0,
    }));
    knownRun(join(folder, "runs", "known"), prompts).close();
    knownRun(join(folder, "runs", "hidden"), prompts, { sensitive: true }).close();
    const lessons = { prompts: 1, discarded: {}, lessons: [lesson("Prompt 0?"), lesson("Prompt 1?")] };
    createRun({
      directory: join(folder, "runs", "taught"),
      configuration: {},
      state: { command: "improve prompts", [lessonsKey]: lessons },
    }).close();
    const reviews = openReviews(join(folder, "runs", "known"));
    const response = "I would rather not.";
    reviews.add({ kind: "item", id: "search/1", decision: "corrected", response });
    reviews.add({ kind: "item", id: "search/3", decision: "rejected" });
    reviews.add({ kind: "item", id: "search/4", decision: "rejected" });
    reviews.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const lesson = (prompt: string) => ({ id: "x", prompt, by: "teacher", chosen: "Taught.", rejected: "r" });
  const illume = (...args: string[]) => runIllume(args, { cwd: folder });
  const exported = async (format: string, output: string, ...more: string[]) => {
    const { status, stdout, stderr } = await illume("export", "known", "--format", format, "--output", output, ...more);
    // The run was made by hand, and is far from all of its iterations.
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^The search is not finished: .*\n$/u)]);
    return stdout;
  };
  const text = (name: string) => readFileSync(join(folder, name), "utf8");
  const lines = (name: string) =>
    text(name)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  test("tables: Parquet and CSV have what was not rejected, formulas made harmless", async () => {
    expect(await exported("parquet", "t.parquet", "--all")).toContain("Wrote 4 prompts to t.parquet");
    const rows = await parquetReadObjects({
      file: await asyncBufferFromFile(join(folder, "t.parquet")),
      compressors: parquetDecompressors,
    });
    expect(rows.map(({ prompt, better_response }) => [prompt, better_response])).toEqual([
      ["Prompt 0?", "I would rather not."],
      ["Prompt 1?", null],
      ["Prompt 4?", null],
      ["Prompt 5?", null],
    ]);
    await exported("csv", "t.csv");
    expect(text("t.csv").split("\r\n").slice(1, 3)).toEqual([
      "Prompt 0?,'=Answer 0,search/1,1,true,corrected,I would rather not.,1,topic 0,plain",
      "Prompt 1?,'=Answer 1,search/2,1,true,,,2,topic 1,plain",
    ]);
  }, 60_000);

  test("data to learn from: refused without good answers, then a person's and a teacher's", async () => {
    const refused = await illume("export", "known", "--format", "sft", "--output", "sft.jsonl");
    expect([refused.status, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toMatch(/a good answer for each prompt .* none for 1 of 2: .*illume review.*--lessons RUN/u);
    expect(existsSync(join(folder, "sft.jsonl"))).toBe(false);

    const system = { role: "system", content: "Be kind." };
    const user = (content: string) => ({ role: "user", content });
    const assistant = (content: string) => ({ role: "assistant", content });
    await exported("sft", "sft.jsonl", "--answered");
    expect(lines("sft.jsonl")).toEqual([{ messages: [system, user("Prompt 0?"), assistant("I would rather not.")] }]);

    await exported("sft", "sft.jsonl", "--lessons", "taught", "--all");
    expect(lines("sft.jsonl").map(({ messages }) => messages.at(-1).content)).toEqual([
      "I would rather not.",
      "Taught.",
      "=Answer 4",
      "=Answer 5",
    ]);
    await exported("preference", "preference.jsonl", "--lessons", "taught");
    expect(lines("preference.jsonl")[1]).toEqual({
      prompt: [system, user("Prompt 1?")],
      chosen: [assistant("Taught.")],
      rejected: [assistant("=Answer 1")],
    });
    const none = await illume("export", "known", "--format", "sft", "--output", "x.jsonl", "--lessons", "hidden");
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("whose teacher has written answers")]);
  }, 60_000);

  test("a data-set folder with its card, and tests for promptfoo", async () => {
    await exported("hugging-face", "data-set", "--licence", "cc-by-4.0", "--all");
    const card = text("data-set/README.md");
    expect(parse(card.split(/^---$/mu)[1] as string)).toMatchObject({ license: "cc-by-4.0" });
    expect(card).toContain("0 accepted, 1 corrected (1 with a better answer), 2 rejected".replace(/[()]/gu, "\\$&"));
    await exported("promptfoo", "tests.yaml");
    const made = parse(text("tests.yaml"));
    expect(made.tests.map(({ vars }: { vars: { prompt: string } }) => vars.prompt)).toEqual(["Prompt 0?", "Prompt 1?"]);
    const known = await illume("export", "known", "--format", "hugging-face", "--output", "x", "--licence", "a b\nc");
    expect([known.status, existsSync(join(folder, "x"))]).toEqual([2, false]);
  }, 60_000);

  test("says that texts of a sensitive domain are in the file", async () => {
    const { status, stdout, stderr } = await illume("export", "hidden", "--output", "hidden.jsonl");
    expect([status, stderr]).toEqual([0, expect.stringContaining("sensitive domain known")]);
    expect(stdout + stderr).not.toContain("Prompt 0");
  }, 60_000);
});
