/** Budgets and the shared cache through the command line, on a model that runs here. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRun } from "../../src/runs/run-database.ts";
import { type IllumeResult, runIllume, startIllume } from "./illume-process.ts";
import { onlyRun, tinyModel } from "./miniature-run.ts";

const search = [
  "search",
  ...["--model", `illume:${tinyModel}`, "--threads", "1", "--search-evaluations", "20", "--search-batch-size", "4"],
  ...["--search-seeds", "6", "--search-elites-per-cell", "2"],
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-calls-"));
});
afterEach(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

const illume = (...args: string[]) => runIllume(args, { cwd: folder });

/** What a run found and spent; its folder is left empty for the next one. */
function takeRun() {
  const directory = onlyRun(folder) as string;
  const store = openRun({ directory, mode: "read" });
  const entries = store.entries();
  const [spending, counts] = [store.modelCalls.spending(), store.modelCalls.counts()];
  store.close();
  return { entries, spending, counts, remove: () => rmSync(directory, { recursive: true }) };
}

describe("a budget", { timeout: 300_000 }, () => {
  test("pauses the run where it is reached; with a higher one the run reaches what it would have", async () => {
    expect(await illume(...search)).toMatchObject({ status: 0 });
    const undisturbed = takeRun();
    expect(undisturbed.counts.complete).toBe(0);
    undisturbed.remove();

    const paused = await illume(...search, "--max-calls", "17");
    expect([paused.status, paused.stderr]).toEqual([7, expect.stringContaining("the budget of 17 calls")]);
    expect(paused.stderr).toMatch(/up\s+to\s+40\s+calls/u);
    expect(takeRun()).toMatchObject({ spending: { calls: 17 }, counts: { complete: 17 } });
    expect(await illume("resume")).toMatchObject({ status: 7 });

    const resumed = await illume("resume", "--max-calls", "100");
    expect([resumed.status, resumed.stdout]).toEqual([0, expect.stringContaining("Model calls: ")]);
    const { entries, spending, counts } = takeRun();
    expect(entries).toEqual(undisturbed.entries);
    // Nothing was paid twice.
    expect(spending.calls).toBe(counts.complete);
    expect(spending.calls).toBeGreaterThan(20);
  });

  test("of dollars holds to the price that is given", async () => {
    const paused = await illume(...search, "--max-usd", "0.01", "--price", "2,4");
    expect(paused).toMatchObject({ status: 7, stderr: expect.stringContaining("the budget of $0.010") });
    const { spending } = takeRun();
    expect(spending.nanodollars).toBeLessThanOrEqual(10_000_000);
    expect(spending.nanodollars).toBe(2000 * spending.inputTokens + 4000 * spending.outputTokens);
  });

  test.each<[string[], string]>([
    [["--max-calls", "-1"], "--max-calls"],
    [["--max-usd", "five"], "--max-usd"],
    [["--price", "1"], "--price"],
    [["--cache", ""], "--cache"],
  ])("refuses %j before anything is made", async (flags, named) => {
    const refused: IllumeResult = await illume(...search, ...flags);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining(named) });
    expect(onlyRun(folder)).toBeUndefined();
  });
});

test("a run that is killed repeats at most the calls of one batch, and finds what it would have found", {
  timeout: 300_000,
}, async () => {
  // A cap that is never met: calls are recorded.
  const recorded = [...search, "--max-calls", "1000000"];
  expect(await illume(...recorded)).toMatchObject({ status: 0 });
  const undisturbed = takeRun();
  undisturbed.remove();
  const { child, says, ended } = startIllume(recorded, { cwd: folder });
  await says("search: ");
  await sleep(60);
  child.kill("SIGKILL");
  await ended;
  const { complete } = takeRun().counts;
  expect(await illume("resume")).toMatchObject({ status: 0 });
  const { entries, spending, counts } = takeRun();
  expect(entries).toEqual(undisturbed.entries);
  expect(counts).toEqual(undisturbed.counts);
  expect(complete).toBeLessThanOrEqual(counts.complete);
  // The first batch are the six seeds.
  expect(spending.calls - counts.complete).toBeLessThanOrEqual(6);
});

test("what one run has paid for is free for the next", { timeout: 300_000 }, async () => {
  expect(await illume(...search, "--cache", "shared")).toMatchObject({ status: 0 });
  const first = takeRun();
  first.remove();
  expect(first.spending.calls).toBe(first.counts.complete);
  const { status, stdout } = await illume(
    ...search,
    "--cache",
    join("shared", "calls.sqlite"),
    "--max-calls",
    "0",
    "--json",
  );
  expect(status).toBe(0);
  const { complete } = first.counts;
  expect(JSON.parse(stdout).calls).toMatchObject({ calls: 0, complete, reused: complete });
  expect(takeRun().entries).toEqual(first.entries);
});
