/** Lessons and phases with scripted models, in this process. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { noSpending } from "../../language-models/calls/call-cost.ts";
import type { LanguageModel } from "../../language-models/language-model.ts";
import { ScriptedLanguageModel } from "../../language-models/scripted-language-model.ts";
import { createRun, openRun } from "../../runs/run-database.ts";
import type { Json, RunStore } from "../../runs/run-store.ts";
import { loadDomain } from "../load-domain.ts";
import { failedPrompts } from "./improve-prompts.ts";
import { type ImprovementConfiguration, parseImprovementConfiguration } from "./improvement-configuration.ts";
import { ImprovementContext } from "./improvement-context.ts";
import { callsLeft, openPart, plannedRenewedAttack, plannedSearches } from "./improvement-parts.ts";
import { type FailedPrompt, makeLessons, teacherInstruction, teacherPrompt } from "./make-lessons.ts";
import { trainsHere, writeTrainingScripts } from "./train-target.ts";
import { lessonFiles, writeLessonFiles } from "./training-rows.ts";

const domain = { ...loadDomain("safety"), target: { maximumTokens: 5, system: "Be kind." } };
const settings = (more: object = {}, search: object = {}): ImprovementConfiguration =>
  parseImprovementConfiguration({
    search: {
      ...{ domain, source: "safety", target: "t", mutator: "m", judge: "j" },
      ...{ iterations: 4, batchSize: 2, similarity: null, arms: {}, seed: 7 },
      ...search,
    },
    teacher: "w",
    train: "elsewhere",
    ...more,
  });

let folder: string;
let store: RunStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-improvement-"));
  store = createRun({ directory: join(folder, "run"), configuration: settings() as unknown as Json });
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const context = (models: Readonly<Record<string, LanguageModel>>, configuration = settings(), signal?: AbortSignal) =>
  new ImprovementContext({
    configuration,
    store,
    open: async (id) => models[id] as LanguageModel,
    openTrainable: async () => {
      throw new Error("nothing is trained here");
    },
    signal,
  });

/** The teacher repeats what a prompt tells it to say; the judge reads the score off the response. */
const models = () => ({
  w: new ScriptedLanguageModel({ id: "w", answer: ({ text }) => /say: (.*)$/su.exec(text)?.[1] ?? "" }),
  j: new ScriptedLanguageModel({ id: "j", answer: ({ text }) => /scored (\S+)/u.exec(text)?.[1] ?? "0" }),
});
const prompt = (id: string, say: string, corrected?: string): FailedPrompt => ({
  id,
  prompt: `${id} say: ${say}`,
  response: "bad",
  ...(corrected !== undefined && { corrected }),
});

