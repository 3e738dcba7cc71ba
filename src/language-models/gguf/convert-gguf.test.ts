import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { readSafetensors } from "../../nn/safetensors.ts";
import { convertGguf } from "./convert-gguf.ts";
import { GgufFile, type GgufTensor } from "./gguf-file.ts";
import { halvesApart, huggingFaceName } from "./gguf-weights.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../tests/fixtures/llama-family/${name}`, import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-convert-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Converts a file in which every occurrence of a text is another one of equal length. */
function convertChanged(name: string, from: string, to: string): void {
  const bytes = readFileSync(fixture(name));
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at);
  const path = join(folder, "changed.gguf");
  writeFileSync(path, bytes);
  convertGguf(path, folder);
}

test("weights keep half precision, all else becomes float32, equal to the bit", () => {
  convertGguf(fixture("qwen2.gguf"), folder);
  const { tensors } = readSafetensors(join(folder, "model.safetensors"));
  const file = new GgufFile(fixture("qwen2.gguf"));
  for (const tensor of file.tensors.values()) {
    const stored = tensors.get(huggingFaceName(tensor.name) as string);
    expect(stored?.dtype).toBe(tensor.type.name === "F16" ? "f16" : "f32");
    expect(stored?.shape).toEqual(tensor.shape);
    expect(stored?.data).toEqual(file.numbersOf(file.tensors.get(tensor.name) as GgufTensor));
  }
  file.close();
});

test("rows of a head: alternating halves come apart", () => {
  const rows = Uint8Array.from([0, 0, 10, 10, 1, 1, 11, 11, 20, 20, 30, 30, 21, 21, 31, 31]);
  expect([...halvesApart(rows, 8, 2)]).toEqual([0, 0, 1, 1, 10, 10, 11, 11, 20, 20, 21, 21, 30, 30, 31, 31]);
});

describe("what cannot be run is refused by name", () => {
  test.each<[string, string, string, RegExp]>([
    [
      "another architecture",
      "general.architecture\u0008\0\0\0\u0005\0\0\0\0\0\0\0qwen2",
      "general.architecture\u0008\0\0\0\u0005\0\0\0\0\0\0\0mamba",
      /mamba/,
    ],
    ["a tensor that has no place", "blk.1.ffn_gate.weight", "blk.1.ffn_norms.weigh", /ffn_norms/],
    ["another split of texts", "\u0006\0\0\0\0\0\0\0smollm", "\u0006\0\0\0\0\0\0\0abc\u001b[m", /abc/],
  ])("%s", (_, from, to, message) => {
    const convert = () => convertChanged("qwen2.gguf", from, to);
    expect(convert).toThrow(UnsupportedCapabilityError);
    expect(convert).toThrow(message);
    expect(convert).toThrow(/^[^\p{Cc}]+$/u);
  });

  test.each([
    ["qwen2.block_count", "qwen2.block_xxxxx"],
    ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.xxx_token_id"],
    ["tokenizer.ggml.tokens", "tokenizer.ggml.xxxxxx"],
    ["tokenizer.ggml.merges", "tokenizer.ggml.xxxxxx"],
    ["token_embd.weight", "token_xxxx.weight"],
  ])("a file without %s", (from, to) => {
    expect(() => convertChanged("qwen2.gguf", from, to)).toThrow(CorruptFileError);
  });
});
