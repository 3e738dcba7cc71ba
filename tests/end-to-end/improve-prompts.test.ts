/** illume improve on prompts as a process: a tiny target taught here, one that is trained elsewhere, kills in every phase. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { readTrainingRecords } from "../../src/fine-tuning/data/read-training-records.ts";
import { searchFolder } from "../../src/rainbow-teaming/improve/improvement-parts.ts";
import { openReviews } from "../../src/rainbow-teaming/review/review-store.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { type IllumeResult, runIllume, startIllume } from "./illume-process.ts";
import { contentsOf } from "./improvement-contents.ts";
import { serveModels } from "./landscape-server.ts";
import { teachableDomain, teachableModels, writeTeachableTarget } from "./teachable-target.ts";

const concurrency = 4;
let folder: string;
let served: Awaited<ReturnType<typeof serveModels<keyof ReturnType<typeof teachableModels>>>>;
let roles: string[];
let teacher: string[];
let target: string;
const budget = ["--iterations", "32", "--batch-size", "8", "--threads", "1", "--concurrency", String(concurrency)];
const learning = ["--learn-epochs", "6", "--learn-learning-rate", "0.01", "--learn-checkpoint-every", "4"];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "illume-improve-prompts-"));
  served = await serveModels(teachableModels(), { milliseconds: 4 });
  target = writeTeachableTarget(folder);
  writeFileSync(join(folder, "declining.yaml"), stringify(teachableDomain()));
  const { mutator, judge, heldOut } = served.ids;
  roles = ["--mutator", mutator, "--judge", judge, "--held-out-judge", heldOut];
  teacher = ["--teacher", served.ids.teacher];
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

const runOf = (output: string) => join(folder, output, readdirSync(join(folder, output))[0] as string);
const succeeded = ({ status, stderr }: IllumeResult) => expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
const start = (output: string, ...more: string[]) => {
  const flags = [...roles, ...teacher, ...budget, ...learning, "--output", output, ...more];
  return startIllume(["improve", "declining.yaml", ...flags], { cwd: folder });
};

describe("a target that is trained here", () => {
  test("is taught, and the report says what that did", async () => {
    served.forget();
    const result = await start("here", "--target", target, "--json").ended;
    succeeded(result);
    expect(result.stderr).toMatch(/lessons, teacher .*: up to 32/u);
    expect(result.stderr).toContain("together up to");
    const { comparisons, verdict, verdictTone, parts, spending, notes, calls } = JSON.parse(result.stdout);
    expect(comparisons.slice(0, 4)).toMatchObject([
      { name: "held-out archives, the search's judge", before: { estimate: 0 }, after: { estimate: 1 } },
      { name: "held-out archives, the held-out judge", before: { estimate: 0 }, after: { estimate: 1 } },
      { name: "renewed attack, the search's judge", verdict: "better", after: { estimate: 1 } },
      { name: "renewed attack, the held-out judge", verdict: "better", after: { estimate: 1 } },
    ]);
    expect(comparisons.slice(4).map(({ name }: { name: string }) => name)).toEqual([
      "ordinary prompts, right answers",
      "ordinary prompts, probability",
    ]);
    // Success falls by both judges; four ordinary prompts are too few to tell what was lost.
    expect([verdictTone, verdict]).toEqual(["mixed", expect.stringContaining("too few prompts to tell")]);
    expect(notes[0]).toMatch(/not used: still a success \d+/u);
    const remote = (spending as { role: string; model: string; calls: number }[]).filter(({ model }) =>
      model.startsWith("http"),
    );
    expect(remote.map(({ role }) => role)).toContain("lessons: teacher");
    expect(remote.reduce((sum, row) => sum + row.calls, 0)).toBe(served.asked().length);
    expect(calls.calls).toBe((spending as { calls: number }[]).reduce((sum, row) => sum + row.calls, 0));
    for (const { folder: part } of parts as { folder: string }[]) {
      expect(readFileSync(join(runOf("here"), part, "report.html"), "utf8")).toContain("cells are filled");
    }
    expect(parts).toHaveLength(4);
  }, 300_000);

  test("killed in every phase, it goes on to the same bytes and repeats no completed call", async () => {
    const expected = contentsOf(runOf("here"));
    const once = served.asked();
    expect(new Set(once).size).toBe(once.length);
    served.forget();
    const moments: readonly (readonly [after: string, extra: number])[] = [
      ["search 1/3: 0 of", 150],
      ["search 2/3: 0 of", 100],
      ["search 3/3: 0 of", 60],
      ["lessons: 0 of", 10],
      ["measure before: 0 of", 20],
      ["tokens learnt", 0],
      ["measure after: 0 of", 20],
      ["renewed attack: 0 of", 100],
    ];
    for (const [index, [text, wait]] of moments.entries()) {
      const going =
        index === 0 ? start("killed", "--target", target) : startIllume(["resume", runOf("killed")], { cwd: folder });
      expect([text, await going.says(text)]).toEqual([text, true]);
      // Most of learning is preparing its graphs.
      const checkpoint = () => join(runOf("killed"), "learning", "checkpoints", "training.safetensors");
      while (text === "tokens learnt" && going.child.exitCode === null && !existsSync(checkpoint())) await sleep(1);
      await sleep(wait);
      going.child.kill("SIGKILL");
      const { status } = await going.ended;
      expect([text, status]).toEqual([text, null]);
    }
    succeeded(await runIllume(["resume", runOf("killed")], { cwd: folder }));
    expect(contentsOf(runOf("killed"))).toEqual(expected);
    const asked = served.asked();
    expect(new Set(asked)).toEqual(new Set(once));
    // Calls in flight at a kill, at most the concurrency of each of the four endpoints.
    expect(asked.length - once.length).toBeLessThanOrEqual(moments.length * 4 * concurrency);
  }, 600_000);

  test("stays within a budget over all phases, and goes on with a larger one", async () => {
    served.forget();
    const stopped = await start("budget", "--target", target, "--max-calls", "400").ended;
    expect([stopped.status, stopped.stdout]).toEqual([7, ""]);
    expect(served.asked().length).toBeLessThanOrEqual(400);
    expect((await runIllume(["resume", runOf("budget")], { cwd: folder })).status).toBe(7);
    succeeded(await runIllume(["resume", runOf("budget"), "--max-calls", "5000"], { cwd: folder }));
    expect(contentsOf(runOf("budget"))).toEqual(contentsOf(runOf("here")));
  }, 300_000);

  test("learns preferences beside ordinary ones, after people looked at what was found", async () => {
    const pairs = Array.from({ length: 40 }, (_, index) => ({
      prompt: index === 0 ? "Is it day?" : `Is ${index} a number?`,
      chosen: "Yes",
      rejected: "No",
    }));
    writeFileSync(join(folder, "pairs.jsonl"), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(""));
    const more = ["--lessons", "preferences", "--ordinary", "pairs.jsonl", "--ordinary-share", "0.25", "--review"];
    const paused = await start("preferences", "--target", target, "--archives", "2", ...more).ended;
    succeeded(paused);
    expect(paused.stdout).toMatch(/review \S*searches\/training-1/u);
    const first = openRun({ directory: searchFolder(runOf("preferences"), "training-1"), mode: "read" });
    const { id, payload } = first.entries().find(({ fitness }) => fitness >= 0.5) as ReturnType<
      typeof first.entries
    >[0];
    first.close();
    const review = openReviews(searchFolder(runOf("preferences"), "training-1"));
    review.add({ kind: "item", id, decision: "rejected" });
    review.close();
    const result = await runIllume(["resume", runOf("preferences"), "--json"], { cwd: folder });
    succeeded(result);
    const { notes } = JSON.parse(result.stdout);
    expect(notes.join(" ")).toMatch(/rows of ordinary data were learnt beside them; 1 were left out/u);
    const written = readFileSync(join(runOf("preferences"), "lessons", "trl", "train.jsonl"), "utf8");
    expect(written).not.toContain(JSON.stringify((payload as { text: string }).text));
  }, 300_000);
});

const message = z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string().min(1) });
const assistant = z.strictObject({ role: z.literal("assistant"), content: z.string().min(1) });

describe("a target that is trained elsewhere", () => {
  test.each([
    ["sft", "trl sft", z.strictObject({ messages: z.tuple([message, assistant]) })],
    [
      "preferences",
      "trl dpo",
      z.strictObject({
        input: z.strictObject({
          messages: z.array(message).min(1),
          tools: z.array(z.never()),
          parallel_tool_calls: z.literal(true),
        }),
        preferred_output: z.tuple([assistant]),
        non_preferred_output: z.tuple([assistant]),
      }),
    ],
  ] as const)(
    "gets its lessons as %s, and is measured once it is trained",
    async (lessons, command, openAiRow) => {
      const output = `elsewhere-${lessons}`;
      const given = await start(output, "--target", served.ids.target, "--archives", "2", "--lessons", lessons).ended;
      succeeded(given);
      const directory = runOf(output);
      expect(given.stdout).toContain(`improve --after ID ${output}`);
      const lines = (path: string) =>
        readFileSync(join(directory, "lessons", path), "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line) as unknown);
      for (const row of lines("openai/train.jsonl")) openAiRow.parse(row);
      const { records } = await readTrainingRecords(join(directory, "lessons", "trl", "train.jsonl"));
      expect(records.map(({ format }) => format)).toEqual(
        lines("openai/train.jsonl").map(() => (lessons === "sft" ? "prompt and completion" : "preference")),
      );
      expect(readFileSync(join(directory, "lessons", "train-with-trl.sh"), "utf8")).toContain(command);
      // Nothing is asked again while it waits.
      served.forget();
      succeeded(await runIllume(["resume", directory], { cwd: folder }));
      expect(served.asked()).toEqual([]);
      const after = await runIllume(["improve", "--after", served.ids.trained, directory, "--json"], { cwd: folder });
      succeeded(after);
      const { comparisons, standing, verdictTone } = JSON.parse(after.stdout);
      expect(comparisons[0]).toMatchObject({ before: { estimate: 0 }, after: { estimate: 1 }, verdict: "better" });
      // Four ordinary prompts, half of them answered rightly now, may be chance.
      expect([verdictTone, standing]).toEqual([
        "mixed",
        {
          word: "Mixed",
          explanation: "a clear gain on held-out prompts, but ordinary prompts, right answers: too few to tell.",
        },
      ]);
    },
    300_000,
  );

  test("is not trained here, nor gone on with before there are lessons", async () => {
    const here = await start("refused", "--target", served.ids.target, "--train", "here").ended;
    expect([here.status, here.stderr]).toEqual([2, expect.stringContaining("--train")]);
    const early = await start("early", "--target", served.ids.target, "--max-calls", "20").ended;
    expect(early.status).toBe(7);
    const after = await runIllume(["improve", "--after", served.ids.trained, runOf("early")], { cwd: folder });
    expect([after.status, after.stderr]).toEqual([2, expect.stringContaining("not written yet")]);
    expect(existsSync(join(folder, "refused"))).toBe(false);
  }, 120_000);
});

test("illume learn teaches what a search found", async () => {
  const search = ["search", "declining.yaml", "--target", target, ...roles, ...budget, "--output", "searched"];
  succeeded(await runIllume(search, { cwd: folder }));
  const flags = [...teacher, ...learning, "--runs", "learnt"];
  const result = await runIllume(["learn", runOf("searched"), ...flags], { cwd: folder });
  succeeded(result);
  expect(result.stdout).toContain("what that did is not measured here");
  const [, model = ""] = /^Model: (illume:.*)$/mu.exec(result.stdout) ?? [];
  expect(existsSync(join(model.slice("illume:".length), "adapter_config.json"))).toBe(true);
  const without = await runIllume(["learn", runOf("searched")], { cwd: folder });
  expect([without.status, without.stderr]).toEqual([2, expect.stringContaining("--teacher")]);
  const again = await runIllume(["learn", runOf("here"), ...flags], { cwd: folder });
  expect([again.status, again.stderr]).toEqual([2, expect.stringContaining("one of its searches")]);
}, 300_000);

test.each([
  [["improve", "--teacher", "scripted:x.json"], 2, "need no mutator, judge or teacher"],
  [["improve", "declining.yaml", "--target", "a", "--mutator", "b", "--judge", "c"], 2, "--teacher"],
  [
    [
      "improve",
      "declining.yaml",
      "--target",
      "a",
      "--mutator",
      "b",
      "--judge",
      "c",
      "--teacher",
      "d",
      "--archives",
      "1",
    ],
    2,
    "--archives",
  ],
  [
    ["improve", "declining.yaml", "--target", "a", "--mutator", "b", "--judge", "c", "--learn-replay", "3"],
    2,
    "--learn-replay",
  ],
  [["improve", "--after", "openai:x", "none"], 5, "run"],
] as const)("%j ends with %d", async (args, code, named) => {
  const { status, stderr } = await runIllume(
    [...args, ...(args.includes("--after" as never) ? [] : ["--output", "no"])],
    { cwd: folder },
  );
  expect([status, stderr]).toEqual([code, expect.stringContaining(named)]);
  expect(readdirSync(folder)).not.toContain("no");
});
