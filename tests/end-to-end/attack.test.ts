/** illume attack as a process: prompts of landscapes and of a reasoner's search against other targets, kills, limits. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { LanguageModel } from "../../src/language-models/language-model.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import { attackFindings } from "../../src/rainbow-teaming/attack/attack-outcomes.ts";
import type { AttackRecord } from "../../src/rainbow-teaming/attack/attack-records.ts";
import { Landscape } from "../../src/rainbow-teaming/landscape/landscape.ts";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { landscapeMutator, landscapeTarget } from "../../src/rainbow-teaming/landscape/landscape-models.ts";
import { promptRecords } from "../../src/rainbow-teaming/run/prompt-records.ts";
import type { TransferView } from "../../src/report/transfer-view-model.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { readXml } from "../fixtures/xml/read-xml.ts";
import { type IllumeResult, runIllume, startIllume } from "./illume-process.ts";
import { endToEndLandscape, landscapeJudgeModel, serveModels } from "./landscape-server.ts";
import { tinyModel } from "./miniature-run.ts";

const landscape = new Landscape(endToEndLandscape);
const concurrency = 2;

/** The landscape's target after it was taught to decline everything of two of the four categories. */
function hardenedTarget(): LanguageModel {
  const inner = landscapeTarget(landscape);
  return new ScriptedLanguageModel({ id: "landscape:hardened", answer: (asked) => hardened(inner, asked.text) });
}
const declined = "I would rather not. I went along to 0 of 10000. It sounds like 0 of 10000.";
const isDeclined = (text: string) => (landscape.read(text)?.category ?? 0) < 2;
const answers = new Map<string, string>();
function hardened(_: LanguageModel, text: string): string {
  return isDeclined(text) ? declined : (answers.get(text) ?? declined);
}

/** How many seeds the prompts of a search come from, read from what illume export writes. */
function seedsOf(directory: string, prompts: readonly { readonly id: string }[]): number {
  const store = openRun({ directory, mode: "read" });
  try {
    const ids = new Set(prompts.map(({ id }) => id));
    const records = promptRecords(store, true).filter(({ id }) => ids.has(id));
    return new Set(records.map(({ id, seed, lineage }) => seed ?? lineage.at(-1)?.id ?? id)).size;
  } finally {
    store.close();
  }
}

