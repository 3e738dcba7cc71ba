/** Every way of searching over prompts with real weights in all roles: SmolLM2-135M-Instruct behind `illume serve`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { hasSmolLM2 } from "../fixtures/smollm2.ts";
import { caseFiles, everyDomain, type SearchModels, searchCases } from "./every-search.ts";
import { illumeHere } from "./illume-here.ts";
import { searchOutcome } from "./search-outcome.ts";
import { type ServedSmolLM2, serveSmolLM2, writeRoles } from "./served-smollm2.ts";

describe.runIf(hasSmolLM2)("searching with SmolLM2-135M-Instruct, served, as target, mutator and judge", () => {
  let folder: string;
  let served: ServedSmolLM2;
  let models: SearchModels;
  let unread = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "illume-every-smollm2-"));
    for (const [name, content] of Object.entries(caseFiles)) writeFileSync(join(folder, name), content);
    served = await serveSmolLM2(folder);
    models = writeRoles(folder, served.id);
  }, 600_000);
  afterAll(async () => {
    await served?.close();
    rmSync(folder, { recursive: true });
  });

  test.each(searchCases)(
    "$name",
    async ({ name, domain, flags, check, asksJudge }) => {
      const file = join(folder, `${name.replaceAll(" ", "-")}.yaml`);
      writeFileSync(file, stringify(everyDomain(domain?.(models) ?? {})));
      const more = (flags?.(models) ?? []).map((flag) => (flag.endsWith(".jsonl") ? join(folder, flag) : flag));
      const { status, stdout, stderr } = await illumeHere(
        ...["search", file, "--target", models.target, "--mutator", models.mutator, "--output", join(folder, name)],
        ...(asksJudge === false ? [] : ["--judge", models.judge, "--comparisons", "2"]),
        // Equal calls of different searches are made once: the first prompts of most are the same.
        ...["--iterations", "3", "--batch-size", "3", "--json", "--cache", join(folder, "calls.sqlite"), ...more],
      );
      expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
      const outcome = searchOutcome(stdout, { asksJudge });
      await check?.(outcome);
      unread += outcome.found.elites.filter(({ scored }) => scored === false).length;
    },
    120_000,
  );

  test("what so small a model says as a judge is mostly no judgement, and was told as none", () => {
    expect(unread).toBeGreaterThan(0);
  });
});
