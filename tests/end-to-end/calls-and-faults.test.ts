/** What calls to an endpoint that goes wrong are counted as, and that nothing is lost where it ends the run. */
import { afterEach, describe, expect, test } from "vitest";
import { BudgetExceededError } from "../../src/core/errors/budget-exceeded-error.ts";
import { Budget } from "../../src/language-models/calls/budget.ts";
import { MemoryCallStore } from "../../src/language-models/calls/memory-call-store.ts";
import { RecordedLanguageModel } from "../../src/language-models/calls/recorded-language-model.ts";
import { KeyRefusedError } from "../../src/language-models/endpoints/errors/key-refused-error.ts";
import { QuotaExhaustedError } from "../../src/language-models/endpoints/errors/quota-exhausted-error.ts";
import { openEndpoint } from "../../src/language-models/endpoints/open-endpoint.ts";
import { type EndpointId, parseModelId } from "../../src/language-models/model-id.ts";
import type { Fault } from "../endpoint/fault.ts";
import { type FaultInjectingEndpoint, startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { VirtualClock } from "../endpoint/virtual-clock.ts";

const environment = { ILLUME_API_KEY: "sk-very-secret-123456" };
const store = () => new MemoryCallStore();

let endpoint: FaultInjectingEndpoint;
afterEach(() => endpoint.close());

/** A recorded model whose n-th request in all meets the n-th fault. */
async function recordedWith(faults: readonly (Fault | undefined)[], calls = store(), budget?: Budget) {
  endpoint = await startFaultInjectingEndpoint({ script: ({ arrival }) => faults[arrival] });
  const id = parseModelId(endpoint.modelId("trees")) as EndpointId;
  const open = () => openEndpoint(id, { environment, clock: new VirtualClock(), timeout: 1000, concurrency: 4 });
  const recorded = async () =>
    new RecordedLanguageModel({
      model: await open(),
      revision: "",
      store: calls,
      budget,
      callsPerRequest: 1,
      requestsAtOnce: 4,
    });
  return { model: await recorded(), again: recorded, calls };
}

const ask = { maximumTokens: 30, temperature: 1 };

describe("a call that is repeated", () => {
  test.each<[Fault, number]>([
    ["server-error", 1],
    ["rate-limit", 1],
    ["html", 1],
    ["cut", 2],
    ["reset", 2],
    ["hang", 2],
  ])("after %s counts as %d", async (fault, expected) => {
    const { model, calls } = await recordedWith([fault]);
    const [row] = await model.generate({ ...ask, prompts: ["Which tree?"] });
    expect(row?.[0]?.text).toMatch(/\w/u);
    expect(calls.spending().calls).toBe(expected);
    expect(model.budget.spent).toEqual(calls.spending());
  });

  test("is not sent again where the budget has no room for another charge", async () => {
    const budget = new Budget({ limits: { maximumCalls: 1 } });
    const { model, calls } = await recordedWith(["cut"], store(), budget);
    await expect(model.generate({ ...ask, prompts: ["Which tree?"] })).rejects.toThrow(BudgetExceededError);
    expect(endpoint.statistics.requests).toBe(1);
    expect(calls.spending().calls).toBe(1);
  });
});

describe("a run that an endpoint pauses", () => {
  test.each<[Fault, new (...options: never[]) => Error]>([
    ["quota", QuotaExhaustedError],
    ["revoked-key", KeyRefusedError],
  ])("by %s keeps what was answered and goes on from there", async (fault, kind) => {
    const { model, again, calls } = await recordedWith([undefined, undefined, undefined, undefined, fault]);
    const prompts = Array.from({ length: 10 }, (_, index) => `Tree ${index}?`);
    const error = await model.generate({ ...ask, prompts }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ exitCode: 7 });
    expect(String(error)).not.toContain("very-secret");
    const { complete } = calls.counts();
    expect(complete).toBeGreaterThanOrEqual(4);
    expect(calls.spending().calls).toBe(complete);

    const rows = await (await again()).generate({ ...ask, prompts });
    expect(rows.flat().every(({ text }) => text !== "")).toBe(true);
    expect([...endpoint.statistics.completed.values()]).toEqual(prompts.map(() => 1));
    expect(calls.spending().calls).toBe(10);
  });
});
