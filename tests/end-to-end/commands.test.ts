/** The other commands on a finished run: what the loop stores is what they read. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gradeSchoolDomain } from "../../src/closed-loop/domains.ts";
import { renewedAttackName, searchName } from "../../src/closed-loop/improve.ts";
import { auditGsm8k } from "../../src/reasoning/tasks/gsm8k/audit.ts";
import { readGsm8k } from "../../src/reasoning/tasks/gsm8k/row.ts";
import type { ReportViewModel } from "../../src/report/view-model.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { readRows } from "../../src/synthetic-data/read-rows.ts";
import { runIllume } from "./illume-process.ts";
import { improveMiniature } from "./interrupted-run.ts";
import { miniatureFlags, miniatureSettings } from "./miniature-run.ts";

const run = "improve-2026-11-23-001";
const { search, learn } = miniatureSettings;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "illume-commands-"));
  await improveMiniature({ directory: join(folder, "runs", run) });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

/** Runs a command that has to succeed, and its result as JSON. */
async function illume<Result = ReportViewModel & { readonly run: string }>(...args: string[]): Promise<Result> {
  const { status, stdout, stderr } = await runIllume([...args, "--json"], { cwd: folder });
  expect([status, stderr]).toEqual([0, expect.any(String)]);
  return JSON.parse(stdout) as Result;
}

function read<Result>(directory: string, use: (store: ReturnType<typeof openRun>) => Result): Result {
  const store = openRun({ directory, mode: "read" });
  try {
    return use(store);
  } finally {
    store.close();
  }
}

describe("illume export", () => {
  test.each(["jsonl", "chat", "csv"])(
    "%s: verified solutions of the elites that the model gets wrong",
    async (format) => {
      const name = `problems.${format === "csv" ? "csv" : "jsonl"}`;
      const { rows: count } = await illume<{ rows: number }>("export", run, "--format", format, "--output", name);
      const { rows, skipped } = await readRows(join(folder, name));
      expect(skipped).toEqual([]);
      expect(rows).toHaveLength(count);
      expect(rows.map(({ attributes }) => [attributes?.correct, attributes?.solved])).toEqual(
        rows.map(() => [true, false]),
      );
      const card = await illume<{ rows: { measure: string; value: number }[] }>("measure", name);
      expect(card.rows.find(({ measure }) => measure === "verifier-accuracy")?.value).toBe(1);
      expect(count).toBeGreaterThan(5);
      const { task } = gradeSchoolDomain;
      const asked = new Map(
        read(join(folder, "runs", run), (store) =>
          store.entries(searchName(1)).map(({ payload }) => {
            const problem = task.deserialize((payload as { problem: unknown }).problem);
            return [task.prompt(problem).trim(), problem];
          }),
        ),
      );
      for (const { prompt, completion } of rows) {
        const problem = asked.get(prompt.trim());
        expect(problem, prompt).toBeDefined();
        expect(task.verify(problem as NonNullable<typeof problem>, completion).correct).toBe(true);
      }
    },
  );

  test("gsm8k: rows whose every annotation is right; --all has the solved ones too", async () => {
    const exported = (...flags: string[]) =>
      illume<{ rows: number }>("export", run, "--format", "gsm8k", "--output", "gsm8k.jsonl", ...flags);
    const { rows } = await exported();
    const all = await exported("--all");
    expect(all.rows).toBeGreaterThan(rows);
    const audit = await auditGsm8k(readGsm8k(join(folder, "gsm8k.jsonl")));
    expect(audit).toMatchObject({
      rows: all.rows,
      wrongAnnotations: [],
      withoutAnnotations: [],
      lastResultDiffers: [],
    });
  });
});

describe("illume search, learn, measure, report", () => {
  test("a search finds what the whole loop's first round finds", async () => {
    const result = await illume("search", ...miniatureFlags().slice(0, 4), ...flagsOf("search"));
    const entries = (directory: string) => read(directory, (store) => store.entries(searchName(1)));
    expect(entries(result.run)).toEqual(entries(join(folder, "runs", run)));
    expect(result.verdict).toMatch(/^So far \d+ of 30 problems that the search evaluated were wrong, in \d+ cells\.$/);
    expect(result.verdictTone).toBe("unfinished");
  });

  test("learning from a finished run gives a run of its own, with the same weights at the same settings", async () => {
    const result = await illume("learn", run);
    expect(result.run).not.toContain(run);
    const curve = (directory: string) => read(directory, (store) => store.metrics("loss, round 1"));
    expect(curve(result.run)).toEqual(curve(join(folder, "runs", run)));
    expect(result.verdict).toContain("different problems were taught.");
    const shorter = await illume("learn", run, "--learn-epochs", "1");
    expect(curve(shorter.run)).toHaveLength(Math.ceil((learn.examples + learn.replay) / learn.batchSize));
  });

  test("learning where no search was: exit code 2, and what to do", async () => {
    await illume("measure", "--output", "measured", ...miniatureFlags().slice(0, 4), ...flagsOf("measure"));
    const { status, stderr } = await runIllume(["learn", "--runs", "measured"], { cwd: folder });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/^illume: [^\n]*: search first: npm run illume -- search\n$/),
    ]);
  });

  test("measuring a model gives what the whole loop measured before", async () => {
    const { testSets } = await illume<{ testSets: { name: string; accuracy: { estimate: number } }[] }>(
      "measure",
      ...miniatureFlags().slice(0, 4),
      ...flagsOf("measure"),
    );
    const { comparisons } = await illume("report", run);
    expect(testSets.map(({ name, accuracy }) => [name, accuracy.estimate])).toEqual(
      comparisons.filter(({ paired }) => paired).map(({ name, before }) => [name, before.estimate]),
    );
  });

  test("the report has what the store has", async () => {
    const report = await illume<ReportViewModel & { repeat: string; archive: { filled: number } }>("report", run);
    const directory = join(folder, "runs", run);
    const cells = new Set(read(directory, (store) => store.entries(searchName(1)).map(({ cell }) => cell)));
    expect(report.archive.filled).toBe(cells.size);
    expect(report.comparisons.map(({ problems }) => problems)).toEqual([
      ...miniatureSettings.measure.sets.map(() => miniatureSettings.measure.problems),
      search.evaluations,
    ]);
    expect(read(directory, (store) => store.entries(renewedAttackName))).toHaveLength(search.evaluations);
    expect(report.repeat).toMatch(/^npm run illume -- improve --model illume:\S+ --threads 1 --search-evaluations 30 /);
  });
});

/** The miniature's flags of one group of settings. */
function flagsOf(group: string): string[] {
  const flags = miniatureFlags();
  return flags.flatMap((flag, index) => (flag.startsWith(`--${group}-`) ? [flag, flags[index + 1] as string] : []));
}
