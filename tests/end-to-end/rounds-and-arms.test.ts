/** Runs of two rounds, in every arm, that stop dead at some progress and are gone on with. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Configuration, parseConfiguration, searchArms } from "../../src/closed-loop/configuration.ts";
import { improve } from "../../src/closed-loop/improve.ts";
import { RandomStream } from "../../src/core/random.ts";
import { runToViewModel } from "../../src/report/run-to-view-model.ts";
import { createRun, openRun } from "../../src/runs/run-database.ts";
import type { Json } from "../../src/runs/run-store.ts";
import { contentsOf, miniatureSettings, tinyModel } from "./miniature-run.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "illume-rounds-"));
});
afterAll(() => rmSync(root, { recursive: true, maxRetries: 5 }));

/** Runs to the end, or to where it was told the `dies`-th time how far it is; how often it was told. */
async function run(
  directory: string,
  configuration: Configuration,
  mode: "new" | "old",
  dies = Infinity,
): Promise<number> {
  const store =
    mode === "new"
      ? createRun({ directory, configuration: configuration as unknown as Json })
      : openRun({ directory, mode: "write" });
  let told = 0;
  const onProgress = () => {
    if (told++ === dies) throw new Error("died");
  };
  try {
    await improve({ configuration, store, onProgress });
  } catch (error) {
    if (!(error instanceof Error && error.message === "died")) throw error;
  } finally {
    store.close();
  }
  return told;
}

describe("two rounds", () => {
  test.each(searchArms)("%s: equal after two deaths", { timeout: 120_000 }, async (arm) => {
    const { search } = miniatureSettings;
    const configuration = parseConfiguration({
      ...miniatureSettings,
      rounds: 2,
      model: `illume:${tinyModel}`,
      search: { ...search, evaluations: 14, arm },
      attack: { renewed: false },
    });
    const whole = join(root, `${arm} whole`);
    const told = await run(whole, configuration, "new");
    const expected = contentsOf(whole);
    expect(expected.files.map(([name]) => name)).toEqual(["round-1.safetensors", "round-2.safetensors"]);
    expect(expected.metrics).toHaveLength(30);
    const evaluates = arm !== "full-sampler" && arm !== "in-distribution";
    expect(expected.entries).toHaveLength(evaluates ? 28 : 0);

    const random = new RandomStream(0, ["deaths", arm]);
    const broken = join(root, `${arm} broken`);
    await run(broken, configuration, "new", random.integer(1, Math.floor(told / 2)));
    await run(broken, configuration, "old", random.integer(1, Math.floor(told / 2)));
    await run(broken, configuration, "old");
    expect(contentsOf(broken)).toEqual(expected);

    const store = openRun({ directory: broken, mode: "read" });
    const { verdictTone, curves, archive } = runToViewModel(store);
    store.close();
    expect(verdictTone).not.toBe("unfinished");
    expect(curves.map(({ name }) => name)).toEqual(
      evaluates ? ["Training loss", "Failures found", "Failing cells"] : ["Training loss"],
    );
    expect(archive !== undefined).toBe(evaluates);
    if (arm !== "quality-diversity") return;
    const round1 = new Set(archive?.items.map(({ id }) => id).filter((id) => id.startsWith("round 1/")));
    const kept = archive?.items.filter(({ mutation }) => mutation === "kept from the round before") ?? [];
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.every(({ parentId }) => round1.has(parentId as string))).toBe(true);
  });
});