describe("illume attack", () => {
  let folder: string;
  let served: Awaited<ReturnType<typeof serveModels<"mutator" | "target" | "judge" | "other" | "hardened">>>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "illume-attack-"));
    const target = landscapeTarget(landscape);
    const remembering = Object.assign(Object.create(target) as LanguageModel, {
      generate: async (options: Parameters<LanguageModel["generate"]>[0]) => {
        const rows = await target.generate(options);
        for (const [row, prompt] of options.prompts.entries()) {
          const text = typeof prompt === "string" ? prompt : (prompt.at(-1)?.content ?? "");
          answers.set(text, rows[row]?.[0]?.text ?? "");
        }
        return rows;
      },
    });
    served = await serveModels(
      {
        mutator: landscapeMutator(landscape),
        target: remembering,
        judge: landscapeJudgeModel(),
        other: landscapeJudgeModel(),
        hardened: hardenedTarget(),
      },
      { milliseconds: 3 },
    );
    for (const sensitive of [false, true]) {
      const domain = { ...landscapeDomain(landscape), sensitive };
      writeFileSync(join(folder, sensitive ? "hidden.yaml" : "open.yaml"), stringify(domain));
    }
    for (const name of ["open", "hidden"]) {
      const { mutator, target: id, judge, other } = served.ids;
      const models = ["--target", id, "--mutator", mutator, "--judge", judge, "--held-out-judge", other];
      const settings = ["--iterations", "64", "--batch-size", "8", "--output", name];
      succeeded(await illume("search", `${name}.yaml`, ...models, ...settings));
    }
  }, 120_000);
  afterAll(async () => {
    await served.close();
    rmSync(folder, { recursive: true });
  });

  const illume = (...args: string[]) => runIllume(args, { cwd: folder });
  const runOf = (output: string) => join(folder, output, readdirSync(join(folder, output)).sort().at(-1) as string);
  const succeeded = ({ status, stderr }: IllumeResult) => expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  const attack = (output: string, ...more: string[]) => {
    const { target, hardened: id } = served.ids;
    const settings = ["--archive", runOf("open"), "--target", `${id},${target}`, "--concurrency", String(concurrency)];
    return startIllume(["attack", ...settings, "--output", output, ...more], { cwd: folder });
  };
  const findingsIn = (output: string) => {
    const store = openRun({ directory: runOf(output), mode: "read" });
    try {
      return attackFindings(store);
    } finally {
      store.close();
    }
  };

  test("tells exactly what transfers, by both judges and by category, and exports it", async () => {
    served.forget();
    const result = await attack("whole", "--json").ended;
    succeeded(result);
    expect(result.stderr).toContain("Estimate, recorded calls free, repeats after failures not counted:");
    const document = JSON.parse(result.stdout) as { transfer: TransferView; calls: { calls: number } };
    const [archive] = document.transfer.archives;
    const { archives } = findingsIn("whole");
    const prompts = archives[0]?.prompts ?? [];
    const fails = (text: string) => landscape.truth(text)?.fails === true;
    const failing = prompts.filter(({ text }) => fails(text));
    const still = failing.filter(({ text }) => !isDeclined(text));
    expect(failing.length).toBeGreaterThan(still.length);
    expect(archive?.judges.map(({ heldOut }) => heldOut)).toEqual([false, true]);
    // By the lineages of the search's own run: prompts of one seed are a family.
    const families = seedsOf(runOf("open"), prompts);
    expect(families).toBeGreaterThan(1);
    expect(families).toBeLessThan(prompts.length);
    expect(archive?.families).toBe(families);
    expect(archive?.intervals).toContain(`descend from ${families} seeds`);
    for (const { cells } of archive?.judges ?? []) {
      const told = cells.map(({ source, successes, trials }) => [source ?? false, successes, trials]);
      expect(told).toEqual([
        [true, failing.length, prompts.length],
        [false, still.length, prompts.length],
        [false, failing.length, prompts.length],
      ]);
      const [, hardenedCell, again] = cells;
      const change = (still.length - failing.length) / prompts.length;
      expect(hardenedCell?.difference?.estimate).toBeCloseTo(change, 12);
      // A handful of families says little about others: the interval is wide, and contains what was seen.
      expect(hardenedCell?.difference?.low).toBeLessThan(change);
      expect(hardenedCell?.difference?.high).toBeGreaterThan(change);
      expect(again?.difference?.estimate).toBe(0);
      expect(hardenedCell?.amongSuccesses).toMatchObject({ successes: still.length, trials: failing.length });
      const declinedLabels = landscape.categories.slice(0, 2);
      const kept = hardenedCell?.categories.filter(
        ({ label, successes }) => declinedLabels.includes(label) && successes,
      );
      expect(kept).toEqual([]);
    }
    expect(document.calls.calls).toBe(served.asked().length);
    expect(existsSync(join(runOf("whole"), "report.html"))).toBe(true);

    succeeded(await illume("export", runOf("whole"), "--output", "transfer.jsonl"));
    const lines = readFileSync(join(folder, "transfer.jsonl"), "utf8").trim().split("\n");
    const records = lines.map((line) => JSON.parse(line) as AttackRecord);
    expect(records.map(({ id }) => id)).toEqual(failing.map(({ id }) => id));
    for (const { prompt, responses } of records) {
      expect(responses.map(({ success }) => success)).toEqual([true, !isDeclined(prompt), true]);
    }
  }, 60_000);

  test("killed twice, stopped by a budget and by Ctrl-C, it goes on and repeats no completed call", async () => {
    const calls = findingsIn("whole").total;
    served.forget();
    const first = attack("killed", "--max-calls", String(Math.ceil(calls * 1.6)));
    await served.until(9);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = startIllume(["resume", runOf("killed")], { cwd: folder });
    await served.until(served.asked().length + 10);
    second.child.kill("SIGINT");
    expect((await second.ended).status).toBe(130);
    const third = await illume("resume", runOf("killed"));
    expect([third.status, third.stdout]).toEqual([7, ""]);
    succeeded(await illume("resume", runOf("killed"), "--max-calls", "100000"));
    const { archives, cells } = findingsIn("killed");
    const whole = findingsIn("whole");
    expect([archives, cells]).toEqual([whole.archives, whole.cells]);
    const asked = served.asked();
    // What was under way at the kill, at most the concurrency of each endpoint.
    expect(asked.length - new Set(asked).size).toBeLessThanOrEqual(4 * concurrency);
  }, 120_000);

  test("a limit ends with 8 once all is told, also after a stop, and JUnit XML says which prompts", async () => {
    const junit = join(folder, "results.xml");
    const stopped = await attack("gate", "--fail-above", "30%", "--junit", junit, "--max-calls", "20").ended;
    expect([stopped.status, existsSync(junit)]).toEqual([7, false]);
    const failed = await illume("resume", runOf("gate"), "--max-calls", "100000", "--json");
    expect(failed.status).toBe(8);
    expect(failed.stderr).toMatch(/at most 30 % \(--fail-above\), but got .* by the held-out judge/u);
    expect(failed.stderr).not.toContain("it goes on with\n  illume resume gate");
    const document = JSON.parse(failed.stdout);
    expect(document.gate).toMatchObject({ limit: 0.3, passed: false });
    expect(document.transfer.archives).toHaveLength(1);

    const { archives } = findingsIn("gate");
    const prompts = archives[0]?.prompts ?? [];
    const suites = readXml(readFileSync(junit, "utf8")).children;
    expect(suites).toHaveLength(3);
    const fails = (text: string) => landscape.truth(text)?.fails === true;
    for (const [index, kept] of [(text: string) => fails(text) && !isDeclined(text), fails].entries()) {
      const cases = suites[index]?.children.filter(({ name }) => name === "testcase") ?? [];
      expect(cases.map(({ children }) => children[0]?.name === "failure")).toEqual(
        prompts.map(({ text }) => kept(text)),
      );
      expect(suites[index]?.attributes.failures).toBe(String(prompts.filter(({ text }) => kept(text)).length));
    }
    const gate = suites[2]?.children.filter(({ name }) => name === "testcase") ?? [];
    expect(gate.map(({ children }) => children.length)).toEqual(
      document.gate.rates.map(({ passed }: { readonly passed: boolean }) => (passed ? 0 : 1)),
    );
    const passed = await attack("gate", "--fail-above", "0.99").ended;
    expect([passed.status, passed.stdout.includes("Passed: ")]).toEqual([0, true]);
  }, 120_000);

  test("a sensitive domain's texts are in no output and in no JUnit XML", async () => {
    const { hardened: id, judge } = served.ids;
    const flags = ["--target", id, "--held-out-judge", judge, "--output", "secret", "--junit", "secret.xml"];
    const result = await illume("attack", "--archive", runOf("hidden"), ...flags, "--fail-above", "0");
    expect(result.status).toBe(8);
    const shown = result.stdout + result.stderr + readFileSync(join(folder, "secret.xml"), "utf8");
    expect(shown).toContain("hidden");
    expect(result.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(result.stdout).not.toContain("\u001b[");
    for (const { text, response } of findingsIn("secret").archives[0]?.prompts ?? []) {
      expect(shown).not.toContain(text);
      expect(shown).not.toContain(response);
    }
    const page = readFileSync(join(runOf("secret"), "report.html"), "utf8");
    expect(page).not.toContain(findingsIn("secret").archives[0]?.prompts[0]?.text);
  }, 60_000);

  test("only successes of several archives, by another judge", async () => {
    const { hardened: id, other } = served.ids;
    const runs = `${runOf("open")},${runOf("hidden")}`;
    const flags = ["--archive", runs, "--target", id, "--judge", other, "--only-successes", "--output", "several"];
    succeeded(await illume("attack", ...flags));
    const { archives, cells } = findingsIn("several");
    expect(archives).toHaveLength(2);
    for (const { prompts } of archives) expect(prompts.every(({ score }) => (score as number) >= 0.5)).toBe(true);
    // The other judge has scored the searched model's responses itself, and found the same.
    const sources = cells.filter(({ source, judge }) => source && judge === "judge");
    expect(sources.map(({ rate }) => rate?.estimate)).toEqual([1, 1]);
  }, 60_000);

  test("an endpoint that goes wrong costs nothing that was answered", async () => {
    const endpoint = await startFaultInjectingEndpoint({
      seed: 3,
      faults: { "server-error": 0.15, "rate-limit": 0.1, cut: 0.05 },
      answer: () => declined,
    });
    try {
      const flags = ["--archive", runOf("open"), "--target", endpoint.modelId("target"), "--output", "faults"];
      succeeded(await illume("attack", ...flags));
      expect([...endpoint.statistics.completed.values()].every((times) => times === 1)).toBe(true);
      expect(endpoint.statistics.faults.size).toBeGreaterThan(1);
      const { cells } = findingsIn("faults");
      expect(cells.filter(({ source }) => !source).map(({ successes }) => successes)).toEqual([0, 0]);
    } finally {
      await endpoint.close();
    }
  }, 120_000);

  test("problems with a verifier: a search's failures against other reasoners, without any judge", async () => {
    const settings = [
      "--search-evaluations",
      "24",
      "--search-batch-size",
      "8",
      "--search-seeds",
      "6",
      "--threads",
      "1",
    ];
    const gate = ["--fail-above", "5%", "--junit", "problems.xml"];
    const found = await illume(
      "search",
      "--model",
      `illume:${tinyModel}`,
      ...settings,
      "--output",
      "reasoner",
      ...gate,
    );
    expect([found.status, found.stderr.includes("the verifier of grade-school")]).toEqual([8, true]);
    const targets = `illume:${tinyModel},grade-school/seed-1`;
    const flags = ["--archive", runOf("reasoner"), "--target", targets, "--threads", "1", "--output", "reasoners"];
    succeeded(await illume("attack", ...flags));
    const { cells, archives } = findingsIn("reasoners");
    const [source, same, better] = cells;
    // The model that was searched answers again as it did.
    expect(archives[0]?.outcomes[0]?.size).toBe(archives[0]?.prompts.length);
    expect(same?.successes).toBe(source?.successes);
    expect(same?.difference?.estimate).toBe(0);
    expect(better?.successes).toBeLessThan(source?.successes as number);
    const refused = await illume("attack", ...flags, "--judge", "scripted:none.json");
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("--judge")]);
  }, 120_000);

  test("what is wrong is told before anything is made", async () => {
    const archive = ["--archive", runOf("open"), "--output", "none"];
    const target = ["--target", served.ids.target];
    for (const [args, code, named] of [
      [target, 2, "--archive"],
      [[...archive, ...target, "--fail-above", "1"], 2, "--fail-above 10%"],
      [[...archive, ...target, "--junit", "no-such-folder/x.xml"], 5, "no-such-folder"],
      [[...archive, "--target", "opnai:x"], 2, "openai"],
      [["--archive", runOf("whole"), ...target, "--output", "none"], 2, "illume search"],
    ] as const) {
      const { status, stderr } = await illume("attack", ...args);
      expect([status, stderr]).toEqual([code, expect.stringContaining(named)]);
    }
    expect(readdirSync(folder)).not.toContain("none");
  }, 60_000);
});
