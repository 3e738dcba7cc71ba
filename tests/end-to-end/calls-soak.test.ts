/**
 * Thousands of calls at concurrency 32 to an endpoint that goes wrong in all its ways: nothing is lost, nothing is paid
 * twice, memory stays flat; and the same with the process killed again and again.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import type { Spending } from "../../src/language-models/calls/call-cost.ts";
import { type Fault, faultOf } from "../endpoint/fault.ts";
import {
  type EndpointRequest,
  type FaultInjectingEndpoint,
  startFaultInjectingEndpoint,
} from "../endpoint/fault-injecting-endpoint.ts";
import { scriptedAnswer } from "../endpoint/scripted-answer.ts";

const program = fileURLToPath(new URL("../fixtures/calls-soak/run.ts", import.meta.url));
const concurrency = 32;

/** Answers that are results, if bad ones: the same whenever the call comes. */
const results = {
  "broken-json": 0.003,
  "wrong-content-type": 0.002,
  oversized: 0.0005,
  "invalid-utf8": 0.002,
  "content-filter": 0.004,
  empty: 0.004,
} as const;
/** Failures that pass: drawn anew for each attempt. */
const failures = {
  "rate-limit": 0.001,
  "rate-limit-with-retry-after": 0.001,
  "server-error": 0.01,
  unavailable: 0.001,
  cut: 0.005,
  reset: 0.005,
  html: 0.003,
} as const;
/** A few requests are never answered. */
const hanging = [40, 41, 42];

interface Ledger {
  /** Answers that a provider would charge, by the request's content. */
  readonly charged: Map<string, number>;
  /** Words of their prompts and answers. */
  tokens: number;
}

let root: string;
let endpoint: FaultInjectingEndpoint;
let ledger: Ledger;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "illume-soak-"));
  ledger = { charged: new Map(), tokens: 0 };
  endpoint = await startFaultInjectingEndpoint({ script: chooseFault, latency: 10 });
});
afterEach(async () => {
  await endpoint.close();
  rmSync(root, { recursive: true, maxRetries: 5 });
});

function chooseFault({ body, content, attempt, arrival }: EndpointRequest): Fault | undefined {
  const { charged } = ledger;
  if (hanging.includes(arrival)) return "hang";
  const failure = faultOf(failures, 1, content, attempt);
  if (failure !== undefined) return failure;
  charged.set(content, (charged.get(content) ?? 0) + 1);
  const fault = faultOf(results, 2, content, 0);
  if (fault === undefined) {
    const { promptTokens, tokens } = scriptedAnswer(body);
    ledger.tokens += promptTokens + tokens;
  }
  return fault;
}

interface Line {
  readonly done?: number;
  readonly heap?: number;
  readonly digest?: string;
  readonly spending?: Spending;
  readonly counts?: { readonly complete: number };
  readonly timeouts?: number;
}

/** Runs the program to its end, or until `kill` says so of the number of requests that the endpoint saw. */
async function ask(directory: string, calls: number, kill?: () => boolean): Promise<Line[]> {
  const args = ["--expose-gc", program, directory, endpoint.modelId("trees"), String(calls)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let trouble = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    trouble += text;
  });
  const lines: Line[] = [];
  createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line) as Line));
  const ended = once(child, "close");
  if (kill !== undefined) {
    while (!kill() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill("SIGKILL");
    await ended;
    return lines;
  }
  const [status] = await ended;
  expect([status, trouble]).toEqual([0, ""]);
  return lines;
}

const chargedTwice = () => [...ledger.charged.values()].reduce((sum, times) => sum + times - 1, 0);

/** Answers that came too late for a starved client, beside the requests that are never answered; 0 on a machine with time. */
const givenUp = ({ timeouts = 0 }: Line) => Math.max(0, timeouts - hanging.length);

describe("calls to an endpoint that goes wrong", () => {
  test("10,000 of them: nothing lost, nothing paid twice, memory flat", { timeout: 900_000 }, async () => {
    const calls = 10_000;
    const lines = await ask(join(root, "run"), calls);
    const last = lines.at(-1) as Line;
    expect(last.counts).toEqual({ complete: calls, reused: 0 });
    expect(ledger.charged.size).toBe(calls);
    expect(chargedTwice()).toBeLessThanOrEqual(givenUp(last));
    // Those that were given up may still be open there.
    expect(endpoint.statistics.greatestInFlight).toBeLessThanOrEqual(concurrency + (last.timeouts ?? 0));
    expect(endpoint.statistics.greatestInFlight).toBeGreaterThan(concurrency / 2);
    for (const fault of [...Object.keys(failures), ...Object.keys(results), "hang"]) {
      expect(endpoint.statistics.faults.get(fault as Fault), fault).toBeGreaterThan(0);
    }

    // The books never have less than the provider's.
    const { inputTokens, outputTokens, calls: booked } = last.spending as Spending;
    expect(inputTokens + outputTokens).toBeGreaterThanOrEqual(ledger.tokens);
    expect(booked).toBeGreaterThanOrEqual(calls);

    const heaps = lines.flatMap(({ heap }) => heap ?? []);
    expect(heaps).toHaveLength(20);
    // After the first batches everything is loaded; later ones leave nothing behind.
    const settled = Math.max(...heaps.slice(2, 5));
    expect(Math.max(...heaps.slice(5))).toBeLessThan(settled + 6_000_000);
  });

  test("killed again and again: at most the calls in flight are repeated, and the result is the same", {
    timeout: 900_000,
  }, async () => {
    const calls = 2000;
    const [undisturbed] = (await ask(join(root, "undisturbed"), calls)).slice(-1) as [Line];
    expect(chargedTwice()).toBeLessThanOrEqual(givenUp(undisturbed));
    ledger.charged.clear();
    ledger.tokens = 0;

    const random = new RandomStream(20261123, ["soak"]);
    const kills = 6;
    const directory = join(root, "killed");
    for (let kill = 0; kill < kills; kill++) {
      const until = endpoint.statistics.requests + random.integer(40, 300);
      await ask(directory, calls, () => endpoint.statistics.requests >= until);
    }
    const last = (await ask(directory, calls)).at(-1) as Line;
    expect(last.digest).toBe(undisturbed.digest);
    expect(last.counts).toEqual({ complete: calls, reused: 0 });
    expect(ledger.charged.size).toBe(calls);
    expect(chargedTwice()).toBeLessThanOrEqual(kills * concurrency + (last.timeouts ?? 0));
    expect(chargedTwice()).toBeGreaterThan(0);
    // What was in flight at a kill counts as spent.
    const { inputTokens, outputTokens, calls: booked } = last.spending as Spending;
    expect(booked).toBeGreaterThanOrEqual(calls + chargedTwice());
    expect(inputTokens + outputTokens).toBeGreaterThanOrEqual(ledger.tokens);
  });
});
