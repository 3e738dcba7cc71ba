/** The example programs, in miniature. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRun } from "../../src/runs/run-database.ts";
import { miniatureConfiguration } from "./miniature-run.ts";

const program = fileURLToPath(new URL("../../examples/improve.ts", import.meta.url));
const fromSources = new URL("../fixtures/from-sources/register.ts", import.meta.url).href;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-examples-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("examples/improve.ts: a run with its report, in at most ten lines of code", () => {
  const code = readFileSync(program, "utf8").replace(/\/\*.*?\*\//s, "");
  expect(
    code.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("import ")).length,
  ).toBeLessThanOrEqual(10);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", fromSources, program, "runs/mine", JSON.stringify(miniatureConfiguration)],
    { cwd: folder, encoding: "utf8" },
  );
  expect(status, stderr).toBe(0);
  expect(stderr).toContain("search 30 30\n");
  expect(stdout).toMatch(/^The taught model is better on \d of 2 out-of-distribution sets; .*\n$/);
  const directory = join(folder, "runs", "mine");
  expect(readFileSync(join(directory, "report.html"), "utf8")).toContain(stdout.trim().slice(0, 40));
  const store = openRun({ directory, mode: "read" });
  expect(store.configuration).toEqual(miniatureConfiguration);
  store.close();
});
