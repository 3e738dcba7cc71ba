/** A run that is stopped, starved of disk, shared or resumed once too often. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PhaseCost } from "../../src/closed-loop/loop-context.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { openDatabase } from "../../src/runs/sqlite.ts";
import { runIllume, startIllume } from "./illume-process.ts";
import { contentsOf, miniatureFlags, onlyRun, phaseReached } from "./miniature-run.ts";

let root: string;
/** A finished run in its folder; never changed, only copied. */
let finished: string;
let expected: ReturnType<typeof contentsOf>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "illume-interruptions-"));
  const folder = newFolder();
  expect(await runIllume(["improve", ...miniatureFlags()], { cwd: folder })).toMatchObject({ status: 0 });
  finished = onlyRun(folder) as string;
  expected = contentsOf(finished);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, maxRetries: 5 }));

let folders = 0;
function newFolder(): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  return folder;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

describe("Ctrl-C", () => {
  test.each(["measure before", "search", "learn", "renewed attack"])(
    "in %s: exit code 130 and the command that goes on, to the same result",
    async (phase) => {
      const folder = newFolder();
      const run = startIllume(["improve", ...miniatureFlags()], { cwd: folder });
      expect(await run.says(`${phase}: 0 of`)).toBe(true);
      run.child.kill("SIGINT");
      const { status, stderr } = await run.ended;
      expect(status).toBe(130);
      expect(stderr).toContain("Stopping at the next safe point; Ctrl-C again ends at once.\n");
      const [, command] =
        /but got a request to stop: what is done is kept; go on with npm run illume -- (.*)$/.exec(lastLine(stderr)) ??
        [];
      expect(command).toBe(`resume ${basename(onlyRun(folder) as string)}`);
      expect(phaseReached(folder)).not.toBe("report");
      expect(await runIllume((command as string).split(" "), { cwd: folder })).toMatchObject({ status: 0 });
      expect(contentsOf(onlyRun(folder) as string)).toEqual(expected);
    },
  );
});

describe("a disk with too little room", () => {
  // A limit on the size of a file, since a small disk would need an administrator: the same paths as a full disk's.
  test.each([64, 128, 160, 288])(
    "(no file above %i KiB): exit code 5, and a resumed run misses nothing",
    async (largestFile) => {
      const folder = newFolder();
      const { status, stderr } = await runIllume(["improve", ...miniatureFlags()], { cwd: folder, largestFile });
      expect([status, lastLine(stderr)]).toEqual([5, expect.stringMatching(/^illume: expected .*, but got .*: ./)]);
      expect(await runIllume(["resume"], { cwd: folder })).toMatchObject({ status: 0 });
      expect(contentsOf(onlyRun(folder) as string)).toEqual(expected);
    },
  );
});

describe("one run folder", () => {
  test("has one writer: a second one gets exit code 6, the first one finishes", async () => {
    const folder = newFolder();
    const first = startIllume(["improve", ...miniatureFlags()], { cwd: folder });
    expect(await first.says("search: 0 of")).toBe(true);
    const [second, reader] = await Promise.all([
      runIllume(["resume"], { cwd: folder }),
      runIllume(["report", "--json"], { cwd: folder }),
    ]);
    expect([second.status, second.stderr]).toEqual([
      6,
      expect.stringMatching(new RegExp(`^illume: expected [^\\n]*in use by process ${first.child.pid}: [^\\n]*\\n$`)),
    ]);
    expect(reader.status).toBe(0);
    expect((await first.ended).status).toBe(0);
    expect(contentsOf(onlyRun(folder) as string)).toEqual(expected);
  });

  test("of another version: exit code 6, untouched", async () => {
    const folder = newFolder();
    cpSync(finished, join(folder, "runs", "other"), { recursive: true });
    const directory = onlyRun(folder) as string;
    const setFormat = (format: number) => {
      const database = openDatabase(join(directory, "run.sqlite"));
      database.exec(`PRAGMA user_version = ${format}`);
      database.close();
    };
    setFormat(99);
    const { status, stderr } = await runIllume(["resume"], { cwd: folder });
    expect([status, stderr]).toEqual([6, expect.stringMatching(/^illume: expected a run of format \d+ [^\n]*\n$/)]);
    setFormat(1);
    expect(contentsOf(directory)).toEqual(expected);
  });

  test("whose run is finished: resume makes its report again and asks the model nothing", async () => {
    const folder = newFolder();
    cpSync(finished, join(folder, "runs", "finished"), { recursive: true });
    const directory = onlyRun(folder) as string;
    rmSync(join(directory, "report.html"));
    const before = openRun({ directory, mode: "read" });
    const events = before.events("phase").length;
    before.close();
    const { status, stdout } = await runIllume(["resume"], { cwd: folder });
    expect([status, stdout]).toEqual([0, expect.stringContaining("out-of-distribution sets")]);
    expect(existsSync(join(directory, "report.html"))).toBe(true);
    expect(contentsOf(directory)).toEqual(expected);
    const after = openRun({ directory, mode: "read" });
    const costs = after.events("phase").slice(events) as unknown as { payload: PhaseCost }[];
    after.close();
    expect(costs.map(({ payload }) => payload.tokens)).toEqual(costs.map(() => 0));
  });
});
