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
import { type FaultInjectingEndpoint, startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { caseFiles, everyDomain, type SearchModels, searchCases, triedNames } from "./every-search.ts";
import { drawOf, faultOfFirst, firstFaults } from "./first-faults.ts";
import { illumeHere } from "./illume-here.ts";
import { roleAnswer } from "./role-answers.ts";
import { searchOutcome } from "./search-outcome.ts";

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
      latency: (request) => (drawOf(request, 6) < 0.05 ? 60 : 1),
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
    expect([...endpoint.statistics.faults.keys()].sort()).toEqual(firstFaults.map(([fault]) => fault).sort());
  });
});
