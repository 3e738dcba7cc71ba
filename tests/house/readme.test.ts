import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { saveTransformer } from "../../src/language-models/engine/transformer-file.ts";
import { initialiseTransformer } from "../../src/nn/transformer.ts";
import { gradeSchoolTokenizer } from "../../src/reasoning/tasks/grade-school/grade-school-tokenizer.ts";
import { rooms } from "./import-direction.ts";
import { codeBlocks } from "./markdown.ts";
import { repository } from "./source-files.ts";

const readme = readFileSync(join(repository, "README.md"), "utf8");

const shape = {
  vocabularySize: gradeSchoolTokenizer.vocabularySize,
  hiddenSize: 16,
  layers: 1,
  heads: 2,
  keyValueHeads: 2,
  feedForwardSize: 32,
  rotaryBase: 10_000,
  epsilon: 1e-5,
};

/** In place of the example's settings: a model of random weights, and as little of everything as there can be. */
const miniature = JSON.stringify({
  model: "illume:tiny.safetensors",
  threads: 1,
  search: { evaluations: 20, batchSize: 10, seeds: 10 },
  learn: { examples: 8, replay: 4, epochs: 1, batchSize: 4 },
  measure: { problems: 4, resamples: 20 },
  attack: { renewed: false },
});

describe("the README", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "illume-readme-"));
    const parameters = initialiseTransformer(shape, new RandomStream(1));
    saveTransformer(join(folder, "tiny.safetensors"), { shape, parameters, tokenizer: "grade-school" });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("its library example runs, with smaller settings", () => {
    const [example = ""] = codeBlocks(readme, "ts");
    const settings = /(?<=parseConfiguration\()\{[^}]*\}/;
    expect(example).toMatch(settings);
    const program = example
      .replace(settings, miniature)
      .replaceAll(
        /"illume\/([\w-]+)"/g,
        (_, room) => `"${pathToFileURL(join(repository, "src", room, "index.ts")).href}"`,
      );
    writeFileSync(join(folder, "example.ts"), program);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["example.ts"], { cwd: folder, encoding: "utf8" });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain("out-of-distribution sets");
    expect(existsSync(join(folder, "runs", "first", "report.html"))).toBe(true);
  }, 180_000);

  test("its table of rooms names every room, low to high", () => {
    const table = readme.slice(readme.indexOf("## Rooms"), readme.indexOf("## The nine papers"));
    const named = [...table.matchAll(/^\| `([\w-]+)` +\|/gm)].map((match) => match[1]);
    const folders = readdirSync(join(repository, "src"));
    expect(named).toEqual(rooms.filter((room) => folders.includes(room)));
  });
});
