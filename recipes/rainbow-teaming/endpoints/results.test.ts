import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ScriptedLanguageModel } from "../../../src/language-models/scripted-language-model.ts";
import { Landscape } from "../../../src/rainbow-teaming/landscape/landscape.ts";
import { landscapeDomain } from "../../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { landscapeMutator, landscapeTarget } from "../../../src/rainbow-teaming/landscape/landscape-models.ts";
import { parseSearchConfiguration } from "../../../src/rainbow-teaming/run/search-configuration.ts";
import { landscapeJudgeModel } from "../../../tests/end-to-end/landscape-server.ts";
import { heldOutWarning, writeEndpointResults } from "./results.ts";
import { type EndpointSeed, runEndpointSeed } from "./seed-run.ts";

const landscape = new Landscape({ seed: 1, categories: 2, styles: 2, details: 4, words: 6, hitsToFail: [1, 3] });
const configurationWith = (heldOutJudge?: string) =>
  parseSearchConfiguration({
    domain: landscapeDomain(landscape),
    source: "landscape.yaml",
    target: "openai:target",
    mutator: "openai:mutator",
    judge: "openai:judge",
    ...(heldOutJudge !== undefined && { heldOutJudge }),
    iterations: 12,
    batchSize: 4,
    similarity: 0.6,
    arms: {},
  });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-endpoint-results-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** @param readable of the held-out judge: it answers every second question with words alone */
async function seedOf(name: string, judge: "right" | "banana", readable: "all" | "half"): Promise<EndpointSeed> {
  let asked = 0;
  return runEndpointSeed({
    directory: join(folder, name),
    seed: 3,
    configuration: configurationWith("openai:other"),
    open: async (id) => {
      if (id === "openai:mutator") return landscapeMutator(landscape);
      if (id === "openai:target") return landscapeTarget(landscape);
      if (id === "openai:judge") {
        return judge === "right" ? landscapeJudgeModel() : new ScriptedLanguageModel({ id, answer: () => "banana" });
      }
      return new ScriptedLanguageModel({ id, answer: () => (readable === "half" && asked++ % 2 === 1 ? "well" : "1") });
    },
  });
}

function pageOf(seeds: readonly EndpointSeed[], heldOutJudge?: string): string {
  writeEndpointResults(folder, { quick: false, configuration: configurationWith(heldOutJudge), seeds });
  return readFileSync(join(folder, "rainbow-teaming.md"), "utf8");
}

describe("what could not be read", () => {
  test("is in no share, and has one of its own", async () => {
    const read = await seedOf("half", "right", "half");
    for (const { elites, judged, heldOutJudged, heldOutSuccess, success } of Object.values(read.arms)) {
      expect(judged).toBe(elites);
      expect(success).toBeGreaterThanOrEqual(0);
      expect(heldOutJudged).toBeLessThan(elites);
      expect(heldOutSuccess).toBe(1);
    }
    const page = pageOf([read], "openai:other");
    expect(page).toContain(
      "| scored by the held-out judge | not known, held-out judge | elites | not known, own judge |",
    );
    expect(page).toContain("The held-out judge scored the archives and took no other part.");
    expect(page).not.toMatch(/NaN|undefined|Infinity/u);
  });

  test("leaves success and fitness unknown where it is everything, beside a seed where it is not", async () => {
    const [unread, read] = [await seedOf("banana", "banana", "all"), await seedOf("right", "right", "all")];
    for (const arm of Object.values(unread.arms)) {
      expect([arm.judged, arm.success, arm.meanFitness, arm.heldOutSuccess]).toEqual([0, undefined, undefined, 1]);
      expect(arm.elites).toBeGreaterThan(0);
    }
    const alone = pageOf([unread], "openai:other");
    const row = (page: string) => page.split("\n").find((line) => line.startsWith("| no-stepping-stones |")) ?? "";
    const cells = row(alone)
      .split("|")
      .map((cell) => cell.trim());
    expect(cells.slice(2, 6)).toEqual(["100.0", "not known", cells[4], "not known"]);
    // All elites are unknown by the search's own judge.
    expect(cells[9]).toBe("100.0");
    expect(row(pageOf([unread, read], "openai:other"))).toContain(", 1 of 2 seeds |");
    expect(alone).not.toMatch(/NaN|undefined|Infinity/u);
  });
});

test("a held-out judge that is missing, or that is the search's own, is told", () => {
  expect(heldOutWarning(configurationWith())).toContain("--held-out-judge");
  expect(heldOutWarning(configurationWith("openai:judge"))).toContain("no check");
  expect(heldOutWarning(configurationWith("openai:other"))).toBeUndefined();
});
