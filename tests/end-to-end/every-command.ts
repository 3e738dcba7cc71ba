/**
 * Every command on prompts, one after the other on the same models, with what has to be true of it whatever they say. The
 * commands that run here are told by their names; the rest has a file of its own.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { stringify } from "yaml";
import { exactKinds, modelKinds } from "../../src/cli/judge-flags.ts";
import { attackFindings } from "../../src/rainbow-teaming/attack/attack-outcomes.ts";
import { improvementConfiguration } from "../../src/rainbow-teaming/improve/improvement-configuration.ts";
import { foundPrompts } from "../../src/rainbow-teaming/run/found-prompts.ts";
import { searchConfiguration } from "../../src/rainbow-teaming/run/search-configuration.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { everyDomain, type SearchModels } from "./every-search.ts";
import { illumeHere } from "./illume-here.ts";
import { type IllumeResult, runIllume } from "./illume-process.ts";

/** Where commands run, and on which models. */
export interface CommandSetting {
  readonly folder: string;
  readonly models: SearchModels & { readonly teacher: string };
  /** Iterations of a search. */
  readonly iterations: number;
  /** Whether a run that was stopped reaches the archive of an undisturbed one: not where the endpoint's faults do not repeat. */
  readonly repeats: boolean;
  /** Whether a role is an application's file, which a run names: it goes on only where that is said to be one's own. */
  readonly applications: boolean;
}
export type CommandName =
  | "init"
  | "models"
  | "search"
  | "resume"
  | "report"
  | "attack"
  | "review"
  | "judge"
  | "export"
  | "improve"
  | "learn";

/** Commands that other files try, with these. */
export const triedElsewhere: Readonly<Record<string, string>> = {
  serve: "tests/end-to-end/every-command-smollm2.test.ts",
  worker: "tests/end-to-end/every-command-queue.test.ts",
  measure: "tests/end-to-end/commands.test.ts",
  reproduce: "tests/end-to-end/reproduce-endpoints.test.ts",
};

const succeeded = ({ status, stderr }: IllumeResult) => expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
const linesOf = (file: string) => readFileSync(file, "utf8").split("\n").filter(Boolean);

/** Long answers are bad ones: the target's, and not the teacher's, which has fewer tokens. */
const lengthDomain = () => everyDomain({ judge: { kind: "regex", pattern: "^[^]{12,}$" } });

