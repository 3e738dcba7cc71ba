/** docs/guide/rainbow-teaming.md, walked through as written: from a domain of one's own to exported data. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { codeBlocks } from "../house/markdown.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const guide = readFileSync(new URL("../../docs/guide/rainbow-teaming.md", import.meta.url), "utf8");

test("the guide's commands work one after the other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "illume-guide-"));
  try {
    const lines = codeBlocks(guide, "sh").join("\n");
    const program = `set -e\nillume() { "${process.execPath}" "${main}" "$@"; }\n${lines}`;
    writeFileSync(join(folder, "walk.sh"), program);
    const { stdout } = await promisify(execFile)("sh", ["walk.sh"], { cwd: folder, maxBuffer: 2 ** 24 });
    expect(stdout).toMatch(/Wrote \d+ prompts to prompts\.jsonl/u);
    const records = readFileSync(join(folder, "prompts.jsonl"), "utf8").trim().split("\n");
    expect(records.length).toBeGreaterThan(4);
    for (const line of records) {
      const record = JSON.parse(line);
      for (const field of ["prompt", "response", "labels", "fitness", "success", "iteration", "lineage", "seed"]) {
        expect(record).toHaveProperty(field);
      }
      expect([0.1, 0.8]).toContain(record.heldOutScore);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);
