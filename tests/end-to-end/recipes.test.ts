/** Every recipe runs, in its miniature. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closedLoopArms } from "../../recipes/closed-loop.ts";
import { recipes } from "../../recipes/index.ts";
import { rainbowArmNames } from "../../recipes/rainbow-teaming/arms.ts";
import { questionSources } from "../../recipes/rainbow-teaming/served/seed-run.ts";
import { realModelArms } from "../../recipes/real-model/arms.ts";
import { startIllume } from "./illume-process.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-recipes-"));
});
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 5 }));

/** What each recipe must leave in its folder. */
const results: Record<string, (directory: string) => void> = {
  "closed-loop": (directory) => {
    const { seeds } = JSON.parse(readFileSync(join(directory, "closed-loop.json"), "utf8"));
    const [{ before, arms }] = seeds;
    expect(Object.keys(arms)).toEqual(closedLoopArms);
    for (const [name, { yields, tokens, accuracies }] of Object.entries<typeof before>(arms)) {
      const evaluates = name !== "full-sampler" && name !== "in-distribution";
      expect(yields.map(({ evaluations }: { evaluations: number }) => evaluations)).toEqual([evaluates ? 20 : 0]);
      expect(tokens).toBeGreaterThan(0);
      expect(tokens).toBeLessThanOrEqual(1000);
      expect(Object.keys(accuracies)).toEqual(Object.keys(before.accuracies));
    }
    const page = readFileSync(join(directory, "closed-loop.md"), "utf8");
    expect(page).toContain("its numbers mean nothing");
    expect(page).not.toContain("NaN");
  },
  "closed-loop-rates": (directory) => {
    const { rows } = JSON.parse(readFileSync(join(directory, "closed-loop-rates.json"), "utf8"));
    expect(rows).toHaveLength(closedLoopArms.length);
  },
  "real-model-loop": (directory) => {
    const { seeds } = JSON.parse(readFileSync(join(directory, "real-model-loop.json"), "utf8"));
    const [{ warmed, arms }] = seeds;
    expect(Object.keys(arms)).toEqual([...realModelArms]);
    for (const { tokens, evaluations, correct } of Object.values<{
      tokens: number;
      evaluations: number;
      correct: Record<string, string>;
    }>(arms)) {
      expect(tokens).toBeLessThanOrEqual(300);
      expect([0, 4]).toContain(evaluations);
      expect(Object.entries(correct).map(([set, digits]) => [set, digits.length])).toEqual(
        Object.keys(warmed.correct).map((set) => [set, 2]),
      );
    }
    const page = readFileSync(join(directory, "real-model-loop.md"), "utf8");
    expect(page).toContain("its numbers mean nothing");
    expect(page).not.toContain("NaN");
  },
  "rainbow-teaming": (directory) => {
    const { seeds, claims, long, parts } = JSON.parse(readFileSync(join(directory, "rainbow-teaming.json"), "utf8"));
    expect(seeds).toHaveLength(2);
    expect(claims).toHaveLength(8);
    expect(long.seeds).toHaveLength(2);
    for (const { arms } of seeds) {
      expect(Object.keys(arms)).toEqual(rainbowArmNames);
      // By construction: an early decision is the decision of all votes.
      const [early, all] = [arms["rainbow-teaming"].equalIterations, arms["all-four-votes"].equalIterations];
      expect(early.meanSeverity).toBe(all.meanSeverity);
      expect(early.selfBleu).toBe(all.selfBleu);
      expect(early.calls.judge).toBeLessThan(all.calls.judge);
    }
    const ofParts = parts.map((part: { seeds: { result: unknown }[] }) => part.seeds[0]?.result);
    const [tuning, transfer, served, fewerCalls] = ofParts;
    expect(Object.keys(tuning.models)).toEqual(["before", "archives", "ordinary"]);
    expect(tuning.lessons.ordinary.tokens).toBeLessThanOrEqual(tuning.lessons.archives.tokens);
    expect(tuning.lessons.ordinary.tokens).toBeGreaterThan(tuning.lessons.archives.tokens - 150);
    for (const [source, { cells, archive, matched }] of Object.entries<{
      cells: number[];
      archive: Record<string, string>;
      matched: Record<string, string>;
    }>(transfer.sources)) {
      // What an archive holds against its own reasoner, it fails at when asked again.
      expect(archive[source]).toBe("1".repeat(cells.length));
      expect(Object.keys(archive)).toEqual(Object.keys(transfer.sources));
      expect(matched[source]).toMatch(new RegExp(`^[-01]{${cells.length}}$`, "u"));
    }
    expect(Object.keys(served.sources)).toEqual([...questionSources]);
    expect(served.archive).toMatch(/^[01]+$/u);
    // By construction: votes drawn from the same probabilities decide alike.
    expect(fewerCalls.drawn.entered).toEqual(fewerCalls.paper.entered);
    expect(fewerCalls.early.entered).toEqual(fewerCalls.paper.entered);
    expect(fewerCalls.drawn.calls.comparisons).toBeLessThan(fewerCalls.early.calls.comparisons);
    expect(fewerCalls["two-pairs"].calls.comparisons).toBeLessThan(fewerCalls.early.calls.comparisons);
    const page = readFileSync(join(directory, "rainbow-teaming.md"), "utf8");
    expect(page).toContain("its numbers mean nothing");
    expect(page).not.toMatch(/NaN|undefined/u);
  },
  "grade-school-accuracies": (directory) => {
    const { checkpoints, quick } = JSON.parse(readFileSync(join(directory, "accuracies.json"), "utf8"));
    expect(quick).toBe(true);
    expect(checkpoints).toHaveLength(1);
    const [{ correct, problems }] = checkpoints;
    for (const count of Object.values(correct)) expect(count).toBeLessThanOrEqual(problems);
    expect(readFileSync(join(directory, "accuracies.md"), "utf8")).toContain("| whole-space | ");
  },
  "pretrain-grade-school": (directory) => expect(existsSync(join(directory, "seed-0.safetensors"))).toBe(true),
};

describe("in its miniature", () => {
  test.each(recipes.map(({ name }) => name))("%s", { timeout: 120_000 }, async (name) => {
    const { ended } = startIllume(["reproduce", name, "--quick", "--output", folder], { cwd: folder });
    const { status, stderr } = await ended;
    expect(status, stderr).toBe(0);
    (results[name] as (directory: string) => void)(join(folder, `reproduce-${name}-quick`));
  });
});
