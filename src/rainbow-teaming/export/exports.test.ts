/** Every exported form gives back the texts that went in, however hostile they are. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { exportedSystem, exportedTexts } from "../../../tests/fixtures/exports/texts.ts";
import { addKnownPrompts, type KnownPrompt, knownConfiguration } from "../../../tests/fixtures/prompt-run.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { readLabels } from "../../judges/labels.ts";
import { memoryRunStore } from "../../runs/memory-run-store.ts";
import type { Json, RunStore } from "../../runs/run-store.ts";
import { exportRows } from "../../synthetic-data/export-rows.ts";
import { parquetDecompressors } from "../../synthetic-data/parquet-codecs.ts";
import { parseCsvRecords } from "../../synthetic-data/parse-csv-records.ts";
import type { Lesson } from "../improve/lesson.ts";
import { openReviews } from "../review/review-store.ts";
import { type PromptRecord, promptRow, searchRecords } from "../run/prompt-records.ts";
import { writeDataSetFolder } from "./data-set-folder.ts";
import { answeredPrompts, chatRow, preferenceRow } from "./good-answers.ts";
import { comparisonRows, labelledPairRows } from "./pair-rows.ts";
import { promptColumns, writePromptTable } from "./prompt-table.ts";
import { promptfooLines } from "./promptfoo.ts";

const texts = exportedTexts;
const { domain } = knownConfiguration(3, { target: { system: exportedSystem } });

const recordOf = (text: string, index: number): PromptRecord => ({
  id: `search/${index + 1}`,
  prompt: text,
  response: `${text} answered`,
  labels: { topic: "topic 0", manner: "plain" },
  fitness: (index % 10) / 10,
  success: true,
  review: { decision: "corrected", response: `better ${text}` },
  votes: { first: 3, second: 1, tie: 0, unparsable: 0 },
  iteration: index + 1,
  lineage: [{ id: "search/0", iteration: 1, prompt: text }],
  seed: text,
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-exports-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

async function throughParquet(records: readonly PromptRecord[]): Promise<Record<string, unknown>[]> {
  const path = file("prompts.parquet");
  writePromptTable(path, records, domain.descriptors);
  return parquetReadObjects({ file: await asyncBufferFromFile(path), compressors: parquetDecompressors });
}

interface PromptfooFile {
  readonly prompts: readonly string[];
  readonly defaultTest: { readonly assert: readonly { readonly type: string; readonly value: string }[] };
  readonly tests: readonly {
    readonly description: string;
    readonly vars: { readonly prompt: string };
    readonly metadata: object;
  }[];
}

function throughPromptfoo(records: readonly PromptRecord[], changes: Partial<typeof domain> = {}): PromptfooFile {
  const made = { targetId: "a\nb", command: 'illume search "x"\n# y' };
  return parse([...promptfooLines({ ...domain, ...changes }, records, made)].join("\n")) as PromptfooFile;
}

/** What the prompt's template makes of a variable, without a template engine. */
function rendered({ prompts }: PromptfooFile, variable: string): string {
  const [, user] = JSON.parse(prompts[0] as string) as { content: string }[];
  const form = /^\{\{ prompt \| replace\('(.)', '\{'\) \| replace\('(.)', ''\) \}\}$/u.exec(user?.content ?? "");
  return variable.replaceAll(form?.[1] as string, "{").replaceAll(form?.[2] as string, "");
}