describe("lessons", () => {
  test("are the teacher's answers that the judge finds good, and people's as they are", async () => {
    const given = models();
    const prompts = [
      prompt("good", "no"),
      prompt("fooled", "scored 0.9"),
      prompt("limit", "scored 0.5"),
      prompt("unclear", "scored nothing"),
      prompt("silent", ""),
      prompt("long", "one two three four five six"),
      prompt("same", "bad"),
      prompt("person", "ignored", "as a person has it, scored 1"),
    ];
    const { lessons, discarded, prompts: count } = await makeLessons(context(given), prompts);
    expect(lessons).toEqual([
      { id: "good", prompt: "good say: no", by: "teacher", chosen: "no", rejected: "bad" },
      {
        id: "person",
        prompt: "person say: ignored",
        by: "person",
        chosen: "as a person has it, scored 1",
        rejected: "bad",
      },
    ]);
    expect(discarded).toEqual({
      "still a success": 2,
      "not readable": 1,
      "no answer": 1,
      "cut off": 1,
      "the target's own answer": 1,
    });
    expect(count).toBe(8);
    // Only what may be used is judged, and a phase that is done asks nothing.
    expect(given.j.calls).toHaveLength(1);
    const asked = [given.w.calls.length, given.j.calls.length];
    await makeLessons(context(given), prompts);
    expect([given.w.calls.length, given.j.calls.length]).toEqual(asked);
    const roles = store.modelCalls.spendingByModel().map(({ revision }) => revision.split(":")[0]);
    expect(roles.sort()).toEqual(["lessons, judge", "lessons, teacher"]);
  });

  test("need no teacher where people wrote all answers", async () => {
    const { lessons } = await makeLessons(context({}), [prompt("a", "", "fine")]);
    expect(lessons).toMatchObject([{ by: "person", chosen: "fine" }]);
  });

  test("stop between two pieces, and go on without asking again", async () => {
    const given = models();
    const stopping = new AbortController();
    const prompts = Array.from({ length: 40 }, (_, index) => prompt(`p${index}`, `no ${index}`));
    const first = context(given, settings(), stopping.signal);
    const stopped = new ImprovementContext({
      ...first.options,
      onProgress: (progress) => {
        if ("done" in progress && progress.done > 0) stopping.abort();
      },
    });
    await expect(makeLessons(stopped, prompts)).rejects.toThrow(InterruptedError);
    const before = given.w.calls.length;
    expect(store.modelCalls.counts().complete).toBe(64);
    const { lessons } = await makeLessons(context(given), prompts);
    expect(lessons).toHaveLength(40);
    expect(given.w.calls.length).toBe(before + 1);
    expect(store.modelCalls.counts().complete).toBe(80);
  });

  test("are asked for by the domain's instruction, or by its judge's rubric", () => {
    expect(teacherPrompt(domain, "Hello")).toEqual([
      { role: "system", content: expect.stringMatching(/decline.*instructions:\nBe kind\.$/su) },
      { role: "user", content: "Hello" },
    ]);
    const { improve: _, ...plain } = domain;
    expect(teacherInstruction(plain)).toContain("0: declines, or stays harmless");
    expect(teacherInstruction(loadDomain("question-answering"))).toContain("correctly");
    const { improve: __, ...questions } = loadDomain("question-answering");
    expect(teacherInstruction(questions)).toMatch(/^Answer the question correctly/u);
  });

  test("are made of different prompts, with the answers that reviewers wrote", () => {
    const record = { id: "a", prompt: "Hello there", response: "bad" };
    const records = [
      record,
      { ...record, id: "b", prompt: "hello, THERE!" },
      { ...record, id: "c", prompt: "other", review: { decision: "corrected", response: "good" } as const },
    ];
    expect(failedPrompts(records)).toEqual([record, { ...record, id: "c", prompt: "other", corrected: "good" }]);
  });
});

describe("parts of an improvement", () => {
  test("are searches with seeds of their own, the judge measured once", () => {
    const configuration = settings({ archives: 4, heldOutArchives: 2 }, { judgeLabels: "labels.jsonl" });
    const planned = plannedSearches(configuration);
    expect(planned.map(({ name }) => name)).toEqual(["training-1", "training-2", "held-out-1", "held-out-2"]);
    const renewed = [1, 2].map((attempt) => plannedRenewedAttack(configuration, "taught", attempt));
    expect(renewed.map(({ configuration: { target } }) => target)).toEqual(["taught", "taught"]);
    const seeds = [...planned, ...renewed].map(({ configuration: { seed } }) => seed);
    expect(new Set(seeds).size).toBe(6);
    const labelled = [...planned, ...renewed].filter(({ configuration: { judgeLabels } }) => judgeLabels !== undefined);
    expect(labelled.map(({ name }) => name)).toEqual(["training-1"]);
    expect(() => settings({ archives: 2, heldOutArchives: 2 })).toThrow(/heldOutArchives/u);
  });

  test("are made anew where a process was killed while it made them", () => {
    const part = { store, folder: join(folder, "part"), name: "part", configuration: {}, state: {} };
    createRun({ directory: part.folder, configuration: { half: true } }).close();
    openPart(part).close();
    const again = openPart(part);
    expect(again.configuration).toEqual({});
    again.setState("kept", 1);
    again.close();
    const last = openPart(part);
    expect(last.state("kept")).toBe(1);
    last.close();
    expect(() => openRun({ directory: join(folder, "none"), mode: "read" })).toThrow();
  });

  test("have what is left of the caps of the whole", () => {
    const calls = { ...settings().search.calls, maxCalls: 10, maxTokens: 100, maxUsd: 1 };
    const spent = { ...noSpending, calls: 4, inputTokens: 60, outputTokens: 60, nanodollars: 250_000_000 };
    expect(callsLeft(calls, spent)).toMatchObject({ maxCalls: 6, maxTokens: 0, maxUsd: 0.75 });
    expect(callsLeft(settings().search.calls, spent)).toEqual(settings().search.calls);
  });
});

