/** illume search over prompts as a process, on the landscape behind HTTP: coverage, kills, budgets, a held-out judge. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { auditArchive } from "../../src/rainbow-teaming/landscape/landscape-audit.ts";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { foundPrompts } from "../../src/rainbow-teaming/run/found-prompts.ts";
import type { PromptRecord } from "../../src/rainbow-teaming/run/prompt-records.ts";
import { searchConfiguration } from "../../src/rainbow-teaming/run/search-configuration.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { type IllumeResult, runIllume, startIllume } from "./illume-process.ts";
import { startLandscape } from "./landscape-server.ts";

const concurrency = 4;

describe("illume search over prompts", () => {
  let folder: string;
  let served: Awaited<ReturnType<typeof startLandscape>>;
  let models: string[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "illume-rainbow-"));
    served = await startLandscape({ milliseconds: 4 });
    const { mutator, target, judge } = served.ids;
    models = ["--target", target, "--mutator", mutator, "--judge", judge];
    writeFileSync(join(folder, "landscape.yaml"), stringify(landscapeDomain(served.landscape)));
    writeFileSync(join(folder, "hidden.yaml"), stringify({ ...landscapeDomain(served.landscape), sensitive: true }));
  });
  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  const settings = ["--iterations", "120", "--batch-size", "8", "--concurrency", String(concurrency)];
  const search = (output: string, ...more: string[]) =>
    startIllume(["search", "landscape.yaml", ...models, ...settings, "--output", output, ...more], { cwd: folder });
  const runOf = (output: string) => join(folder, output, readdirSync(join(folder, output))[0] as string);
  const foundIn = (output: string) => {
    const store = openRun({ directory: runOf(output), mode: "read" });
    try {
      return foundPrompts(searchConfiguration(store), store);
    } finally {
      store.close();
    }
  };
  const resume = (output: string, ...more: string[]) => runIllume(["resume", runOf(output), ...more], { cwd: folder });
  const succeeded = ({ status, stderr }: IllumeResult) => expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);

  test("fills the archive with what the target really fails, tells it, and exports it", async () => {
    served.forget();
    const result = await search("whole", "--json", "--held-out-judge", served.ids.judge).ended;
    succeeded(result);
    const document = JSON.parse(result.stdout);
    expect(document).toMatchObject({ command: "search", archive: { cells: 16, filled: 16, coverage: 1 } });
    expect(result.stderr).toContain("Estimate, recorded calls free, repeats after failures not counted:");
    expect(result.stderr).toMatch(/mutator .*: up to 240 calls/u);
    expect(result.stderr).toMatch(/together up to [\d,]+ calls/u);
    const { elites, iterations } = foundIn("whole");
    expect(iterations).toBe(120);
    const audit = auditArchive(served.landscape, elites);
    expect(audit.trueSuccess).toBe(elites.filter(({ fitness }) => fitness >= 0.5).length / elites.length);
    const roles = new Map(document.spending.map((row: { role: string; calls: number }) => [row.role, row.calls]));
    expect([...roles.keys()]).toEqual(["mutator", "target", "judge", "held-out judge"]);
    expect(roles.get("held-out judge")).toBe(elites.length);
    expect(document.calls.calls).toBe(served.asked().length);

    const exported = await runIllume(["export", runOf("whole"), "--output", "prompts.jsonl", "--all"], { cwd: folder });
    succeeded(exported);
    const records = readFileSync(join(folder, "prompts.jsonl"), "utf8").trim().split("\n");
    const prompts = records.map((line) => JSON.parse(line) as PromptRecord);
    expect(prompts.map(({ id }) => id)).toEqual(elites.map(({ id }) => id));
    for (const { heldOutScore, fitness, seed, lineage, labels } of prompts) {
      expect(heldOutScore).toBeCloseTo(fitness as number, 12);
      expect(seed === undefined).toBe(false);
      expect(lineage.every(({ prompt }) => served.landscape.read(prompt) !== undefined)).toBe(true);
      expect(Object.keys(labels)).toEqual(["category", "style"]);
    }
  }, 120_000);

  test("killed at three moments, it goes on to the same archive and repeats no completed call", async () => {
    served.forget();
    succeeded(await search("undisturbed").ended);
    const once = served.asked();
    expect(new Set(once).size).toBe(once.length);
    served.forget();
    const first = search("killed");
    await served.until(90);
    first.child.kill("SIGKILL");
    await first.ended;
    let reached = served.asked().length;
    for (const more of [80, 130]) {
      const again = startIllume(["resume", runOf("killed")], { cwd: folder });
      await served.until(reached + more);
      again.child.kill("SIGKILL");
      await again.ended;
      reached = served.asked().length;
    }
    succeeded(await resume("killed"));
    expect(foundIn("killed").elites).toEqual(foundIn("undisturbed").elites);
    const asked = served.asked();
    expect(new Set(asked)).toEqual(new Set(once));
    // Calls in flight at a kill, at most the concurrency of each of the three endpoints.
    expect(asked.length - once.length).toBeLessThanOrEqual(3 * 3 * concurrency);
  }, 180_000);

  test("with two pairs a call it asks the judge less, and goes on to the same archive when it is killed", async () => {
    served.forget();
    succeeded(await search("pairs", "--comparisons-per-call", "2").ended);
    const once = served.asked();
    const [pairs, single] = [foundIn("pairs"), foundIn("undisturbed")];
    expect(pairs.calls.judge).toBeLessThan(single.calls.judge);
    served.forget();
    const first = search("pairs-killed", "--comparisons-per-call", "2");
    await served.until(Math.floor(once.length / 2));
    first.child.kill("SIGKILL");
    await first.ended;
    succeeded(await resume("pairs-killed"));
    expect(foundIn("pairs-killed").elites).toEqual(pairs.elites);
    expect(new Set(served.asked())).toEqual(new Set(once));
  }, 180_000);

  test("stops at a budget and at Ctrl-C, and goes on", async () => {
    const stopped = await search("budget", "--max-calls", "150").ended;
    expect([stopped.status, stopped.stdout]).toEqual([7, ""]);
    expect(stopped.stderr).toContain("it goes on with");
    const unfinished = await runIllume(["export", runOf("budget"), "--all", "--output", "part.jsonl"], { cwd: folder });
    expect(unfinished.stderr).toMatch(/The search is not finished: \d+ of \d+ iterations/u);
    const still = await resume("budget");
    expect(still.status).toBe(7);
    const going = startIllume(["resume", runOf("budget"), "--max-calls", "100000"], { cwd: folder });
    served.forget();
    await served.until(40);
    going.child.kill("SIGINT");
    const interrupted = await going.ended;
    expect([interrupted.status, interrupted.stderr.includes("what is done is kept")]).toEqual([130, true]);
    succeeded(await resume("budget"));
    expect(foundIn("budget").elites).toEqual(foundIn("undisturbed").elites);
    served.forget();
    const again = await resume("budget");
    expect([again.status, again.stderr]).toEqual([0, expect.stringContaining("complete: nothing is asked again")]);
    expect(served.asked()).toEqual([]);
  }, 180_000);

  test("says that there was no held-out judge, and shows no text of a sensitive domain", async () => {
    const short = ["--iterations", "24", "--batch-size", "8", "--output", "hidden"];
    const result = await runIllume(["search", "hidden.yaml", ...models, ...short], { cwd: folder });
    succeeded(result);
    const shown = result.stdout + result.stderr;
    expect(shown).toContain("no --held-out-judge");
    expect(shown).toContain("There was no held-out judge");
    for (const { text, response } of foundIn("hidden").elites) {
      expect(shown).not.toContain(text);
      expect(shown).not.toContain(response);
    }
  }, 60_000);

  test.each([
    [["landscape.yaml", "--target", "scripted:none.json"], 2, "--mutator"],
    [["grade-school", "--mutator", "scripted:x.json"], 2, "need no mutator"],
    [["landscape.yaml", "--search-evaluations", "3"], 2, "--search-evaluations"],
    [["question-anwering"], 2, "question-answering"],
    [["missing.yaml"], 5, "missing.yaml"],
    [
      ["landscape.yaml", "--target", "scripted:a.json", "--mutator", "scripted:a.json", "--judge", "opnai:x"],
      2,
      "openai",
    ],
    [
      ["landscape.yaml", "--target", "scripted:a.json", "--mutator", "scripted:a.json", "--judge", "scripted:a.json"],
      5,
      "a.json",
    ],
  ] as const)("%j ends with %d", async (args, code, named) => {
    const { status, stderr } = await runIllume(["search", ...args, "--output", "none"], { cwd: folder });
    expect([status, stderr]).toEqual([code, expect.stringContaining(named)]);
    expect(readdirSync(folder)).not.toContain("none");
  });
});
