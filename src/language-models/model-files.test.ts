import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  tinyLanguageModel,
  tinyParameters,
  tinyShape,
  tinyTokenizer,
} from "../../tests/fixtures/tiny-language-model.ts";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { saveTree } from "../nn/checkpoint.ts";
import { leavesOf } from "../tensor/tree.ts";
import { loadTransformer, saveTransformer } from "./engine/transformer-file.ts";
import { resolveModelPath, shippedModelNames } from "./model-id.ts";
import { openTransformer } from "./open-transformer.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-models-"));
  mkdirSync(join(folder, "grade-school"));
  mkdirSync(join(folder, "empty"));
  for (const seed of [1, 2]) writeFileSync(join(folder, "grade-school", `seed-${seed}.safetensors`), "");
  writeFileSync(join(folder, "grade-school", "README.md"), "");
  file = join(folder, "tiny.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true }));

const tiny = { shape: tinyShape, parameters: tinyParameters(), tokenizer: "characters" };
const numbers = (model: { parameters: typeof tiny.parameters }) =>
  leavesOf(model.parameters).map(({ path, tensor: { data } }) => [path, ...data]);

describe("model ids", () => {
  test("shipped names, each model and each of its checkpoints", () => {
    expect(shippedModelNames(folder)).toEqual(["empty", "grade-school", "grade-school/seed-1", "grade-school/seed-2"]);
    expect(shippedModelNames(join(folder, "missing"))).toEqual([]);
    expect(resolveModelPath("grade-school", folder)).toBe(join(folder, "grade-school", "seed-2.safetensors"));
    expect(resolveModelPath("grade-school/seed-1", folder)).toBe(join(folder, "grade-school", "seed-1.safetensors"));
  });

  test("paths, with and without the scheme and the ending", () => {
    const path = join(folder, "grade-school", "seed-1.safetensors");
    const near = relative(process.cwd(), path);
    for (const id of [path, `illume:${path}`, near, `illume:${near}`]) expect(resolveModelPath(id, folder)).toBe(path);
    expect(resolveModelPath(`illume:${join(folder, "grade-school", "seed-1")}`, folder)).toBe(path);
  });

  test.each([
    ["grade-shool", "grade-school"],
    ["grade-school/sed-1", "grade-school/seed-1"],
    ["ilume:model.safetensors", "illume:"],
    ["openai:gpt-9", undefined],
    ["\u001b[2Jxyzxyzxyzxyz", undefined],
  ])("%j is unknown, the nearest is %j", (id, nearest) => {
    let error: unknown;
    try {
      resolveModelPath(id, folder);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UnknownNameError);
    expect((error as UnknownNameError).nearest).toBe(nearest);
    expect((error as Error).message).not.toMatch(/\p{Cc}/u);
  });

  test.each(["illume:missing", "illume:", "empty", "./missing.safetensors", "no/such/model", "C:\\models\\mine"])(
    "%j is missing",
    (id) => {
      expect(() => resolveModelPath(id, folder)).toThrow(StorageError);
    },
  );
});

describe("model files", () => {
  test("round trip to the bit in float32, rounded in half precision", () => {
    saveTransformer(file, tiny);
    const loaded = loadTransformer(file);
    expect([loaded.shape, loaded.tokenizer, numbers(loaded)]).toEqual([tiny.shape, tiny.tokenizer, numbers(tiny)]);
    saveTransformer(file, tiny, "f16");
    const half = leavesOf(loadTransformer(file).parameters);
    leavesOf(tiny.parameters).forEach(({ tensor: { data } }, index) => {
      expect([...(half[index] as (typeof half)[number]).tensor.data]).toEqual([...data].map(Math.f16round));
    });
  });

  test("torn files and files that are no models", () => {
    saveTransformer(file, tiny);
    const bytes = readFileSync(file);
    for (const length of [0, 8, 500, bytes.length - 1]) {
      writeFileSync(file, bytes.subarray(0, length));
      expect(() => loadTransformer(file)).toThrow(CorruptFileError);
    }
    saveTree(file, tiny.parameters);
    expect(() => loadTransformer(file)).toThrow(/illume\.transformer/);
    expect(() => loadTransformer(join(folder, "missing"))).toThrow(StorageError);
  });

  test.each<[string, string]>([
    ["no JSON", "{"],
    ["null", "null"],
    ["a missing size", "{}"],
    ["more layers than memory", JSON.stringify({ ...tinyShape, layers: 2 ** 50 })],
    ["heads that do not fit", JSON.stringify({ ...tinyShape, heads: 5 })],
    ["other sizes than the tensors", JSON.stringify({ ...tinyShape, hiddenSize: 2 ** 20 })],
    ["terminal escapes", "\u001b[2J"],
  ])("a shape that is %s", (_, text) => {
    saveTree(file, tiny.parameters, { metadata: new Map([["illume.transformer", text]]) });
    expect(() => loadTransformer(file)).toThrow(CorruptFileError);
    expect(() => loadTransformer(file)).toThrow(/^\P{Cc}*$/u);
  });

  test("opened by its id, with the tokenizer that it names", async () => {
    saveTransformer(file, tiny);
    const tokenizers = { characters: tinyTokenizer };
    const opened = openTransformer({ id: `illume:${file}`, tokenizers });
    expect([opened.shape, opened.tokenizer, opened.tokenizerName]).toEqual([tinyShape, tinyTokenizer, "characters"]);
    expect(opened.model.id).toBe(`illume:${file}`);
    const same = tinyLanguageModel();
    const asked = { prompts: ["a bee"], maximumTokens: 8, temperature: 1 };
    expect(await opened.model.generate(asked)).toEqual(await same.generate(asked));
    await opened.model.close();
    await same.close();
    for (const name of ["character", "toString"]) {
      saveTransformer(file, { ...tiny, tokenizer: name });
      expect(() => openTransformer({ id: file, tokenizers })).toThrow(UnknownNameError);
    }
  });
});
