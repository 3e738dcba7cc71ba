/** Every command on prompts with real weights: SmolLM2-135M-Instruct behind `illume serve`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findRedisServer, startRedisServer } from "../fixtures/redis-server.ts";
import { hasSmolLM2 } from "../fixtures/smollm2.ts";
import { commandOrder, everyCommand } from "./every-command.ts";
import { illumeHere } from "./illume-here.ts";
import { startIllume } from "./illume-process.ts";
import { searchOutcome } from "./search-outcome.ts";
import { type ServedSmolLM2, serveSmolLM2, writeRoles } from "./served-smollm2.ts";

describe.runIf(hasSmolLM2)("commands with SmolLM2-135M-Instruct, served", () => {
  let folder: string;
  let served: ServedSmolLM2;
  let models: ReturnType<typeof writeRoles>;
  let commands: ReturnType<typeof everyCommand>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "illume-commands-smollm2-"));
    served = await serveSmolLM2(folder);
    models = writeRoles(folder, served.id);
    // So small a model ends no answer within a few tokens, as a teacher has to.
    writeFileSync(join(folder, "teacher.json"), '["No."]');
    const teacher = `scripted:${join(folder, "teacher.json")}`;
    commands = everyCommand({
      folder,
      models: { ...models, teacher },
      iterations: 3,
      repeats: true,
      applications: true,
    });
  }, 600_000);
  afterAll(async () => {
    await served?.close();
    rmSync(folder, { recursive: true });
  });

  test.each(commandOrder)("illume %s", async (name) => commands[name](), 300_000);

  test.runIf(findRedisServer() !== undefined)(
    "illume worker makes the calls of a search, which finds what it finds without one",
    async () => {
      const redis = await startRedisServer();
      const asked = [models.target, models.mutator, models.judge];
      const flags = ["--queue", redis.url, "--models", asked.join(",")];
      const worker = startIllume(["worker", ...flags], { cwd: folder });
      const roles = ["--target", models.target, "--mutator", models.mutator, "--judge", models.judge];
      const size = ["--iterations", "3", "--batch-size", "3", "--comparisons", "2"];
      const output = ["--output", join(folder, "queued"), "--json"];
      const found = await illumeHere(
        ...["search", join(folder, "mine.yaml"), ...roles, ...size, ...output, "--queue", redis.url],
      );
      worker.child.kill("SIGINT");
      const ended = await worker.ended;
      await redis.close();
      expect([found.status, found.status === 0 ? "" : found.stderr]).toEqual([0, ""]);
      expect([ended.status, ended.stdout]).toEqual([0, expect.stringContaining("calls done")]);
      const without = await illumeHere(
        ...["search", join(folder, "mine.yaml"), ...roles, ...size, "--output", join(folder, "without"), "--json"],
        ...["--cache", join(folder, "calls.sqlite")],
      );
      expect(searchOutcome(found.stdout, {}).found.elites).toEqual(searchOutcome(without.stdout, {}).found.elites);
    },
    300_000,
  );

  test("as a teacher it is told to have taught nothing", async () => {
    const run = ["learn", "--runs", join(folder, "exact"), "--teacher", models.target, "--run-code"];
    const { status, stderr } = await illumeHere(...run);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/no one is used \(cut off \d\)/u)]);
  }, 300_000);
});
