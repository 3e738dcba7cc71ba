/** illume search with --queue: workers make the calls, and die, and the coordinator dies, and redis goes away for a while. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { RandomStream } from "../../src/core/random.ts";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { foundPrompts } from "../../src/rainbow-teaming/run/found-prompts.ts";
import { searchConfiguration } from "../../src/rainbow-teaming/run/search-configuration.ts";
import { openBullmqJobQueue } from "../../src/runs/queue/bullmq-job-queue.ts";
import { parseQueueAddress } from "../../src/runs/queue/queue-address.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { hasRedisServer } from "../fixtures/needs-redis.ts";
import { type RedisServer, startRedisServer } from "../fixtures/redis-server.ts";
import { type IllumeProcess, type IllumeResult, startIllume } from "./illume-process.ts";
import { startLandscape } from "./landscape-server.ts";

const concurrency = 4;

if (hasRedisServer()) {
  describe("illume search with a queue", () => {
    let folder: string;
    let redis: RedisServer;
    let served: Awaited<ReturnType<typeof startLandscape>>;
    let models: string[];
    const workers: IllumeProcess[] = [];
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "illume-queue-"));
      [served, redis] = await Promise.all([
        startLandscape({ milliseconds: 10 }),
        startRedisServer({ durable: true, password: "the redis password" }),
      ]);
      const { mutator, target, judge } = served.ids;
      models = ["--target", target, "--mutator", mutator, "--judge", judge];
      writeFileSync(join(folder, "landscape.yaml"), stringify(landscapeDomain(served.landscape)));
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

    const environment = { ILLUME_QUEUE_PASSWORD: "the redis password" };
    const settings = ["--iterations", "48", "--batch-size", "8", "--concurrency", String(concurrency)];
    const illume = (...args: string[]) => startIllume(args, { cwd: folder, environment });
    const search = (output: string, ...more: string[]) =>
      illume("search", "landscape.yaml", ...models, ...settings, "--output", output, ...more);
    const startWorker = (...more: string[]) => {
      const worker = illume("worker", "--queue", redis.url, ...more);
      workers.push(worker);
      return worker;
    };
    const runOf = (output: string) => join(folder, output, readdirSync(join(folder, output))[0] as string);
    const foundIn = (output: string) => {
      const store = openRun({ directory: runOf(output), mode: "read" });
      try {
        const { complete } = store.modelCalls.counts();
        const { calls } = store.modelCalls.spending();
        return { elites: foundPrompts(searchConfiguration(store), store).elites, complete, calls };
      } finally {
        store.close();
      }
    };
    const succeeded = ({ status, stderr }: IllumeResult) =>
      expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);

    const leftInQueue = async () => {
      const address = parseQueueAddress(redis.url, environment);
      const jobs = await openBullmqJobQueue({ address });
      const left = await Promise.all(Object.values(served.ids).map((id) => jobs.kept(id)));
      await jobs.close();
      return left.flat();
    };

    let once: string[];
    test("reaches the archive of a search without one, each call made once", async () => {
      served.forget();
      succeeded(await search("undisturbed").ended);
      once = served.asked();
      expect(new Set(once).size).toBe(once.length);
      served.forget();
      const worker = startWorker();
      succeeded(await search("queued", "--queue", redis.url).ended);
      expect(foundIn("queued")).toEqual(foundIn("undisturbed"));
      expect(served.asked().sort()).toEqual(once.toSorted());
      expect(await leftInQueue()).toEqual([]);
      worker.child.kill("SIGINT");
      const ended = await worker.ended;
      // What each of the three models can do is asked too.
      expect([ended.status, ended.stdout]).toEqual([0, expect.stringContaining(`${once.length + 3} calls done`)]);
      for (const text of [ended.stderr, ended.stdout]) expect(text).not.toContain("redis password");
    }, 180_000);

    test("where the coordinator is killed and resumed, no call is made twice", async () => {
      served.forget();
      startWorker();
      let coordinator = search("resumed", "--queue", redis.url);
      for (const reached of [30, 60, 100]) {
        await served.until(reached);
        coordinator.child.kill("SIGKILL");
        await coordinator.ended;
        coordinator = illume("resume", runOf("resumed"));
      }
      succeeded(await coordinator.ended);
      const [resumed, undisturbed] = [foundIn("resumed"), foundIn("undisturbed")];
      expect([resumed.elites, resumed.complete]).toEqual([undisturbed.elites, undisturbed.complete]);
      expect(served.asked().sort()).toEqual(once.toSorted());
      // What was in flight at a kill counts as spent once more.
      expect(resumed.calls - undisturbed.calls).toBeLessThanOrEqual(3 * 3 * concurrency);
      expect(await leftInQueue()).toEqual([]);
    }, 180_000);

    test.each([1, 2])(
      "where workers and the coordinator are killed at random (seed %d), the archive is the same",
      async (seed) => {
        served.forget();
        const random = new RandomStream(seed, ["kills"]);
        const newWorker = () => startWorker("--lost-after", "4", "--concurrency", String(concurrency));
        const [output, alive] = [`random-${seed}`, [newWorker(), newWorker()]];
        let coordinator = search(output, "--queue", redis.url);
        let killedWorkers = 0;
        for (let kill = 0; kill < 6; kill++) {
          await served.until(served.asked().length + random.integer(10, 25));
          if (random.uniform() < 0.4) {
            coordinator.child.kill("SIGKILL");
            await coordinator.ended;
            coordinator = illume("resume", runOf(output));
            continue;
          }
          const [victim] = alive.splice(random.integer(0, alive.length), 1) as [IllumeProcess];
          victim.child.kill("SIGKILL");
          killedWorkers++;
          alive.push(newWorker());
        }
        succeeded(await coordinator.ended);
        const [found, undisturbed] = [foundIn(output), foundIn("undisturbed")];
        expect([found.elites, found.complete]).toEqual([undisturbed.elites, undisturbed.complete]);
        expect(new Set(served.asked())).toEqual(new Set(once));
        // A dead worker's calls are made again: at most its concurrency of each model.
        expect(killedWorkers).toBeGreaterThan(1);
        expect(served.asked().length - once.length).toBeLessThanOrEqual(killedWorkers * 3 * concurrency);
        expect(await leftInQueue()).toEqual([]);
      },
      180_000,
    );

    test("where redis goes away for a while, the run waits and goes on", async () => {
      served.forget();
      const worker = startWorker("--lost-after", "4");
      const coordinator = search("outage", "--queue", redis.url);
      await served.until(40);
      await redis.stop();
      expect(await coordinator.says("waiting for it")).toBe(true);
      expect(await worker.says("waiting for it")).toBe(true);
      await redis.start();
      const result = await coordinator.ended;
      succeeded(result);
      expect(result.stderr).toContain("is back");
      expect(foundIn("outage").elites).toEqual(foundIn("undisturbed").elites);
    }, 180_000);

    test("an attack by workers has the outcomes of an attack without", async () => {
      const attack = (output: string, ...more: string[]) =>
        illume("attack", "--archive", runOf("undisturbed"), "--target", served.ids.judge, "--output", output, ...more);
      succeeded(await attack("attack").ended);
      startWorker();
      succeeded(await attack("attack-queued", "--queue", redis.url).ended);
      const entriesIn = (output: string) => {
        const store = openRun({ directory: runOf(output), mode: "read" });
        try {
          // Outcomes are committed as they come, which workers need not do in the prompts' order.
          const entries = store.entries().sort((a, b) => a.archive.localeCompare(b.archive) || a.cell - b.cell);
          return { entries, calls: store.modelCalls.spending() };
        } finally {
          store.close();
        }
      };
      expect(entriesIn("attack-queued")).toEqual(entriesIn("attack"));
      expect(entriesIn("attack").calls.calls).toBeGreaterThan(16);
    }, 180_000);

    test("Ctrl-C stops the coordinator, and it goes on here or with workers", async () => {
      served.forget();
      const coordinator = search("stopped", "--queue", redis.url);
      const worker = startWorker();
      await served.until(30);
      coordinator.child.kill("SIGINT");
      const stopped = await coordinator.ended;
      expect([stopped.status, stopped.stderr]).toEqual([130, expect.stringContaining("what is done is kept")]);
      worker.child.kill("SIGINT");
      expect((await worker.ended).status).toBe(0);
      succeeded(await illume("resume", runOf("stopped"), "--queue", "none").ended);
      expect(foundIn("stopped").elites).toEqual(foundIn("undisturbed").elites);
    }, 180_000);

    test.each([
      [["search", "landscape.yaml", "--queue", "http://127.0.0.1"], 2, "redis://host:6379"],
      [["search", "landscape.yaml", "--queue", "redis://127.0.0.1:1"], 7, "redis://127.0.0.1:1"],
      [["worker"], 2, "--queue"],
      [["worker", "--queue", "redis://127.0.0.1:1"], 7, "check that redis runs"],
      [["worker", "--queue", "redis://127.0.0.1:1", "--models", "opnai:x"], 2, "openai"],
      [["search", "grade-school", "--queue", "redis://127.0.0.1:1"], 2, "--queue"],
    ])("%j ends with %d", async (args, code, named) => {
      const roles = args.includes("landscape.yaml") ? models : [];
      const output = args[0] === "search" ? ["--output", "none"] : [];
      const { status, stderr } = await illume(...args, ...roles, ...output).ended;
      expect([status, stderr]).toEqual([code, expect.stringContaining(named)]);
      expect(readdirSync(folder)).not.toContain("none");
    });

    test("a wrong password is told without repeating it, before anything is made", async () => {
      const url = redis.url.replace("//", "//:hunter22@");
      const { status, stderr } = await search("none", "--queue", url).ended;
      expect([status, stderr]).toEqual([
        7,
        expect.stringContaining("check that redis runs there and takes the password"),
      ]);
      expect(stderr).not.toContain("hunter22");
      expect(readdirSync(folder)).not.toContain("none");
    });

    test("a worker opens no file and sends no key to an address that only the queue names", async () => {
      writeFileSync(join(folder, "answers.json"), '["A"]');
      const secret = "sk-for-addresses-alone";
      const [target] = [served.ids.target];
      const args = ["worker", "--queue", redis.url];
      const worker = startIllume(args, { cwd: folder, environment: { ...environment, ILLUME_API_KEY: secret } });
      workers.push(worker);
      const coordinator = search("unnamed", "--queue", redis.url, "--held-out-judge", "scripted:answers.json");
      expect(await worker.says(`is not sent to ${target}`)).toBe(true);
      expect(await worker.says("Takes no calls of scripted:answers.json")).toBe(true);
      expect(await coordinator.says("--models and this id")).toBe(true);
      startWorker("--models", "scripted:answers.json");
      succeeded(await coordinator.ended);
    }, 180_000);
  });
}
