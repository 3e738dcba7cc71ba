import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRun } from "../runs/run-database.ts";

const program = fileURLToPath(new URL("../../tests/fixtures/stoppable-run/run.ts", import.meta.url));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "illume-stop-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function start(directory: string, ...more: string[]) {
  const child = spawn(process.execPath, [program, directory, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return {
    child,
    output: () => output,
    says: async (text: string) => {
      while (!output.includes(text)) await once(child.stderr, "data");
    },
    ended: once(child, "close").then(([code]) => code as number | null),
  };
}

describe("Ctrl-C", () => {
  test("once: the loop stops by itself, the run can be gone on with", async () => {
    const directory = join(root, "runs", "improve-2026-11-23-001");
    const run = start(directory);
    await run.says("search: 0 of 10");
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
    expect(run.output()).toContain("it goes on with\n  npm run illume -- resume improve-2026-11-23-001\n");
    expect(run.output()).toContain("Stopping at the next safe point; Ctrl-C again ends at once.\n");
    expect(run.output().trimEnd().split("\n").at(-1)).toBe(
      "illume: expected the run to end by itself, but got a request to stop: what is done is kept; go on with npm run illume -- resume improve-2026-11-23-001",
    );
    openRun({ directory, mode: "write" }).close();
  });

  test("SIGTERM does the same; a folder elsewhere is named by its path", async () => {
    const run = start(join(root, "my runs", "first"));
    await run.says("search: 0 of 10");
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(130);
    expect(run.output()).toContain('npm run illume -- resume "my runs/first"');
  });

  test("twice: it ends at once", async () => {
    const run = start(join(root, "runs", "first"), "deaf");
    await run.says("search: 0 of 10");
    run.child.kill("SIGINT");
    await run.says("Stopping");
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
  });
});
