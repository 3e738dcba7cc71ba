/** illume models as a process, against an endpoint that goes wrong on purpose. */
import { afterEach, describe, expect, test } from "vitest";
import type { Fault } from "../endpoint/fault.ts";
import { type FaultInjectingEndpoint, startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { startIllume } from "./illume-process.ts";

const key = "sesame-0123456789";
const opened: FaultInjectingEndpoint[] = [];
afterEach(async () => {
  for (const endpoint of opened.splice(0)) await endpoint.close();
});

async function endpoint(script?: () => Fault): Promise<FaultInjectingEndpoint> {
  const started = await startFaultInjectingEndpoint({ key, ...(script === undefined ? {} : { script }) });
  opened.push(started);
  return started;
}

const models = (...args: string[]) =>
  startIllume(["models", ...args], { cwd: process.cwd(), environment: { ILLUME_API_KEY: key } }).ended;

describe("illume models", () => {
  test("lists what is usable and what the rest lacks", async () => {
    const { status, stdout } = await models("--json");
    expect(status).toBe(0);
    const { models: rows } = JSON.parse(stdout) as { models: { id: string; usable: boolean; remark: string }[] };
    expect(rows.find(({ id }) => id === "grade-school")).toMatchObject({ usable: true });
    expect(rows.find(({ id }) => id === "openai:NAME")?.remark).toContain("set OPENAI_API_KEY");
  });

  test("check tells latency, speed, context and price after one request", async () => {
    const started = await endpoint();
    const { status, stdout } = await models("check", started.modelId("trees"), "--json");
    expect(status).toBe(0);
    const { check } = JSON.parse(stdout);
    expect(check).toMatchObject({ answered: true, contextLength: 4096, capabilities: ["generate"], price: null });
    expect(check.latency).toBeGreaterThan(0);
    expect(check.tokensPerSecond).toBeCloseTo((1000 * check.tokens) / check.latency, 6);
    expect(started.statistics.requests).toBe(1);
  });

  test.each<[Fault, number, string]>([
    ["quota", 7, "a used-up quota"],
    ["revoked-key", 7, "ILLUME_API_KEY"],
    ["broken-json", 7, "broken JSON"],
  ])("check of an endpoint with the fault %s ends with %d and one line", async (fault, code, said) => {
    const started = await endpoint(() => fault);
    const { status, stdout, stderr } = await models("check", started.modelId("trees"));
    expect(status).toBe(code);
    expect(stdout + stderr).toContain(said);
    expect(stdout + stderr).not.toContain("sesame");
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
