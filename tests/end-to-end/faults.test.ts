/** What goes wrong from outside: one clear line, the documented exit code, and nothing lost. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InterruptedError } from "../../src/core/errors/interrupted-error.ts";
import {
  loadTransformer,
  saveTransformer,
  type TransformerFile,
} from "../../src/language-models/engine/transformer-file.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { mapTree } from "../../src/tensor/tree.ts";
import { type IllumeResult, runIllume, startIllume } from "./illume-process.ts";
import { improveMiniature } from "./interrupted-run.ts";
import { contentsOf, miniatureFlags, onlyRun, phaseReached, tinyModel } from "./miniature-run.ts";

let root: string;
/** A finished run, and one that was stopped after three of fifteen training steps; never changed, only copied. */
let finished: string;
let stopped: string;
let expected: ReturnType<typeof contentsOf>;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "illume-faults-"));
  finished = join(newFolder("finished"), "runs", "first");
  await improveMiniature({ directory: finished });
  expected = contentsOf(finished);
  stopped = join(newFolder("stopped"), "runs", "first");
  const run = improveMiniature({ directory: stopped, stopAt: ({ phase, done }) => phase === "learn" && done === 3 });
  await expect(run).rejects.toThrow(InterruptedError);
  expect(readdirSync(join(stopped, "checkpoints"))).toEqual(["round-1.training.safetensors"]);
}, 60_000);
afterAll(() => rmSync(root, { recursive: true, maxRetries: 5 }));

let folders = 0;
function newFolder(name = `folder-${folders++}`): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

/** A folder with a copy of a run as its only one. */
function folderWith(run: string): string {
  const folder = newFolder();
  cpSync(run, join(folder, "runs", basename(run)), { recursive: true });
  return folder;
}

function illume(cwd: string, ...args: string[]): Promise<IllumeResult> {
  return runIllume(args, { cwd });
}

/** A model file made of the tiny one. */
function changedModel(folder: string, change: (model: TransformerFile) => TransformerFile): string {
  const path = join(folder, "changed.safetensors");
  saveTransformer(path, change(loadTransformer(tinyModel)));
  return path;
}

function withWeights(model: TransformerFile, value: (weight: number) => number): TransformerFile {
  const parameters = mapTree(model.parameters, (leaf) =>
    tensor(Float32Array.from(leaf.data as Float32Array, value), { shape: leaf.shape }),
  );
  return { ...model, parameters };
}

/** The error is the last line, whole, and the only one that begins like one. */
function errorOf({ stderr }: IllumeResult): string {
  const lines = stderr.trimEnd().split("\n");
  expect(lines.filter((line) => line.startsWith("illume: "))).toHaveLength(1);
  expect(lines.at(-1)).toMatch(/^illume: expected .*, but got .*: ./);
  return lines.at(-1) as string;
}

