/** What each fault of an endpoint becomes, from the bytes on the wire to the result or the error. */
import { afterEach, describe, expect, test } from "vitest";
import { IllumeError } from "../../src/core/errors/illume-error.ts";
import { EndpointError } from "../../src/language-models/endpoints/errors/endpoint-error.ts";
import { EndpointUnavailableError } from "../../src/language-models/endpoints/errors/endpoint-unavailable-error.ts";
import { KeyRefusedError } from "../../src/language-models/endpoints/errors/key-refused-error.ts";
import { QuotaExhaustedError } from "../../src/language-models/endpoints/errors/quota-exhausted-error.ts";
import { RequestRefusedError } from "../../src/language-models/endpoints/errors/request-refused-error.ts";
import type { Generation } from "../../src/language-models/language-model.ts";
import { openLanguageModel } from "../../src/language-models/open-language-model.ts";
import type { Fault } from "./fault.ts";
import {
  type FaultInjectingEndpoint,
  type FaultInjectingEndpointOptions,
  startFaultInjectingEndpoint,
} from "./fault-injecting-endpoint.ts";
import { scriptedEmbedding } from "./scripted-answer.ts";
import { VirtualClock } from "./virtual-clock.ts";

const key = "sesame-0123456789";
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function start(options: FaultInjectingEndpointOptions): Promise<FaultInjectingEndpoint> {
  const endpoint = await startFaultInjectingEndpoint(options);
  opened.push(endpoint);
  return endpoint;
}

async function open(id: string, more: object = {}) {
  const environment = { ILLUME_API_KEY: key };
  const model = await openLanguageModel(id, { environment, clock: new VirtualClock(Date.now()), ...more });
  opened.push(model);
  return model;
}

const first: (fault: Fault) => FaultInjectingEndpointOptions = (fault) => ({
  script: ({ attempt }) => (attempt === 0 ? fault : undefined),
});

async function sample(endpoint: FaultInjectingEndpoint, more: object = {}): Promise<Generation> {
  const model = await open(endpoint.modelId("trees"), more);
  const [[generation]] = (await model.generate({ prompts: ["a tree"], maximumTokens: 40 })) as [[Generation]];
  return generation;
}

describe("what may pass is tried again", () => {
  test.each<Fault>([
    "rate-limit",
    "rate-limit-with-retry-after",
    "server-error",
    "unavailable",
    "cut",
    "reset",
    "html",
  ])("%s", async (fault) => {
    const endpoint = await start(first(fault));
    expect(await sample(endpoint)).toMatchObject({ finishReason: "stop", text: expect.stringMatching(/^[a-z ]+$/u) });
    expect(endpoint.statistics.requests).toBe(2);
    expect([...endpoint.statistics.completed.values()]).toEqual([1]);
  });

  test("hang", async () => {
    const endpoint = await start(first("hang"));
    expect(await sample(endpoint, { timeout: 2000 })).toMatchObject({ finishReason: "stop" });
    expect(endpoint.statistics.requests).toBe(2);
  });
});

describe("what will not pass is the result", () => {
  test.each<[Fault, object]>([
    ["broken-json", { finishReason: "error", failure: expect.stringMatching(/^broken JSON \(\d+ bytes\)$/u) }],
    ["wrong-content-type", { finishReason: "error", failure: "text/plain instead of JSON (9 bytes)" }],
    ["oversized", { finishReason: "error", failure: "an answer of more than 4194304 bytes, cut off there" }],
    ["invalid-utf8", { finishReason: "error", failure: "an answer that is no UTF-8" }],
    ["context-overflow", { finishReason: "error", failure: expect.stringContaining("maximum context length") }],
    ["content-filter", { finishReason: "refusal", text: "" }],
    ["empty", { finishReason: "stop", text: "" }],
  ])("%s", async (fault, expected) => {
    const endpoint = await start({ script: () => fault });
    expect(await sample(endpoint)).toMatchObject(expected);
    expect(endpoint.statistics.requests).toBe(1);
  });
});

