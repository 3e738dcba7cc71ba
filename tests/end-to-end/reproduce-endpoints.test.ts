/** illume reproduce rainbow-teaming on models behind HTTP: equal calls, a held-out judge, going on without asking twice. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { endpointArmNames } from "../../recipes/rainbow-teaming/endpoints/arms.ts";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { runIllume, startIllume } from "./illume-process.ts";
import { startLandscape } from "./landscape-server.ts";

let folder: string;
let served: Awaited<ReturnType<typeof startLandscape>>;
let command: string[];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "illume-endpoints-"));
  served = await startLandscape();
  const { mutator, target, judge } = served.ids;
  const domain = landscapeDomain(served.landscape);
  writeFileSync(join(folder, "landscape.yaml"), stringify({ ...domain, search: { ...domain.search, batchSize: 4 } }));
  const models = ["--target", target, "--mutator", mutator, "--judge", judge, "--held-out-judge", judge];
  command = ["reproduce", "rainbow-teaming", ...models, "--domain", "landscape.yaml", "--iterations", "16"];
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true });
});

test("arms get equal calls, and a killed comparison goes on to the same result", { timeout: 120_000 }, async () => {
  const run = (output: string, ...more: string[]) =>
    runIllume([...command, "--seeds", "3,5", "--output", output, ...more], { cwd: folder });
  const result = (output: string) =>
    readFileSync(join(folder, output, "reproduce-rainbow-teaming-endpoints", "rainbow-teaming.json"), "utf8");
  const whole = await run("whole");
  expect(whole.status, whole.stderr).toBe(0);
  expect(whole.stderr).toMatch(/4 arms on 2 seeds, together up to [\d,]+ calls/u);
  expect(whole.stderr).toContain("Warning: The held-out judge is the search's own judge");
  const { seeds } = JSON.parse(result("whole"));
  expect(seeds.map(({ seed }: { seed: number }) => seed)).toEqual([3, 5]);
  for (const { arms } of seeds) {
    expect(Object.keys(arms)).toEqual(endpointArmNames);
    const budget = arms["rainbow-teaming"].calls;
    expect(arms["rainbow-teaming"].iterations).toBe(16);
    for (const { calls, success, heldOutSuccess, heldOutJudged, judged, filledCells } of Object.values<typeof arms.x>(
      arms,
    )) {
      expect(calls).toBeLessThanOrEqual(budget);
      // The next iteration would have been beyond it: none takes more than 2 + 1 + 4 + 1 calls.
      expect(calls).toBeGreaterThan(budget - 8);
      // The same judge, which is always right, scores alike in either place.
      expect(heldOutSuccess).toBe(success);
      expect([judged, heldOutJudged]).toEqual([filledCells, filledCells]);
    }
  }
  const page = readFileSync(join(folder, "whole", "reproduce-rainbow-teaming-endpoints", "rainbow-teaming.md"), "utf8");
  expect(page).toContain("| no-stepping-stones |");
  expect(page).toContain("success, held-out judge");
  expect(page).toContain("| scored by the held-out judge | not known, held-out judge |");
  expect(page).toContain("it is no check of it");
  expect(page).not.toMatch(/NaN|undefined/u);

  served.forget();
  const killed = startIllume([...command, "--seeds", "3,5", "--output", "killed"], { cwd: folder });
  await served.until(100);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const resumed = await run("killed", "--resume");
  expect(resumed.status, resumed.stderr).toBe(0);
  const withoutMachines = (text: string) =>
    JSON.parse(text).seeds.map(({ seed, arms }: { seed: number; arms: unknown }) => ({ seed, arms }));
  expect(withoutMachines(result("killed"))).toEqual(withoutMachines(result("whole")));

  served.forget();
  const again = await run("whole", "--resume");
  expect(again.status, again.stderr).toBe(0);
  expect(served.asked()).toEqual([]);
});

test("without a held-out judge the page says so; half of the models are refused", { timeout: 60_000 }, async () => {
  const { mutator, target, judge } = served.ids;
  const models = ["--target", target, "--mutator", mutator, "--judge", judge, "--domain", "landscape.yaml"];
  const quick = await runIllume(["reproduce", "rainbow-teaming", ...models, "--quick"], { cwd: folder });
  expect(quick.status, quick.stderr).toBe(0);
  expect(quick.stderr).toContain("Warning: There was no held-out judge (--held-out-judge)");
  const directory = join(folder, "runs", "reproduce-rainbow-teaming-endpoints-quick");
  expect(readFileSync(join(directory, "rainbow-teaming.md"), "utf8")).toContain("There was no held-out judge");
  const half = await runIllume(["reproduce", "rainbow-teaming", "--target", target], { cwd: folder });
  expect([half.status, half.stderr]).toEqual([2, expect.stringContaining("--target, --mutator and --judge")]);
  const other = await runIllume(["reproduce", "closed-loop", ...models], { cwd: folder });
  expect([other.status, other.stderr]).toEqual([2, expect.stringContaining("rainbow-teaming")]);
});
