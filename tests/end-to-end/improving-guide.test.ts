/** docs/guide/improving.md, walked through as written: lessons for a target elsewhere, and what they did. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { codeBlocks } from "../house/markdown.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const guide = readFileSync(new URL("../../docs/guide/improving.md", import.meta.url), "utf8");

test("the guide's commands work one after the other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "illume-guide-"));
  try {
    const lines = codeBlocks(guide, "sh").join("\n");
    writeFileSync(join(folder, "walk.sh"), `set -e\nillume() { "${process.execPath}" "${main}" "$@"; }\n${lines}`);
    const { stdout } = await promisify(execFile)("sh", ["walk.sh"], { cwd: folder, maxBuffer: 2 ** 24 });
    expect(stdout).toContain("Waiting for the trained target");
    expect(stdout).toMatch(/handles\s+well\s+\(by\s+the\s+held-out\s+judge\)/u);
    const [run = ""] = readdirSync(join(folder, "runs"));
    for (const [, file = ""] of guide.matchAll(/^\| `(lessons\/[\w./-]+)`/gmu)) {
      expect(readFileSync(join(folder, "runs", run, file), "utf8").length).toBeGreaterThan(100);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
