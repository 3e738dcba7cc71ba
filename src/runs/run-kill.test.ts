import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RunLockedError } from "../core/errors/run-locked-error.ts";
import { RandomStream } from "../core/random.ts";
import { openRun } from "./run-database.ts";

const writer = fileURLToPath(new URL("../../tests/fixtures/run-writer/write.ts", import.meta.url));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "illume-kill-"));
});
afterEach(() => rmSync(root, { recursive: true }));

interface Writer {
  readonly process: ReturnType<typeof spawn>;
  /** The last round that the process said was committed; 0 before the first. */
  acknowledged(): number;
  reached(round: number): Promise<void>;
}

function startWriter(directory: string): Writer {
  const child = spawn(process.execPath, [writer, directory], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const acknowledged = () => Number(output.slice(0, output.lastIndexOf("\n")).split("\n").at(-1));
  return {
    process: child,
    acknowledged,
    reached: async (round) => {
      while (acknowledged() < round) await once(child.stdout, "data");
    },
  };
}

describe("a writer that is killed", () => {
  test("loses nothing that it said was committed, and leaves no half of a transaction", async () => {
    const directory = join(root, "run");
    const random = new RandomStream(20261123, ["kill"]);
    let total = 0;
    for (let kill = 0; kill < 8; kill++) {
      const child = startWriter(directory);
      await child.reached(total + 1);
      await new Promise((resolve) => setTimeout(resolve, random.uniform() * 60));
      child.process.kill("SIGKILL");
      await once(child.process, "close");
      const acknowledged = child.acknowledged();
      expect(acknowledged).toBeGreaterThan(total);

      const reader = openRun({ directory, mode: "read" });
      const rounds = reader.events("round").map(({ payload }) => payload);
      total = rounds.length;
      // The kill may fall between a commit and its line on stdout, never the other way round.
      expect(total - acknowledged).toBeOneOf([0, 1]);
      expect(rounds).toEqual(Array.from({ length: total }, (_, index) => index + 1));
      expect(reader.state("round")).toBe(total);
      expect(reader.entries().map(({ id }) => id)).toEqual(
        Array.from({ length: 3 * total }, (_, index) => `${Math.floor(index / 3) + 1}/${index % 3}`),
      );
      reader.close();
      openRun({ directory, mode: "write" }).close();
    }
  });

  test("keeps others out while it lives, but not readers, and frees the run by dying", async () => {
    const directory = join(root, "run");
    const child = startWriter(directory);
    await child.reached(1);
    expect(() => openRun({ directory, mode: "write" })).toThrow(RunLockedError);
    expect(() => openRun({ directory, mode: "write" })).toThrow(`process ${child.process.pid}`);
    const reader = openRun({ directory, mode: "read" });
    const seen = Number(reader.state("round"));
    await child.reached(seen + 20);
    expect(Number(reader.state("round"))).toBeGreaterThan(seen);
    reader.close();
    child.process.kill("SIGKILL");
    await once(child.process, "close");
    const store = openRun({ directory, mode: "write" });
    expect(Number(store.state("round"))).toBeGreaterThanOrEqual(seen + 20);
    store.close();
  });
});