describe("exports of prompts", () => {
  test("as Parquet: texts, numbers, what is missing, and labels by descriptor", async () => {
    const records = texts.map(recordOf);
    const bare = {
      id: "bare",
      prompt: "p",
      response: "r",
      labels: {},
      fitness: 0.5,
      success: false,
      iteration: 1,
      lineage: [],
    };
    const rows = await throughParquet([...records, bare]);
    expect(rows.slice(0, -1)).toEqual(
      records.map(({ id, prompt, response, fitness, iteration, review, seed, lineage }) => ({
        id,
        prompt: prompt.toWellFormed(),
        response: response.toWellFormed(),
        fitness,
        success: true,
        held_out_score: null,
        review: "corrected",
        better_response: review?.response?.toWellFormed(),
        iteration,
        votes_for: 3,
        votes_against: 1,
        seed: seed?.toWellFormed(),
        lineage: JSON.stringify(lineage),
        topic: "topic 0",
        manner: "plain",
      })),
    );
    const missing = {
      held_out_score: null,
      review: null,
      better_response: null,
      votes_for: null,
      seed: null,
      topic: null,
    };
    expect(rows.at(-1)).toMatchObject({ ...missing, lineage: "[]" });
    expect(await throughParquet([])).toEqual([]);
  });

  test("any text comes back from Parquet, CSV, chats, preferences and promptfoo", async () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...texts.map((each) => each.toWellFormed())));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), async (prompts) => {
        const records = prompts.map(recordOf);
        const rows = await throughParquet(records);
        expect(rows.map(({ prompt, response }) => [prompt, response])).toEqual(
          records.map(({ prompt, response }) => [prompt, response]),
        );

        exportRows(file("prompts.csv"), records.map(promptRow), { format: "csv" });
        const { records: cells } = parseCsvRecords(readFileSync(file("prompts.csv")), "prompts.csv", ",");
        const guarded = (cell: string) =>
          /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/u.test(cell) ? `'${cell}` : cell;
        expect(cells.map(({ value }) => (value as { prompt: string }).prompt)).toEqual(prompts.map(guarded));

        const answered = answeredPrompts(records);
        const chats = answered.map((each) => JSON.parse(JSON.stringify(chatRow(domain, each))));
        expect(chats.map(({ messages }) => messages.slice(1))).toEqual(
          prompts.map((prompt) => [
            { role: "user", content: prompt },
            { role: "assistant", content: `better ${prompt}` },
          ]),
        );
        const preferences = answered.map((each) => JSON.parse(JSON.stringify(preferenceRow(domain, each))));
        expect(preferences.map(({ prompt, chosen, rejected }) => [prompt.at(-1), ...chosen, ...rejected])).toEqual(
          prompts.map((prompt) => [
            { role: "user", content: prompt },
            { role: "assistant", content: `better ${prompt}` },
            { role: "assistant", content: `${prompt} answered` },
          ]),
        );

        const tests = throughPromptfoo(records);
        expect(tests.tests.map(({ vars }) => rendered(tests, vars.prompt))).toEqual(prompts);
        for (const each of tests.tests) expect(each.vars.prompt).not.toMatch(/\{[{%#]|^\s*(?:file|package):|\n$/u);
      }),
      { numRuns: 12 },
    );
  });

  test("promptfoo is given nothing that it would render, load or run", () => {
    const records = texts.map((text, index) => ({
      ...recordOf(text, index),
      labels: { topic: text, manner: "{{7*7}}" },
    }));
    const summary = "{{ env.HOME }}";
    const made = throughPromptfoo(records, {
      judge: { kind: "pairwise", question: "?", rubric: "1: {{ x }} {% y %}" },
    });
    for (const each of made.tests) expect(JSON.stringify(each)).not.toMatch(/\{[{%#]/u);
    const [system] = JSON.parse(made.prompts[0] as string) as { content: string }[];
    // The one template that may stand there gives a brace.
    const braces = (text: string) => text.replaceAll("{{ '{' }}", "{");
    expect(braces(system?.content ?? "")).toBe(exportedSystem);
    expect(made.defaultTest.assert[0]?.type).toBe("llm-rubric");
    expect(braces(made.defaultTest.assert[0]?.value ?? "")).toContain("1: {{ x }} {% y %}");
    expect(made.defaultTest.assert[0]?.value.replaceAll("{{ '{' }}", "")).not.toMatch(/\{[{%#]/u);
    expect(throughPromptfoo([], { summary }).tests).toEqual([]);
  });

  test("a descriptor that is called like a column takes nothing's place", async () => {
    const labels = { fitness: "low", id: "x", prompt: "y" };
    const record = { ...recordOf("p", 0), labels };
    const named = Object.keys(labels).map((name) => ({ name }));
    const columns = promptColumns([record], named).map(({ column }) => [column.name, column.data[0]]);
    expect(Object.fromEntries(columns)).toMatchObject({
      id: "search/1",
      prompt: "p",
      fitness: 0,
      "label fitness": "low",
      "label id": "x",
    });
    expect(new Set(columns.map(([name]) => name)).size).toBe(columns.length);
    expect(promptRow(record).attributes).toMatchObject({
      id: "search/1",
      fitness: 0,
      "label id": "x",
      "label prompt": "y",
    });
    exportRows(file("labels.csv"), [promptRow(record)], { format: "csv" });
  });
});

describe("answers worth learning", () => {
  const plain = (changes: Partial<PromptRecord> = {}): PromptRecord => {
    const { review, ...record } = { ...recordOf("p", 0), ...changes };
    return changes.review === undefined ? record : { ...record, review: changes.review };
  };
  const lesson: Lesson = { id: "x", prompt: "p", by: "teacher", chosen: "taught", rejected: "p answered" };

  test("are a person's, else a teacher's, else the target's own where it did well", () => {
    const corrected = plain({ review: { decision: "corrected", response: "mine" } });
    expect(answeredPrompts([corrected], { lessons: [lesson] })).toMatchObject([{ answer: "mine", by: "person" }]);
    expect(answeredPrompts([plain()], { lessons: [lesson] })).toMatchObject([{ answer: "taught", by: "teacher" }]);
    expect(answeredPrompts([plain({ success: false })])).toMatchObject([{ answer: "p answered", by: "target" }]);
  });

  test("are asked for where there are none, or left out where that is wanted", () => {
    const accepted = plain({ review: { decision: "accepted" } });
    expect(() => answeredPrompts([accepted, plain({ success: false })])).toThrow(/none for 1 of 2: .*--answered/u);
    expect(answeredPrompts([accepted, plain({ success: false })], { answered: true })).toHaveLength(1);
    expect(() => answeredPrompts([accepted], { answered: true })).toThrow(InvalidArgumentError);
    expect(() => answeredPrompts([])).toThrow(/no prompts/u);
    // As a preference the target's own answer is no better than itself.
    expect(() => answeredPrompts([plain({ success: false })], { betterOnly: true })).toThrow(/none for 1 of 1/u);
  });
});

describe("exports of a run", () => {
  let store: RunStore;
  beforeEach(() => {
    const prompts: KnownPrompt[] = texts.map((text) => ({ text, response: `${text} answered`, fitness: 1 }));
    const compared: KnownPrompt[] = [
      { text: "Won?", response: "worst", fitness: 1, against: "won" },
      { text: "Lost?", response: "best", fitness: 0, against: "lost" },
    ];
    const all = [...prompts, ...compared];
    const configuration = knownConfiguration(all.length, { summary: texts.join(" ").slice(0, 5000) });
    store = memoryRunStore({ configuration: configuration as unknown as Json });
    addKnownPrompts(store, all);
  });

  test("pairs that the judge compared, and those that people labelled, measure a judge", async () => {
    expect(comparisonRows(store)).toMatchObject([
      { prompt: "Won?", first: "worst", label: "first", votes: { first: 3 } },
      { prompt: "Lost?", first: "best", second: "worst", second_prompt: "Won?", label: "second" },
    ]);
    expect(() => labelledPairRows(store)).toThrow(/--pairs/u);
    mkdirSync(store.directory);
    const reviews = openReviews(store.directory);
    const ids = [`search/${texts.length}`, "search/1"] as const;
    reviews.add({ kind: "pair", first: ids[0], second: ids[1], label: "tie" });
    reviews.close();
    const [row] = labelledPairRows(store);
    expect(row).toMatchObject({ second: `${texts[0]} answered`, label: "tie", ids });
    rmSync(store.directory, { recursive: true });
    const path = file("pairs.jsonl");
    writeFileSync(
      path,
      comparisonRows(store)
        .map((each) => JSON.stringify(each))
        .join("\n"),
    );
    const labels = await readLabels(path);
    expect(labels).toMatchObject({ kind: "pairs", pairs: [{ label: "first" }, { label: "second" }] });
  });

  test("a data-set folder: its card says how it was made and is no markup, its table is what the records are", async () => {
    const { records, facts } = searchRecords(store, true);
    const target = file("data-set");
    const write = (licence?: string) =>
      writeDataSetFolder({ folder: target, store, facts, records, licence, command: "illume search `x` <b>" });
    await write();
    const card = readFileSync(join(target, "README.md"), "utf8");
    const [, front, body = ""] = card.split(/^---$/mu);
    expect(parse(front as string)).toMatchObject({
      license: "unknown",
      size_categories: ["n<1K"],
      configs: [
        { config_name: "default", data_files: [{ split: "train", path: "data/train-00000-of-00001.parquet" }] },
      ],
    });
    expect(body).toContain("Licence: unknown. Whoever passes this data set on");
    expect(body).toContain("No person has reviewed them.");
    for (const name of [
      "mean-fitness",
      "coverage-of-topic-by-manner",
      "self-bleu-13a-of-prompt",
      "length-words-of-prompt",
    ]) {
      expect(body).toContain(`| ${name} |`);
    }
    // On the report's scale.
    expect(Number(/\| self-bleu-13a-of-prompt \| ([\d.]+) \|/u.exec(body)?.[1])).toBeLessThanOrEqual(1);
    expect(body).toContain(`${texts.length + 2} prompts were put to the target, all of which were judged.`);
    expect(body).toContain("| topic 0 | 1 |");
    expect(body).toContain("| target | openai:target |");
    // Outside of code nothing can become an element.
    expect(body.replace(/(`+) .*? \1/gu, "").replaceAll("\\`", "")).not.toMatch(/<[a-z!/]/iu);
    const table = await parquetReadObjects({
      file: await asyncBufferFromFile(join(target, "data", "train-00000-of-00001.parquet")),
      compressors: parquetDecompressors,
    });
    expect(table.map(({ prompt }) => prompt)).toEqual(records.map(({ prompt }) => prompt.toWellFormed()));
    await write("cc-by-4.0");
    expect(readFileSync(join(target, "README.md"), "utf8")).toContain('license: "cc-by-4.0"');
  });
});
