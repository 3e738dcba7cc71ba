/**
 * Runs `illume improve` once, as `npm start` does, and reads from its run what of the time was spent in the model:
 * evaluating it and training it. All else counts as outside, from the start of the process to its end: the search itself,
 * the store, statistics, the report, and loading the program.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PhaseCost } from "../../src/closed-loop/loop-context.ts";
import { packageRoot } from "../../src/core/package-root.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { BenchmarkError } from "../benchmark-error.ts";
import { serve } from "../serve.ts";

interface Improvement {
  readonly seconds: number;
  readonly phases: readonly PhaseCost[];
}

function improve(output: string): Improvement {
  const start = performance.now();
  const program = join(packageRoot, "src", "cli", "main.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "improve", "--json", "--output", output], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const seconds = (performance.now() - start) / 1000;
  if (status !== 0) {
    throw new BenchmarkError({
      expected: "illume improve to succeed",
      received: `exit code ${status}`,
      remedy: stderr.trim().split("\n").slice(-5).join("\n"),
    });
  }
  const { run } = JSON.parse(stdout) as { run: string };
  const store = openRun({ directory: run, mode: "read" });
  try {
    return { seconds, phases: store.events("phase").map(({ payload }) => payload as unknown as PhaseCost) };
  } finally {
    store.close();
  }
}

await serve(async () => {
  const output = mkdtempSync(join(tmpdir(), "illume-loop-share-"));
  try {
    const { seconds, phases } = improve(output);
    const modelSeconds = phases.reduce((total, phase) => total + phase.modelSeconds, 0);
    const byPhase = phases.map(({ phase, round, ...cost }) => ({
      phase,
      round,
      seconds: cost.seconds,
      modelSeconds: cost.modelSeconds,
    }));
    return { share: 1 - modelSeconds / seconds, totalSeconds: seconds, modelSeconds, phases: byPhase };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});