describe("what concerns the endpoint is an error of one line, without the key", () => {
  const errorOf = async (endpoint: FaultInjectingEndpoint, more: object = {}) => {
    const error = await sample(endpoint, { attempts: 2, ...more }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IllumeError);
    const text = `${(error as Error).message} ${(error as Error).stack} ${JSON.stringify(error)}`;
    expect(text).not.toContain("sesame");
    expect((error as Error).message).not.toMatch(/\p{Cc}|<script/u);
    return error as IllumeError;
  };

  test.each<[Fault, new (...options: never[]) => Error, string]>([
    ["quota", QuotaExhaustedError, "a used-up quota"],
    ["revoked-key", KeyRefusedError, "ILLUME_API_KEY"],
    ["server-error", EndpointUnavailableError, "HTTP 500"],
    ["reset", EndpointUnavailableError, "no connection or a broken one"],
    ["html", EndpointUnavailableError, "a web page (HTML) instead of JSON"],
  ])("%s", async (fault, kind, said) => {
    const error = await errorOf(await start({ script: () => fault }));
    expect(error).toBeInstanceOf(kind);
    expect(error).toBeInstanceOf(EndpointError);
    expect(error.message).toContain(said);
  });

  test("a key that the endpoint does not know", async () => {
    expect(await errorOf(await start({ key: "another" }))).toBeInstanceOf(KeyRefusedError);
    expect(await sample(await start({ key }))).toMatchObject({ finishReason: "stop" });
  });

  test("an address that is none of an API", async () => {
    const endpoint = await start({});
    const model = await open(`${endpoint.url}/there#trees`);
    await expect(model.generate({ prompts: ["a"], maximumTokens: 1 })).rejects.toThrow(RequestRefusedError);
  });

  test("nobody listens", async () => {
    const endpoint = await start({});
    const id = endpoint.modelId("trees");
    await endpoint.close();
    opened.splice(0);
    const model = await open(id, { attempts: 2 });
    await expect(model.generate({ prompts: ["a"], maximumTokens: 1 })).rejects.toThrow("ECONNREFUSED");
  });
});

test("with all faults that pass, every sample comes, and none is paid twice", async () => {
  const faults = { "rate-limit-with-retry-after": 0.1, "server-error": 0.1, unavailable: 0.05, cut: 0.1, reset: 0.05 };
  const endpoint = await start({ seed: 3, faults });
  const model = await open(endpoint.modelId("trees"), { concurrency: 32, attempts: 20 });
  const prompts = Array.from({ length: 40 }, (_, index) => `tree ${index}`);
  const rows = await model.generate({ prompts, samples: 3, maximumTokens: 8, temperature: 1 });
  expect(rows.flat().every(({ text }) => /^[a-z ]+$/u.test(text))).toBe(true);
  expect(endpoint.statistics.completed.size).toBe(120);
  expect([...endpoint.statistics.completed.values()].every((times) => times === 1)).toBe(true);
  expect(endpoint.statistics.faults.size).toBe(5);
  expect(endpoint.statistics.greatestInFlight).toBeLessThanOrEqual(32);
});

test("an endpoint that takes four at once gets few refusals", async () => {
  const endpoint = await start({ maximumConcurrency: 4 });
  const model = await open(endpoint.modelId("trees"), { concurrency: 32 });
  const prompts = Array.from({ length: 200 }, (_, index) => `tree ${index}`);
  await model.generate({ prompts, maximumTokens: 4 });
  expect(endpoint.statistics.completed.size).toBe(200);
  // 28 of the first round and what comes of trying more now and then; without adapting there are thousands.
  expect(endpoint.statistics.faults.get("rate-limit") ?? 0).toBeLessThan(200);
});

test.each<Fault>(["broken-json", "wrong-content-type", "empty", "oversized"])(
  "vectors that came as %s are asked for again, and given up after three times",
  async (fault) => {
    const passing = await start(first(fault));
    const model = await open(passing.modelId("trees"), { embeddingModel: "leaves" });
    expect(await model.embed(["a tree"])).toEqual([Float32Array.from(scriptedEmbedding("a tree"))]);
    expect(passing.statistics.requests).toBe(2);
    const staying = await start({ script: () => fault });
    const broken = await open(staying.modelId("trees"), { embeddingModel: "leaves" });
    await expect(broken.embed(["a tree"])).rejects.toThrow(/expected vectors from .*: check the model for embeddings/u);
    expect(staying.statistics.requests).toBe(3);
  },
);

test("embeddings come in the order of their texts", async () => {
  const endpoint = await start({ script: ({ attempt }) => (attempt === 0 ? "unavailable" : undefined) });
  const model = await open(endpoint.modelId("trees"), { embeddingModel: "leaves" });
  const texts = Array.from({ length: 150 }, (_, index) => `text ${index}`);
  const vectors = await model.embed(texts);
  expect(vectors).toHaveLength(150);
  expect((await model.embed(["text 149"]))[0]).toEqual(vectors[149]);
});
