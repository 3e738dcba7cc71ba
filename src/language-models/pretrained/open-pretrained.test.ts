import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { transformerLogits } from "../../nn/transformer.ts";
import { compile } from "../../tensor/compile.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { leavesOf } from "../../tensor/tree.ts";
import { openPretrained, type PretrainedModel } from "./open-pretrained.ts";

const fixtures = fileURLToPath(new URL("../../../tests/fixtures/llama-family", import.meta.url));
let folder: string;
let cache: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-pretrained-"));
  cache = join(folder, "cache");
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Expected {
  readonly inputIds: readonly (readonly number[])[];
  /** Of every fifth position. */
  readonly logits: readonly (readonly (readonly number[])[])[];
}

async function largestError(model: PretrainedModel, file: string): Promise<number> {
  const expected: Expected = JSON.parse(readFileSync(join(fixtures, file), "utf8"));
  const run = compile((tokens: Tensor) => transformerLogits(model.parameters, tokens, model.shape));
  const logits = await run(tensor(expected.inputIds as number[][], { elementType: "int32" }));
  await run.close();
  const [, positions, width] = logits.shape as [number, number, number];
  let largest = 0;
  expected.logits.forEach((sequence, row) => {
    sequence.forEach((scores, index) => {
      const start = (row * positions + 5 * index) * width;
      scores.forEach((score, token) => {
        largest = Math.max(largest, Math.abs((logits.data[start + token] as number) - score));
      });
    });
  });
  return largest;
}

describe("logits equal those of transformers", () => {
  test.each(["grouped", "llama-3.1", "qwen2", "sharded"])("the folder %s", async (name) => {
    const model = await openPretrained(join(fixtures, name));
    expect(model).toMatchObject({ name, contextLength: 64, folder: join(fixtures, name) });
    expect(await largestError(model, `${name}/expected.json`)).toBeLessThan(1e-4);
  });

  test.each(["grouped", "llama-3.1", "qwen2"])("the file %s.gguf", async (name) => {
    const model = await openPretrained(join(fixtures, `${name}.gguf`), { cache });
    expect(model).toMatchObject({ name, contextLength: 64 });
    expect(await largestError(model, `${name}.gguf.json`)).toBeLessThan(1e-4);
  });

  test("what makes them differ is there", async () => {
    const shapeOf = async (name: string) => (await openPretrained(join(fixtures, name))).shape;
    expect(await shapeOf("grouped")).toMatchObject({ headSize: 12, keyValueHeads: 2 });
    expect(await shapeOf("qwen2")).toMatchObject({ attentionBiases: true });
    expect(await shapeOf("llama-3.1")).toMatchObject({
      untiedHead: true,
      rotaryScaling: { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 16 },
    });
  });
});

describe("a GGUF file's conversion", () => {
  const path = join(fixtures, "qwen2.gguf");

  test("is kept, and shared by files of equal content", async () => {
    const first = await openPretrained(path, { cache });
    const made = statSync(join(first.folder, "model.safetensors")).mtimeMs;
    cpSync(path, join(folder, "copy.gguf"));
    const second = await openPretrained(join(folder, "copy.gguf"), { cache });
    expect(second).toMatchObject({ name: "copy", folder: first.folder });
    expect(statSync(join(first.folder, "model.safetensors")).mtimeMs).toBe(made);
    leavesOf(first.parameters).forEach(({ tensor: { data } }, index) => {
      expect(leavesOf(second.parameters)[index]?.tensor.data).toEqual(data);
    });
    expect(readdirSync(join(cache, "converted"))).toHaveLength(1);
  });

  test("follows the content, not the name", async () => {
    const copy = join(folder, "model.gguf");
    cpSync(path, copy);
    const first = await openPretrained(copy, { cache });
    cpSync(join(fixtures, "grouped.gguf"), copy);
    const second = await openPretrained(copy, { cache });
    expect(second.folder).not.toBe(first.folder);
    expect(second.shape.attentionBiases).toBeUndefined();
  });

  test("that fails or was killed leaves nothing that counts", async () => {
    const torn = join(folder, "torn.gguf");
    writeFileSync(torn, readFileSync(path).subarray(0, 40_000));
    await expect(openPretrained(torn, { cache })).rejects.toThrow(CorruptFileError);
    expect(readdirSync(join(cache, "converted"))).toEqual([]);
    // A process number that no process has.
    cpSync(join(fixtures, "qwen2"), join(cache, "converted", ".999999999-0.temporary"), { recursive: true });
    const { folder: converted } = await openPretrained(path, { cache });
    expect(readdirSync(join(cache, "converted"))).toEqual([converted.split(/[\\/]/u).at(-1)]);
  });

  test("where the cache cannot be written", async () => {
    writeFileSync(cache, "a file");
    await expect(openPretrained(path, { cache })).rejects.toThrow(StorageError);
  });
});

