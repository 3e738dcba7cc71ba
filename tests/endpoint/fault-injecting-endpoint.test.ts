/** The endpoint that goes wrong on purpose does what its header says. */
import { afterEach, describe, expect, test } from "vitest";
import { type Fault, faultOf, faults } from "./fault.ts";
import {
  type FaultInjectingEndpoint,
  type FaultInjectingEndpointOptions,
  startFaultInjectingEndpoint,
} from "./fault-injecting-endpoint.ts";

const opened: FaultInjectingEndpoint[] = [];

afterEach(async () => {
  for (const endpoint of opened.splice(0)) await endpoint.close();
});

async function start(options: FaultInjectingEndpointOptions = {}): Promise<FaultInjectingEndpoint> {
  const endpoint = await startFaultInjectingEndpoint(options);
  opened.push(endpoint);
  return endpoint;
}

function ask(endpoint: FaultInjectingEndpoint, more: object = {}): Promise<Response> {
  const body = JSON.stringify({ model: "trees", messages: [{ role: "user", content: "a tree" }], seed: 3, ...more });
  return fetch(`${endpoint.url}/chat/completions`, { method: "POST", body, headers: { authorization: "Bearer k" } });
}

async function textOf(response: Response): Promise<string> {
  const document = (await response.json()) as { choices: [{ message: { content: string } }] };
  return document.choices[0].message.content;
}

describe("the fault-injecting endpoint", () => {
  test("gives the same words for the same request, and counts whole answers", async () => {
    const endpoint = await start();
    const first = await textOf(await ask(endpoint));
    expect(first).toMatch(/^[a-z]+( [a-z]+)+$/u);
    expect(await textOf(await ask(endpoint))).toBe(first);
    expect(await textOf(await ask(endpoint, { seed: 4 }))).not.toBe(first);
    expect([...endpoint.statistics.completed.values()]).toEqual([2, 1]);
    expect(endpoint.statistics.requests).toBe(3);
  });

  test("streams the same text", async () => {
    const endpoint = await start();
    const whole = await textOf(await ask(endpoint));
    const events = (await (await ask(endpoint, { stream: true })).text()).split("\n\n").filter((line) => line !== "");
    expect(events.at(-1)).toBe("data: [DONE]");
    const pieces = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)).choices[0].delta.content ?? "");
    expect(pieces.join("")).toBe(whole);
  });

  test.each<[Fault, number | undefined]>([
    ["rate-limit", 429],
    ["rate-limit-with-retry-after", 429],
    ["server-error", 500],
    ["unavailable", 503],
    ["broken-json", 200],
    ["wrong-content-type", 200],
    ["html", 200],
    ["oversized", 200],
    ["invalid-utf8", 200],
    ["quota", 429],
    ["revoked-key", 401],
    ["context-overflow", 400],
    ["content-filter", 200],
    ["empty", 200],
    ["cut", undefined],
    ["reset", undefined],
  ])("%s", async (fault, status) => {
    const endpoint = await start({ script: () => fault });
    const whole = ask(endpoint).then(async (response) => ({ status: response.status, body: await response.text() }));
    if (status === undefined) await expect(whole).rejects.toThrow();
    else expect((await whole).status).toBe(status);
    expect(endpoint.statistics.faults.get(fault)).toBe(1);
    expect(endpoint.statistics.completed.size).toBe(0);
  });

  test("a hanging request ends with the endpoint", async () => {
    const endpoint = await startFaultInjectingEndpoint({ script: () => "hang" });
    const asked = ask(endpoint);
    asked.catch(() => undefined);
    while (endpoint.statistics.faults.size === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await endpoint.close();
    await expect(asked).rejects.toThrow();
  });

  test("asks for its key", async () => {
    const endpoint = await start({ key: "secret" });
    expect((await ask(endpoint)).status).toBe(401);
  });

  test("faults come as often as told, and depend on nothing but seed, content and attempt", () => {
    const rates = { quota: 0.25, cut: 0.5 };
    const drawn = Array.from({ length: 4000 }, (_, attempt) => faultOf(rates, 7, "a", attempt));
    const share = (fault: Fault | undefined) => drawn.filter((each) => each === fault).length / drawn.length;
    // Four standard deviations.
    expect(Math.abs(share("quota") - 0.25)).toBeLessThan(0.028);
    expect(Math.abs(share("cut") - 0.5)).toBeLessThan(0.032);
    expect(Math.abs(share(undefined) - 0.25)).toBeLessThan(0.028);
    expect(faultOf(rates, 7, "a", 3)).toBe(drawn[3]);
    expect(new Set(faults).size).toBe(faults.length);
  });
});
