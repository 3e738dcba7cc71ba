/** illume improve with --queue: workers make the calls of searches, lessons and measurements; a target that is trained here is asked here. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { openBullmqJobQueue } from "../../src/runs/queue/bullmq-job-queue.ts";
import { parseQueueAddress } from "../../src/runs/queue/queue-address.ts";
import { hasRedisServer } from "../fixtures/needs-redis.ts";
import { type RedisServer, startRedisServer } from "../fixtures/redis-server.ts";
import { type IllumeProcess, type IllumeResult, startIllume } from "./illume-process.ts";
import { contentsOf } from "./improvement-contents.ts";
import { serveModels } from "./landscape-server.ts";
import { teachableDomain, teachableModels, writeTeachableTarget } from "./teachable-target.ts";

if (hasRedisServer()) {
  describe("illume improve with a queue", () => {
    let folder: string;
    let redis: RedisServer;
    let served: Awaited<ReturnType<typeof serveModels<keyof ReturnType<typeof teachableModels>>>>;
    const workers: IllumeProcess[] = [];
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "illume-queue-improve-"));
      [served, redis] = await Promise.all([
        serveModels(teachableModels(), { milliseconds: 4 }),
        startRedisServer({ durable: true }),
      ]);
      writeFileSync(join(folder, "declining.yaml"), stringify(teachableDomain()));
    });
    afterEach(async () => {
      for (const { child, ended } of workers.splice(0)) {
        child.kill("SIGKILL");
        await ended;
      }
    });
    afterAll(async () => {
      await Promise.all([served.close(), redis.close()]);
      rmSync(folder, { recursive: true });
    });

    const illume = (...args: string[]) => startIllume(args, { cwd: folder });
    const start = (output: string, ...more: string[]) => {
      const { mutator, judge, heldOut, teacher } = served.ids;
      const roles = ["--mutator", mutator, "--judge", judge, "--held-out-judge", heldOut, "--teacher", teacher];
      const budget = ["--iterations", "16", "--batch-size", "8", "--archives", "2", "--concurrency", "4"];
      return illume("improve", "declining.yaml", ...roles, ...budget, "--output", output, ...more);
    };
    const startWorker = () => {
      const worker = illume("worker", "--queue", redis.url);
      workers.push(worker);
      return worker;
    };
    const runOf = (output: string) => join(folder, output, readdirSync(join(folder, output))[0] as string);
    const succeeded = ({ status, stderr }: IllumeResult) =>
      expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
    const leftInQueue = async () => {
      const jobs = await openBullmqJobQueue({ address: parseQueueAddress(redis.url, {}) });
      const left = await Promise.all(Object.values(served.ids).map((id) => jobs.kept(id)));
      await jobs.close();
      return left.flat();
    };

    test("reaches what it reaches without one, each call made once, also when it is killed and waits in between", async () => {
      const target = ["--target", served.ids.target];
      const afterTraining = (output: string) => illume("improve", "--after", served.ids.trained, runOf(output)).ended;
      served.forget();
      succeeded(await start("alone", ...target).ended);
      succeeded(await afterTraining("alone"));
      const once = served.asked();
      served.forget();
      startWorker();
      const killed = start("queued", ...target, "--queue", redis.url);
      await served.until(once.length / 4);
      killed.child.kill("SIGKILL");
      await killed.ended;
      // The run knows its queue.
      succeeded(await illume("resume", runOf("queued")).ended);
      succeeded(await afterTraining("queued"));
      expect(contentsOf(runOf("queued"))).toEqual(contentsOf(runOf("alone")));
      expect(served.asked().sort()).toEqual(once.toSorted());
      expect(await leftInQueue()).toEqual([]);
    }, 300_000);

    test("asks a target that is trained here in its own process, and workers for everything else", async () => {
      const target = writeTeachableTarget(folder);
      const here = ["--target", target, "--threads", "1", "--learn-epochs", "2", "--learn-learning-rate", "0.01"];
      served.forget();
      const worker = startWorker();
      const result = await start("here", ...here, "--queue", redis.url).ended;
      succeeded(result);
      expect(result.stderr).toContain("Workers make the calls, except those of a target that is trained here");
      const asked = served.asked().length;
      expect(asked).toBeGreaterThan(50);
      expect(await leftInQueue()).toEqual([]);
      worker.child.kill("SIGINT");
      const { status, stdout } = await worker.ended;
      expect([status, stdout]).toEqual([0, expect.stringMatching(/^\d+ calls done, 0 failed/mu)]);
      const done = Number(/^(\d+) calls done/mu.exec(stdout)?.[1]);
      // What each model can do is asked too, by each part of the run.
      expect(done).toBeGreaterThanOrEqual(asked);
      expect(done - asked).toBeLessThanOrEqual(5 * 4);
    }, 300_000);
  });
}