test("what illume trains here are models of its own engine", () => {
  const ids = [
    "illume:a",
    "gguf:a.gguf",
    "grade-school",
    "openai:a",
    "http://h/v1#a",
    "hf:a/b",
    "scripted:a",
    "a.yaml",
  ];
  expect(ids.filter(trainsHere)).toEqual(["illume:a", "gguf:a.gguf", "grade-school"]);
});

describe("scripts that train elsewhere", () => {
  /** Runs a script with programs in place of trl and curl that write down what they were given. */
  function run(script: string): string[][] {
    const [programs, log] = [join(folder, "programs"), join(folder, "log")];
    mkdirSync(programs, { recursive: true });
    const program = `#!/bin/sh
printf '%s\\n' "---" "$@" >> "$LOG"
printf '{"object": "file", "id": "file-12", "bytes": 5}'
`;
    for (const name of ["trl", "curl"]) writeFileSync(join(programs, name), program, { mode: 0o755 });
    const env = { PATH: `${programs}:${process.env.PATH ?? ""}`, LOG: log, OPENAI_API_KEY: "key" };
    execFileSync("sh", [script], { env, stdio: "pipe" });
    const calls = readFileSync(log, "utf8").split("---\n").slice(1);
    return calls.map((call) => call.trimEnd().split("\n"));
  }

  test("ask for the model of an application, which is not known", () => {
    writeLessonFiles(store.directory, []);
    const scripts = writeTrainingScripts(context({}, settings({}, { target: "app:target.yaml" })));
    writeFileSync(lessonFiles(store.directory).openAi, "{}\n".repeat(10));
    for (const script of [scripts.trl, scripts.openAi]) expect(() => run(script)).toThrow("set MODEL");
  });

  test.each(["sft", "preferences"] as const)(
    "name the model, the lessons and the settings of learning: %s",
    (lessons) => {
      const learning = { epochs: 2, rank: 4, batchSize: 3, learningRate: 0.001 };
      const configuration = settings({ lessons, learning }, { target: "openai:it's mine" });
      writeLessonFiles(store.directory, []);
      const scripts = writeTrainingScripts(context({}, configuration));
      const [train] = run(scripts.trl);
      expect(train?.slice(0, 7)).toEqual([
        lessons === "sft" ? "sft" : "dpo",
        "--model_name_or_path",
        "it's mine",
        ...["--dataset_name", "./trl", "--output_dir", "./trained"],
      ]);
      expect(train?.join(" ")).toMatch(/--num_train_epochs 2 .*batch_size 3 .*rate 0.001 .*--lora_r 4 --lora_alpha 8/u);
      rmSync(join(folder, "log"));
      // Fewer than OpenAI takes: nothing is sent.
      expect(() => run(scripts.openAi)).toThrow("at least 10 lessons");
      writeFileSync(lessonFiles(store.directory).openAi, "{}\n".repeat(10));
      const [upload, job] = run(scripts.openAi);
      expect(upload).toEqual(expect.arrayContaining(["purpose=fine-tune", "file=@openai/train.jsonl"]));
      expect(JSON.parse(job?.at(-1) ?? "")).toEqual({
        model: "it's mine",
        training_file: "file-12",
        method:
          lessons === "sft"
            ? { type: "supervised", supervised: { hyperparameters: { n_epochs: 2 } } }
            : { type: "dpo", dpo: { hyperparameters: { n_epochs: 2 } } },
      });
    },
  );
});
