// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables as files of applications have them
/** Applications as targets of whole commands: behind HTTP with faults and a key, as a function, as a system prompt. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { landscapeTarget } from "../../src/rainbow-teaming/landscape/landscape-models.ts";
import { foundPrompts } from "../../src/rainbow-teaming/run/found-prompts.ts";
import { searchConfiguration } from "../../src/rainbow-teaming/run/search-configuration.ts";
import { openRun } from "../../src/runs/run-database.ts";
import { startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { startLocalApplication } from "../endpoint/local-application.ts";
import { type IllumeResult, runIllume } from "./illume-process.ts";
import { startLandscape } from "./landscape-server.ts";

const key = "wobbly-secret-7";
let folder: string;
let served: Awaited<ReturnType<typeof startLandscape>>;
let shop: Awaited<ReturnType<typeof startLocalApplication>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "illume-applications-"));
  served = await startLandscape();
  const answers = landscapeTarget(served.landscape);
  const answerTo = new Map<string, string>();
  shop = await startLocalApplication(({ arrival, body, headers }) => {
    if (headers.authorization !== `Bearer ${key}`)
      return { status: 401, json: { error: `not ${headers.authorization}` } };
    if (arrival % 10 === 4) return { status: 429, headers: { "retry-after": "0" }, json: {} };
    if (arrival % 25 === 7) return { status: 422, json: { error: `blocked for ${key}` } };
    const { question } = JSON.parse(body) as { question: string };
    return { json: { answer: answerTo.get(question) ?? `nothing about ${question}` } };
  });
  // The landscape's target is asked beforehand, since the server answers at once.
  const ask = answers.generate.bind(answers);
  for (const seed of landscapeDomain(served.landscape).seeds) {
    answerTo.set(seed, (await ask({ prompts: [seed], maximumTokens: 512 }))[0]?.[0]?.text ?? "");
  }
  writeFileSync(join(folder, "landscape.yaml"), stringify(landscapeDomain(served.landscape)));
  const http = {
    url: `${shop.url}/chat`,
    headers: { authorization: "Bearer ${SHOP_KEY}" },
    body: { question: "{{prompt}}" },
    response: "answer",
    statuses: { 422: "failure" },
  };
  writeFileSync(join(folder, "target.yaml"), stringify(http));
  writeFileSync(join(folder, "prompted.yaml"), stringify({ model: served.ids.target, system: "Be kind." }));
  writeFileSync(join(folder, "target.ts"), "export default (prompt: string) => `nothing about ${prompt}`;\n");
});
afterAll(async () => {
  await Promise.all([served.close(), shop.close()]);
  rmSync(folder, { recursive: true });
});

const search = (target: string, output: string, ...more: string[]) => {
  const models = ["--target", target, "--mutator", served.ids.mutator, "--judge", served.ids.judge];
  const settings = ["--iterations", "32", "--batch-size", "8", "--output", output, ...more];
  return runIllume(["search", "landscape.yaml", ...models, ...settings], {
    cwd: folder,
    environment: { SHOP_KEY: key },
  });
};
const runOf = (output: string) => join(folder, output, readdirSync(join(folder, output))[0] as string);
const found = (output: string) => {
  const store = openRun({ directory: runOf(output), mode: "read" });
  try {
    return { ...foundPrompts(searchConfiguration(store), store), spending: store.modelCalls.spendingByModel() };
  } finally {
    store.close();
  }
};
const succeeded = ({ status, stderr }: IllumeResult) => expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
const filesBelow = (path: string): string[] =>
  statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => filesBelow(join(path, name))) : [path];

test("an application behind HTTP is searched, and its key is nowhere", async () => {
  const result = await search("target.yaml", "http", "--cache", "calls.sqlite");
  succeeded(result);
  const { iterations, elites, discarded } = found("http");
  expect(iterations).toBe(32);
  expect(elites.length).toBeGreaterThan(0);
  expect(discarded["no response"]).toBeGreaterThan(0);
  expect(elites.every(({ response }) => response !== "")).toBe(true);
  const files = [...filesBelow(runOf("http")), join(folder, "calls.sqlite")];
  expect(files.some((path) => path.endsWith("report.html"))).toBe(true);
  for (const path of files) expect([path, readFileSync(path).includes(key)]).toEqual([path, false]);
  expect(result.stdout + result.stderr).not.toContain(key);
}, 60_000);

test("a refused key pauses the search without telling it", async () => {
  const args = ["search", "landscape.yaml", "--target", "app:target.yaml", "--mutator", served.ids.mutator];
  const { status, stderr, stdout } = await runIllume([...args, "--judge", served.ids.judge, "--output", "refused"], {
    cwd: folder,
    environment: { SHOP_KEY: "another-wrong-key" },
  });
  expect([status, stdout]).toEqual([7, ""]);
  expect(stderr).toContain("the variable that its file names");
  expect(stderr).not.toContain("another-wrong-key");
}, 60_000);

test("a missing variable is told before anything is sent", async () => {
  const before = shop.visits.length;
  const { status, stderr } = await runIllume(["models", "check", "app:target.yaml"], { cwd: folder });
  expect([status, shop.visits.length]).toEqual([7, before]);
  expect(stderr).toContain("SHOP_KEY");
});

test("a run whose target changed goes on knowingly alone", async () => {
  const file = join(folder, "changing.ts");
  writeFileSync(file, "export default (prompt: string) => `nothing about ${prompt}`;\n");
  expect((await search("changing.ts", "changing", "--max-calls", "60")).status).toBe(7);
  const before = found("changing").iterations;
  writeFileSync(file, "export default (prompt: string) => `all about ${prompt}`;\n");
  const resume = (...more: string[]) =>
    runIllume(["resume", "--runs", "changing", "--run-code", "--max-calls", "5000", ...more], { cwd: folder });
  const refused = await resume();
  expect([refused.status, refused.stdout]).toEqual([6, ""]);
  expect(refused.stderr).toMatch(/another "changing\.ts" \(SHA-256 .*--changed-files/u);
  expect(found("changing").iterations).toBe(before);
  succeeded(await resume("--changed-files"));
  expect(found("changing").iterations).toBe(32);
  const report = readFileSync(join(runOf("changing"), "report.html"), "utf8");
  expect(report.includes("Changed while the run was made: ")).toBe(true);
  succeeded(await resume());
}, 60_000);

test("a changed file shares no recorded call, an unchanged one all of them", async () => {
  const targetCalls = (output: string) =>
    found(output).spending.flatMap(({ revision, spending }) => (revision.startsWith("target") ? [spending.calls] : []));
  const file = join(folder, "target.ts");
  const first = await search("target.ts", "first", "--cache", "shared.sqlite");
  succeeded(first);
  succeeded(await search("target.ts", "again", "--cache", "shared.sqlite"));
  expect(targetCalls("again").reduce((sum, calls) => sum + calls, 0)).toBe(0);
  writeFileSync(file, "export default (prompt: string) => `all about ${prompt}`;\n");
  succeeded(await search("target.ts", "changed", "--cache", "shared.sqlite"));
  expect(targetCalls("changed")).toEqual(targetCalls("first"));
  expect(found("changed").elites[0]?.response).toMatch(/^all about /u);
}, 120_000);

test("a model with a system prompt is searched like the model", async () => {
  succeeded(await search("prompted.yaml", "prompted"));
  expect(found("prompted").elites.length).toBeGreaterThan(0);
}, 60_000);

test("the model behind a system prompt may fail as endpoints do", async () => {
  const faults = { "rate-limit-with-retry-after": 0.05, "server-error": 0.05, cut: 0.05, empty: 0.05 };
  const endpoint = await startFaultInjectingEndpoint({ faults, seed: 3 });
  try {
    writeFileSync(join(folder, "faulty.yaml"), stringify({ model: endpoint.modelId("trees"), system: "Be kind." }));
    succeeded(await search("faulty.yaml", "faulty"));
    const { elites, iterations } = found("faulty");
    expect([iterations, elites.length > 0]).toEqual([32, true]);
    expect(Math.max(...endpoint.statistics.completed.values())).toBe(1);
  } finally {
    await endpoint.close();
  }
}, 120_000);

test("illume init --target writes files that can be used", async () => {
  for (const [file, json] of [
    ["mine.yaml", { target: "yaml" }],
    ["mine.ts", { target: "function" }],
  ] as const) {
    const result = await runIllume(["init", file, "--target", "--json"], { cwd: folder });
    succeeded(result);
    expect(JSON.parse(result.stdout)).toMatchObject({ command: "init", file, ...json });
    expect((await runIllume(["init", file, "--target"], { cwd: folder })).status).toBe(2);
  }
  const checked = await runIllume(["models", "check", "app:mine.ts"], { cwd: folder });
  succeeded(checked);
  expect(checked.stdout).toContain("I do not know.");
}, 60_000);