/** The commands, each as a function; `search` is to come before what works on its run. */
export function everyCommand({ folder, models, iterations, repeats, applications }: CommandSetting) {
  const path = (name: string) => join(folder, name);
  const here = async (...args: string[]) => {
    const result = await illumeHere(...args);
    succeeded(result);
    return result;
  };
  const runIn = (output: string) => join(path(output), readdirSync(path(output))[0] as string);
  const runCode = applications ? ["--run-code"] : [];
  const size = ["--iterations", String(iterations), "--batch-size", "3"];
  const roles = ["--target", models.target, "--mutator", models.mutator, ...size];
  const pairwise = [...roles, "--judge", models.judge, "--comparisons", "2", "--cache", path("calls.sqlite")];
  const found = (run: string) => {
    const store = openRun({ directory: run, mode: "read" });
    try {
      return foundPrompts(searchConfiguration(store), store);
    } finally {
      store.close();
    }
  };

  const comparisonsIn = (output: string) =>
    [...found(runIn(output)).prompts.values()].filter(({ incumbentId }) => incumbentId !== undefined).length;

  const commands: Readonly<Record<CommandName, () => Promise<void>>> = {
    init: async () => {
      await here("init", path("own.yaml"));
      await here("init", path("target.yaml"), "--target");
      writeFileSync(path("mine.yaml"), stringify(everyDomain({})));
      writeFileSync(path("length.yaml"), stringify(lengthDomain()));
      expect(readFileSync(path("own.yaml"), "utf8")).toContain("descriptors:");
    },

    models: async () => {
      // One request, whose answer may be one of the broken ones: then the next is whole.
      const first = await illumeHere("models", "check", models.target, "--json");
      const { status, stdout, stderr } =
        first.status === 0 ? first : await illumeHere("models", "check", models.target, "--json");
      succeeded({ status, stdout, stderr });
      expect(JSON.parse(stdout)).toMatchObject({ check: { id: models.target, answered: true } });
      if (first.status !== 0) expect(first.stderr).toMatch(/^illume: expected .*, but got .*: ./mu);
    },

    search: async () => {
      const { stdout } = await here("search", path("mine.yaml"), ...pairwise, "--output", path("searched"), "--json");
      expect(JSON.parse(stdout)).toMatchObject({ command: "search" });
      expect(found(runIn("searched")).iterations).toBe(iterations);
      await here("search", path("length.yaml"), ...roles, "--output", path("exact"), "--cache", path("calls.sqlite"));
    },

    resume: async () => {
      // Without the others' calls, so that there is something left to pay for.
      const own = pairwise.slice(0, -2);
      const stopped = await illumeHere(
        "search",
        path("mine.yaml"),
        ...own,
        "--output",
        path("stopped"),
        "--max-calls",
        "6",
      );
      expect([stopped.status, stopped.stderr]).toEqual([7, expect.stringContaining("it goes on with")]);
      await here("resume", runIn("stopped"), "--max-calls", "10000", ...runCode);
      const resumed = found(runIn("stopped"));
      expect(resumed.iterations).toBe(iterations);
      if (repeats) expect(resumed.elites).toEqual(found(runIn("searched")).elites);
    },

    report: async () => {
      const { stdout } = await here("report", runIn("searched"), "--json");
      const { verdict, report } = JSON.parse(stdout);
      expect(verdict).toContain("cells are filled");
      expect(readFileSync(report, "utf8")).toContain("<html");
    },

    attack: async () => {
      const targets = ["--target", `${models.target},${models.heldOut}`];
      await here(
        "attack",
        "--archive",
        runIn("exact"),
        ...targets,
        "--output",
        path("attacks"),
        "--junit",
        path("a.xml"),
      );
      const store = openRun({ directory: runIn("attacks"), mode: "read" });
      try {
        const { archives, cells } = attackFindings(store);
        const [{ prompts }] = archives as [(typeof archives)[number]];
        const attacked = cells.filter(({ source }) => !source);
        expect(attacked.map(({ target }) => target)).toEqual([models.target, models.heldOut]);
        for (const cell of attacked) {
          expect(cell.prompts).toBe(prompts.length);
          expect(cell.trials).toBeLessThanOrEqual(prompts.length);
          expect(cell.successes).toBeLessThanOrEqual(cell.trials);
        }
      } finally {
        store.close();
      }
      await here("export", runIn("attacks"), "--output", path("attack.jsonl"), "--all");
      expect(linesOf(path("attack.jsonl")).length).toBeGreaterThan(0);
    },

    review: async () => {
      // It reads keys, of a pipe here: a process of its own.
      const count = found(runIn("exact")).elites.length;
      const result = await runIllume(["review", runIn("exact")], { cwd: folder, input: "a\n".repeat(count) });
      succeeded(result);
      await here("export", runIn("exact"), "--output", path("accepted.jsonl"), "--only-accepted", "--all");
      expect(linesOf(path("accepted.jsonl"))).toHaveLength(count);
      const pairs = "1\n".repeat(comparisonsIn("searched") + 1);
      succeeded(await runIllume(["review", runIn("searched"), "--pairs"], { cwd: folder, input: pairs }));
    },

    judge: async () => {
      const pair = { prompt: "Where is it?", first: "I do not know.", second: "It comes today.", label: "first" };
      const scored = { prompt: "Where is it?", response: "It comes today, I promise.", label: 1 };
      writeFileSync(path("pairs.jsonl"), `${JSON.stringify(pair)}\n`);
      writeFileSync(path("scores.jsonl"), `${JSON.stringify(scored)}\n`);
      writeFileSync(path("string.schema.json"), '{"type": "string"}');
      writeFileSync(path("own-judge.mjs"), "export const score = ({ response }) => response.length > 3;\n");
      const judges: Readonly<Record<(typeof modelKinds)[number] | (typeof exactKinds)[number], readonly string[]>> = {
        pairwise: ["--labels", path("pairs.jsonl"), "--judge", models.judge, "--comparisons", "1"],
        // It needs a model that scores, which endpoints do not.
        likelihood: ["--labels", path("pairs.jsonl"), "--judge", models.judge],
        rubric: ["--labels", path("scores.jsonl"), "--judge", models.judge],
        guard: ["--labels", path("scores.jsonl"), "--judge", models.judge],
        "llama-guard": ["--labels", path("scores.jsonl"), "--judge", models.judge],
        oracle: ["--labels", path("scores.jsonl"), "--judge", models.judge],
        regex: ["--labels", path("scores.jsonl"), "--judge", "/promise/"],
        schema: ["--labels", path("scores.jsonl"), "--judge", path("string.schema.json")],
        function: ["--labels", path("scores.jsonl"), "--judge", path("own-judge.mjs")],
      };
      expect(Object.keys(judges)).toEqual([...modelKinds, ...exactKinds]);
      for (const [kind, flags] of Object.entries(judges)) {
        const result = await illumeHere("judge", "--kind", kind, ...flags, "--rubric", "Which is worse?", "--json");
        if (kind === "likelihood") {
          expect([kind, result.status, result.stderr]).toEqual([
            kind,
            3,
            expect.stringContaining("a model that scores"),
          ]);
          continue;
        }
        expect([kind, result.status, result.status === 0 ? "" : result.stderr]).toEqual([kind, 0, ""]);
        const { accuracy, unparsable } = JSON.parse(result.stdout);
        for (const { estimate } of [accuracy, unparsable]) {
          if (estimate === null || estimate === undefined) continue;
          expect(estimate).toBeGreaterThanOrEqual(0);
          expect(estimate).toBeLessThanOrEqual(1);
        }
        // What nobody could read is not right.
        if (unparsable.estimate === 1) expect(accuracy?.estimate ?? 0).toBe(0);
      }
    },

    export: async () => {
      const { promptFormats } = await import("../../src/cli/export-prompts.ts");
      const elites = found(runIn("exact")).elites.length;
      for (const format of promptFormats) {
        const output = path(`exported-${format}${format === "promptfoo" ? ".yaml" : ""}`);
        const more = ["sft", "preference"].includes(format) ? ["--answered", "--lessons", runIn("learnt")] : [];
        const ofPairs = ["labels", "comparisons"].includes(format);
        const run = runIn(ofPairs ? "searched" : "exact");
        const all = ofPairs ? [] : ["--all"];
        const { stdout } = await here("export", run, "--format", format, "--output", output, ...all, ...more, "--json");
        const { rows } = JSON.parse(stdout);
        expect([format, existsSync(output)]).toEqual([format, true]);
        if (ofPairs) expect([format, rows]).toEqual([format, comparisonsIn("searched")]);
        if (["jsonl", "chat", "csv", "parquet", "hugging-face", "promptfoo"].includes(format)) {
          expect([format, rows]).toEqual([format, elites]);
        }
      }
    },

    improve: async () => {
      const flags = [...roles, "--teacher", models.teacher, "--archives", "2", "--output", path("improved")];
      await here("improve", path("length.yaml"), ...flags, "--cache", path("calls.sqlite"));
      const directory = runIn("improved");
      const store = openRun({ directory, mode: "read" });
      expect(improvementConfiguration(store).archives).toBe(2);
      store.close();
      const taught = linesOf(join(directory, "lessons", "trl", "train.jsonl"));
      expect(taught.length).toBeGreaterThan(0);
      // As if the teacher were what the target became.
      const { stdout } = await here("improve", "--after", models.teacher, directory, "--json", ...runCode);
      const { comparisons, verdict } = JSON.parse(stdout);
      expect(verdict).not.toBe("");
      expect(comparisons[0].name).toContain("held-out archives");
    },

    learn: async () => {
      const flags = ["--teacher", models.teacher, "--runs", path("learnt"), ...runCode];
      await here("learn", runIn("exact"), ...flags);
      expect(existsSync(join(runIn("learnt"), "lessons", "train-with-trl.sh"))).toBe(true);
    },
  };
  return commands;
}

/** In the order in which they build on each other. */
export const commandOrder: readonly CommandName[] = [
  "init",
  "models",
  "search",
  "resume",
  "report",
  "attack",
  "review",
  "judge",
  "learn",
  "export",
  "improve",
];