describe("a model file", () => {
  test.each([
    ["is torn", (bytes: Buffer) => bytes.subarray(0, bytes.length - 1000), "bytes of tensor data"],
    [
      "has a flipped bit",
      (bytes: Buffer) => bytes.fill((bytes.at(-99) as number) ^ 1, bytes.length - 99, bytes.length - 98),
      "SHA-256",
    ],
    ["is none", () => Buffer.from("weights"), "at least 8 bytes"],
  ])("that %s: exit code 5 in one line, and no run is begun", async (_, spoil, said) => {
    const folder = newFolder();
    writeFileSync(join(folder, "model"), spoil(readFileSync(tinyModel)));
    const result = await illume(folder, "improve", ...miniatureFlags("model"));
    expect(errorOf(result)).toContain(said);
    expect(result).toMatchObject({ status: 5, stdout: "", stderr: expect.stringMatching(/^illume: [^\n]*\n$/) });
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });

  test("of other shapes than it says, of another domain, of no sound shape: exit code 5", async () => {
    const folder = newFolder();
    const error = async (change: (model: TransformerFile) => TransformerFile) => {
      const path = changedModel(folder, change);
      const result = await illume(folder, "improve", ...miniatureFlags(path));
      expect(result.status).toBe(5);
      return errorOf(result);
    };
    const withShape = (shape: Partial<TransformerFile["shape"]>) => (model: TransformerFile) => ({
      ...model,
      shape: { ...model.shape, ...shape },
    });
    expect(await error(withShape({ feedForwardSize: 65 }))).toMatch(
      /down_proj\.weight of floats \[32, 65\] in .* got f32 \[32, 64\]/,
    );
    expect(await error(withShape({ layers: 2 }))).toContain("layers.1.");
    expect(await error(withShape({ heads: 5 }))).toContain("sound shape");
    expect(await error((model) => ({ ...model, tokenizer: "other" }))).toContain("a model of the domain grade-school");
  });

  test("with NaN among its weights: exit code 4", async () => {
    const folder = newFolder();
    const path = changedModel(folder, (model) => withWeights(model, () => Number.NaN));
    const result = await illume(folder, "improve", ...miniatureFlags(path));
    expect(result.status).toBe(4);
    expect(errorOf(result)).toContain("weights are not finite");
  });

  test("that is another one when the run goes on: exit code 5", async () => {
    const folder = newFolder();
    const path = join(folder, "model.safetensors");
    cpSync(tinyModel, path);
    const run = startIllume(["improve", ...miniatureFlags("model.safetensors")], { cwd: folder });
    expect(await run.says("measure before: 0 of")).toBe(true);
    run.child.kill("SIGKILL");
    await run.ended;
    saveTransformer(
      path,
      withWeights(loadTransformer(tinyModel), (weight) => 1.001 * weight),
    );
    const result = await illume(folder, "resume");
    expect(result.status).toBe(5);
    expect(errorOf(result)).toContain("the model that the run began with");
  });
});

describe("checkpoints of a run", () => {
  test.each([
    ["training checkpoint", () => stopped, "round-1.training.safetensors"],
    ["taught model", () => finished, "round-1.safetensors"],
  ])("a torn %s: exit code 5; without it, the same result", async (_, run, name) => {
    const folder = folderWith(run());
    const path = join(folder, "runs", "first", "checkpoints", name);
    writeFileSync(path, readFileSync(path).subarray(0, 40_000));
    const torn = await illume(folder, "resume");
    expect(torn.status).toBe(5);
    // The command that goes on would fail in the same way.
    expect(torn.stderr).not.toContain("What was done before");
    expect(errorOf(torn)).toContain(`remove "${path}" to do this lesson again`);
    rmSync(path);
    expect((await illume(folder, "resume")).status).toBe(0);
    expect(contentsOf(onlyRun(folder) as string)).toEqual(expected);
  });

  test("what a killed process left half-written is cleared away", async () => {
    const folder = folderWith(stopped);
    writeFileSync(join(folder, "runs", "first", "checkpoints", ".round-1.safetensors.1.0.temporary"), "half");
    expect((await illume(folder, "resume", "first")).status).toBe(0);
    expect(contentsOf(onlyRun(folder) as string)).toEqual(expected);
  });
});

describe("training that diverges", () => {
  test("stops with the step and exit code 4; the last checkpoint is kept, and a lower rate goes on from it", async () => {
    const folder = newFolder();
    // Decay of ten times the weights, so that they grow ninefold in a step until they overflow.
    const flags = ["--learn-epochs", "40", "--learn-warmup-steps", "0", "--learn-weight-decay", "1"];
    const result = await illume(folder, "improve", ...miniatureFlags(), ...flags, "--learn-learning-rate", "10");
    expect(result.status).toBe(4);
    const [, step, kept] =
      /at training step (\d+) of round 1, but got .*: the checkpoint of step (\d+) is kept;.* --learn-learning-rate 2\.5$/.exec(
        errorOf(result),
      ) ?? [];
    expect(Number(kept)).toBeGreaterThan(0);
    expect(Number(step)).toBeGreaterThan(Number(kept));
    expect(phaseReached(folder)).toBe("learn");

    const refused = await illume(folder, "resume", "--learn-epochs", "2");
    expect(refused.status).toBe(2);
    expect(errorOf(refused)).toContain("learn.epochs 2 in place of 40: start a new run");
    const resumed = await illume(folder, "resume", "--learn-learning-rate", "0.000001");
    expect(resumed.stderr).toContain(`learn: ${kept} of 120`);
    expect(phaseReached(folder)).not.toBe("learn");
  });
});
