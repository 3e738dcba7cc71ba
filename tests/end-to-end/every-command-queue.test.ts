/** illume search with --queue and illume worker: at an endpoint with faults, and with a judge that tells probabilities. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { GenerateOptions, Generation, LanguageModel } from "../../src/language-models/language-model.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import { startServer } from "../../src/language-models/server/start-server.ts";
import { type FaultInjectingEndpoint, startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { hasRedisServer } from "../fixtures/needs-redis.ts";
import { type RedisServer, startRedisServer } from "../fixtures/redis-server.ts";
import { everyDomain, type SearchModels } from "./every-search.ts";
import { faultOfFirst } from "./first-faults.ts";
import { illumeHere } from "./illume-here.ts";
import { type IllumeProcess, startIllume } from "./illume-process.ts";
import { roleAnswer } from "./role-answers.ts";
import { searchOutcome } from "./search-outcome.ts";

/** It prefers what is longer, nine times in ten, and tells so as illume serve does. */
const judging = new ScriptedLanguageModel({
  id: "telling",
  answer: ({ text }) => (text.includes("begin response B") ? "A" : "0.5"),
});
const telling: LanguageModel = Object.assign(Object.create(judging) as LanguageModel, {
  generate: async (options: GenerateOptions) =>
    (await judging.generate(options)).map((row) =>
      row.map((generation): Generation => {
        const alternatives = [
          { text: "A", logProbability: Math.log(0.9) },
          { text: "B", logProbability: Math.log(0.1) },
        ].slice(0, options.alternatives);
        const token = { text: generation.text, logProbability: Math.log(0.9), alternatives };
        return options.tokenLogProbabilities === true ? { ...generation, tokenLogProbabilities: [token] } : generation;
      }),
    ),
});

if (hasRedisServer()) {
  describe("a search whose calls a worker makes", () => {
    let folder: string;
    let redis: RedisServer;
    let endpoint: FaultInjectingEndpoint;
    let models: Pick<SearchModels, "target" | "mutator" | "judge">;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "illume-commands-queue-"));
      writeFileSync(join(folder, "mine.yaml"), stringify(everyDomain({})));
      redis = await startRedisServer();
      endpoint = await startFaultInjectingEndpoint({ script: faultOfFirst, answer: roleAnswer });
      const role = (name: string) => endpoint.modelId(name);
      models = { target: role("target"), mutator: role("mutator"), judge: role("judge") };
    });
    afterAll(async () => {
      await endpoint?.close();
      await redis?.close();
      rmSync(folder, { recursive: true });
    });

    const startWorker = () => startIllume(["worker", "--queue", redis.url], { cwd: folder });
    const stop = async ({ child, ended }: IllumeProcess) => {
      child.kill("SIGINT");
      const { status, stdout } = await ended;
      expect([status, stdout]).toEqual([0, expect.stringContaining("calls done")]);
    };
    const search = (asked: typeof models, output: string, iterations: number, ...more: string[]) =>
      illumeHere(
        ...["search", join(folder, "mine.yaml"), "--target", asked.target, "--mutator", asked.mutator],
        ...["--judge", asked.judge, "--iterations", String(iterations), "--batch-size", "4", "--json"],
        ...["--output", join(folder, output), ...more],
      );

    test("at an endpoint with faults, no call that was answered is made again", async () => {
      const worker = startWorker();
      const { status, stdout, stderr } = await search(models, "faults", 12, "--queue", redis.url);
      expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
      const { found } = searchOutcome(stdout, {});
      expect(found.elites.length).toBeGreaterThan(0);
      expect(endpoint.statistics.faults.size).toBeGreaterThan(1);
      expect(Math.max(...endpoint.statistics.completed.values())).toBe(1);
      await stop(worker);
    }, 120_000);

    test("votes are drawn from what the judge tells, through the queue as without it", async () => {
      const server = await startServer({ model: telling });
      const asked = { ...models, judge: `${server.url}#telling` };
      const drawn = ["--votes", "drawn", "--similarity", "none"];
      const alone = await search(asked, "drawn-alone", 16, ...drawn);
      const worker = startWorker();
      const queued = await search(asked, "drawn-queued", 16, ...drawn, "--queue", redis.url);
      await stop(worker);
      await server.close();
      for (const { status, stdout, stderr } of [alone, queued]) {
        expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
        const { prompts, document } = searchOutcome(stdout, {});
        const compared = prompts.filter(({ votes }) => votes !== undefined);
        expect(compared.length).toBeGreaterThan(2);
        // One call an order, and one to score what entered.
        for (const { calls } of compared) expect(calls.judge).toBeLessThanOrEqual(3);
        expect(document.notes.join(" ")).not.toContain("Votes could be drawn in");
      }
    }, 120_000);
  });
}
