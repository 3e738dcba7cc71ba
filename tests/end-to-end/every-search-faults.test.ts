/** Every way of searching over prompts at an endpoint that goes wrong: rate limits, errors, broken, empty and slow answers. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { archiveSchema } from "../../src/rainbow-teaming/archives/archive-schema.ts";
import { armNames } from "../../src/rainbow-teaming/arm-presets.ts";
import { judgeSchema } from "../../src/rainbow-teaming/judge-schema.ts";
import { kindsOf } from "../contracts/domain-parts.ts";
import type { Fault } from "../endpoint/fault.ts";
import {
  type EndpointRequest,
  type FaultInjectingEndpoint,
  startFaultInjectingEndpoint,
} from "../endpoint/fault-injecting-endpoint.ts";
import { caseFiles, everyDomain, type SearchModels, searchCases, triedNames } from "./every-search.ts";
import { illumeHere } from "./illume-here.ts";
import { roleAnswer } from "./role-answers.ts";
import { searchOutcome } from "./search-outcome.ts";

/** The first attempt at a request goes wrong in one of these ways, or in none; how much of all each has. */
const firstAttempt: readonly (readonly [Fault, number])[] = [
  ["rate-limit-with-retry-after", 0.05],
  ["rate-limit", 0.005],
  ["server-error", 0.01],
  ["unavailable", 0.005],
  ["cut", 0.01],
  ["reset", 0.01],
  ["broken-json", 0.02],
  ["wrong-content-type", 0.02],
  ["empty", 0.03],
  ["content-filter", 0.03],
  ["invalid-utf8", 0.01],
];

const drawOf = (content: string, from: number) => Number.parseInt(content.slice(from, from + 6), 16) / 2 ** 24;
function faultOfFirst({ content, attempt }: EndpointRequest): Fault | undefined {
  if (attempt > 0) return undefined;
  let left = drawOf(content, 0);
  for (const [fault, share] of firstAttempt) {
    left -= share;
    if (left < 0) return fault;
  }
  return undefined;
}

describe("searching at an endpoint with faults", () => {
  let folder: string;
  let endpoint: FaultInjectingEndpoint;
  let models: SearchModels;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "illume-every-fault-"));
    for (const [name, content] of Object.entries(caseFiles)) writeFileSync(join(folder, name), content);
    endpoint = await startFaultInjectingEndpoint({
      script: faultOfFirst,
      answer: roleAnswer,
      // One in twenty is slow.
      latency: ({ content }) => (drawOf(content, 6) < 0.05 ? 60 : 1),
    });
    const role = (name: string) => endpoint.modelId(name);
    models = {
      target: role("target"),
      mutator: role("mutator"),
      judge: role("judge"),
      heldOut: role("held-out"),
      embedder: role("leaves"),
    };
  });
  afterAll(async () => {
    await endpoint.close();
    rmSync(folder, { recursive: true });
  });

  test("every arm, judge and archive that the program knows has a line", () => {
    expect(triedNames.arms).toEqual(armNames);
    expect([...triedNames.judges, "verifier"].sort()).toEqual(kindsOf(judgeSchema));
    expect([...triedNames.archives].sort()).toEqual(kindsOf(archiveSchema));
  });

  test.each(searchCases)("$name", async ({ name, domain, flags, check, asksJudge }) => {
    const file = join(folder, `${name.replaceAll(" ", "-")}.yaml`);
    writeFileSync(file, stringify(everyDomain(domain?.(models) ?? {})));
    endpoint.statistics.completed.clear();
    const more = (flags?.(models) ?? []).map((flag) => (flag.endsWith(".jsonl") ? join(folder, flag) : flag));
    const { status, stdout, stderr } = await illumeHere(
      ...["search", file, "--target", models.target, "--mutator", models.mutator, "--output", join(folder, name)],
      ...(asksJudge === false ? [] : ["--judge", models.judge]),
      ...["--iterations", "12", "--batch-size", "4", "--concurrency", "8", "--json", ...more],
    );
    expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
    const outcome = searchOutcome(stdout, { asksJudge });
    expect(outcome.found.elites.length).toBeGreaterThan(0);
    await check?.(outcome);
    // No call that was answered whole was made again.
    expect(Math.max(...endpoint.statistics.completed.values())).toBe(1);
    expect(readdirSync(join(folder, name))).toHaveLength(1);
  });

  test("each fault came, and slow answers too", () => {
    expect([...endpoint.statistics.faults.keys()].sort()).toEqual(firstAttempt.map(([fault]) => fault).sort());
  });
});
