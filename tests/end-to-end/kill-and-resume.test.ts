/** A miniature run is killed at random moments of all its phases, and resumed to what an undisturbed one reaches. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { runIllume, startIllume } from "./illume-process.ts";
import {
  contentsOf,
  hasTrainingCheckpoint,
  type MiniaturePhase,
  miniatureFlags,
  miniaturePhases,
  onlyRun,
  phaseReached,
} from "./miniature-run.ts";

/** Kills that begin to count in each phase; the others fall anywhere. */
const killsOfPhase = { "measure before": 4, search: 7, learn: 7, "measure after": 4, "renewed attack": 4 } as const;
const kills = 30;
const childrenAtOnce = 2;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "illume-kill-and-resume-"));
});
afterAll(() => rmSync(root, { recursive: true, maxRetries: 5 }));

function newFolder(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

/** Runs the miniature to its end; milliseconds of the whole and of each phase. */
async function undisturbed(folder: string) {
  const start = performance.now();
  const starts = new Map<string, number>();
  const onError = (text: string) => {
    for (const phase of [...miniaturePhases, "report"]) {
      if (text.includes(`\n${phase}: `) || text.startsWith(`${phase}: `)) {
        if (!starts.has(phase)) starts.set(phase, performance.now() - start);
      }
    }
  };
  const { status, stderr } = await runIllume(["improve", ...miniatureFlags()], { cwd: folder, onError });
  expect([status, stderr]).toEqual([0, expect.stringContaining("report: ")]);
  const names = [...miniaturePhases, "report"];
  const phases = new Map(
    miniaturePhases.map((phase, index) => {
      const [from, to] = [starts.get(phase), starts.get(names[index + 1] as string)];
      return [phase, (to as number) - (from as number)] as const;
    }),
  );
  return { whole: performance.now() - start, phases };
}

/** Resumes until the run ends by itself; sometimes it is killed once more. */
async function resumeToTheEnd(folder: string, killAfter: number | undefined): Promise<void> {
  if (killAfter !== undefined) {
    const again = startIllume(["resume"], { cwd: folder });
    await sleep(killAfter);
    again.child.kill("SIGKILL");
    await again.ended;
  }
  if (phaseReached(folder) === "start") {
    // Killed before there was a run: resume says so, and the command is given again.
    const { status, stderr } = await runIllume(["resume"], { cwd: folder });
    expect([status, stderr]).toEqual([
      5,
      expect.stringMatching(/remove the folder|start one with npm run illume -- improve/),
    ]);
    rmSync(join(folder, "runs"), { recursive: true, force: true });
    expect(await runIllume(["improve", ...miniatureFlags()], { cwd: folder })).toMatchObject({ status: 0 });
    return;
  }
  const { status, stderr } = await runIllume(["resume"], { cwd: folder });
  expect([status, stderr]).toEqual([0, expect.any(String)]);
}

describe("a run that is killed", () => {
  test("is resumed to the archive, the weights and the results of an undisturbed one, byte for byte", {
    timeout: 900_000,
  }, async () => {
    const reference = newFolder("undisturbed");
    const { whole, phases } = await undisturbed(reference);
    const expected = contentsOf(onlyRun(reference) as string);
    expect(expected.entries).toHaveLength(60);
    expect(expected.metrics).toHaveLength(15);
    expect(expected.files.map(([name]) => name)).toEqual(["round-1.safetensors"]);

    const planned = miniaturePhases.flatMap((phase) => Array<typeof phase>(killsOfPhase[phase]).fill(phase));
    const random = new RandomStream(20261123, ["kill and resume"]);
    const reached: MiniaturePhase[] = [];
    let betweenCheckpoints = 0;
    const work = async (kill: number): Promise<void> => {
      const stream = random.split(kill);
      const folder = newFolder(`kill-${kill}`);
      const child = startIllume(["improve", ...miniatureFlags()], { cwd: folder });
      const phase = planned[kill];
      if (phase === undefined) await sleep(stream.uniform() * whole);
      else if (await child.says(`${phase}: 0 of`)) {
        // Most of learning is preparing its graphs: every other kill there waits for the first checkpoint.
        const trains = phase === "learn" && kill % 2 === 0;
        while (trains && child.child.exitCode === null && !hasTrainingCheckpoint(folder)) await sleep(1);
        await sleep(stream.uniform() * (trains ? 0.2 : 0.6) * (phases.get(phase) as number));
      }
      child.child.kill("SIGKILL");
      await child.ended;
      reached.push(phaseReached(folder));
      if (hasTrainingCheckpoint(folder)) betweenCheckpoints++;
      await resumeToTheEnd(folder, stream.uniform() < 0.25 ? stream.uniform() * whole : undefined);
      expect(contentsOf(onlyRun(folder) as string), `killed in ${reached.at(-1)}`).toEqual(expected);
      rmSync(folder, { recursive: true });
    };

    let next = 0;
    await Promise.all(
      Array.from({ length: childrenAtOnce }, async () => {
        while (next < kills) await work(next++);
      }),
    );
    const hits = new Map(miniaturePhases.map((phase) => [phase, reached.filter((hit) => hit === phase).length]));
    expect(betweenCheckpoints).toBeGreaterThanOrEqual(2);
    for (const [phase, count] of hits) expect(count, `kills that hit ${phase}`).toBeGreaterThanOrEqual(2);
  });
});