describe("files that are no model", () => {
  /** A copy of a folder, changed. */
  function changed(name: string, change: (copy: string) => void): string {
    const copy = join(folder, name);
    cpSync(join(fixtures, name), copy, { recursive: true });
    change(copy);
    return copy;
  }

  function withConfiguration(changes: object): string {
    return changed("grouped", (copy) => {
      const file = join(copy, "config.json");
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), ...changes }));
    });
  }

  async function refusal(path: string): Promise<Error> {
    const error = await openPretrained(path, { cache }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(/^expected [^\p{Cc}]+$/u);
    return error as Error;
  }

  test("an unknown architecture is named, with those that are known", async () => {
    const error = await refusal(withConfiguration({ model_type: "mamba\u001b[2J" }));
    expect(error).toBeInstanceOf(UnsupportedCapabilityError);
    expect(error.message).toMatch(/llama or qwen2.*mamba/);
  });

  test.each<[string, object, RegExp]>([
    ["another activation", { hidden_act: "gelu" }, /gelu/],
    ["biases that the engine lacks", { mlp_bias: true }, /biases/],
    ["another scaling", { rope_parameters: { rope_type: "yarn", factor: 4 } }, /yarn/],
    ["a sliding window", { use_sliding_window: true }, /sliding window/],
  ])("%s is unsupported", async (_, changes, message) => {
    const error = await refusal(withConfiguration(changes));
    expect(error).toBeInstanceOf(UnsupportedCapabilityError);
    expect(error.message).toMatch(message);
  });

  test.each<[string, object]>([
    ["no size", { hidden_size: null }],
    ["more layers than memory", { num_hidden_layers: 2 ** 40 }],
    ["other sizes than the weights", { intermediate_size: 128 }],
    ["more layers than the weights", { num_hidden_layers: 3 }],
    ["fewer tokens than the tokenizer", { vocab_size: 200 }],
    ["an end token that the tokenizer lacks", { eos_token_id: 299_999 }],
  ])("%s does not fit", async (_, changes) => {
    expect(await refusal(withConfiguration(changes))).toBeInstanceOf(CorruptFileError);
  });

  test("a truncated shard, a missing one, and an index that leads elsewhere", async () => {
    const shard = "model-00002-of-00003.safetensors";
    const torn = changed("sharded", (copy) => {
      writeFileSync(join(copy, shard), readFileSync(join(copy, shard)).subarray(0, -100));
    });
    expect((await refusal(torn)).message).toContain(shard);
    rmSync(join(torn, shard));
    expect(await refusal(torn)).toBeInstanceOf(StorageError);
    const index = join(torn, "model.safetensors.index.json");
    writeFileSync(index, JSON.stringify({ weight_map: { "model.norm.weight": "../secret.safetensors" } }));
    expect(await refusal(torn)).toBeInstanceOf(CorruptFileError);
  });

  test.each(["config.json", "tokenizer.json"])("a %s that is missing, or no JSON", async (name) => {
    const copy = changed("grouped", (path) => rmSync(join(path, name)));
    expect(await refusal(copy)).toBeInstanceOf(StorageError);
    writeFileSync(join(copy, name), "<html>not found</html>");
    expect(await refusal(copy)).toBeInstanceOf(CorruptFileError);
    writeFileSync(join(copy, name), "{}");
    expect(await refusal(copy)).toBeInstanceOf(CorruptFileError);
  });

  test("weights in an older format only", async () => {
    const copy = changed("grouped", (path) => {
      rmSync(join(path, "model.safetensors"));
      writeFileSync(join(path, "pytorch_model.bin"), "");
    });
    expect((await refusal(copy)).message).toMatch(/safetensors/);
  });

  test("a file of another kind, an empty one, none", async () => {
    for (const content of ["", "text", "PK\u0003\u0004"]) {
      const file = join(folder, "model.gguf");
      writeFileSync(file, content);
      expect(await refusal(file)).toBeInstanceOf(CorruptFileError);
    }
    expect(await refusal(join(folder, "missing"))).toBeInstanceOf(StorageError);
    expect(existsSync(cache)).toBe(false);
  });
});
