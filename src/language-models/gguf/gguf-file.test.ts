import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { ggufElementTypes } from "./element-types.ts";
import { GgufFile, type GgufTensor } from "./gguf-file.ts";

const path = fileURLToPath(new URL("../../../tests/fixtures/gguf/blocks.gguf", import.meta.url));
const bytes = readFileSync(path);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-gguf-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with other bytes, opened and all its tensors read. */
function readAll(content: Uint8Array): void {
  const changed = join(folder, "changed.gguf");
  writeFileSync(changed, content);
  const file = new GgufFile(changed);
  try {
    for (const tensor of file.tensors.values()) file.numbersOf(tensor);
  } finally {
    file.close();
  }
}

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe("the numbers of a GGUF file", () => {
  const file = new GgufFile(path);
  afterAll(() => file.close());

  test.each([...ggufElementTypes.values()].map(({ name }) => name))("%s is equal to the bit to Python's", (name) => {
    const stored = file.tensors.get(name) as GgufTensor;
    const expected = file.tensors.get(`${name}.expected`) as GgufTensor;
    expect(stored.type.name).toBe(name);
    expect(stored.shape).toEqual(expected.shape);
    const bits = (tensor: GgufTensor) => new Uint32Array(file.numbersOf(tensor).buffer);
    expect(bits(stored)).toEqual(bits(expected));
  });

  test("shapes are row-major", () => {
    expect(file.tensors.get("F32")?.shape).toEqual([2, 3, 5]);
  });

  test("metadata of every kind, texts with their byte order mark", () => {
    expect(file.metadata.get("general.architecture")).toBe("llama");
    expect(file.metadata.get("test.text")).toBe("\ufeffa text with a mark at its start");
    expect(file.metadata.get("test.texts")).toEqual(["\ufeffa", "a", "é", ""]);
    expect(file.metadata.get("test.list")).toEqual([1, -2, 3]);
    expect(file.metadata.get("test.truth")).toBe(true);
    expect(file.metadata.get("test.fraction")).toBe(Math.fround(0.1));
    expect(file.metadata.get("test.negative")).toBe(-5);
    expect(file.metadata.get("test.large")).toBe(2 ** 40);
  });
});

describe("files that are none, or torn", () => {
  test("one that is cut off anywhere is refused, in one harmless line", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        const error = thrownBy(() => readAll(bytes.subarray(0, length)));
        expect(error).toBeInstanceOf(CorruptFileError);
        expect((error as Error).message).toMatch(/^[^\p{Cc}]+$/u);
      }),
      { numRuns: 60 },
    );
  });

  test("one with a changed header is read, or refused by a typed error", () => {
    const headerBytes = 2_000;
    fc.assert(
      fc.property(fc.nat(headerBytes), fc.constantFrom(0, 1, 9, 127, 255), (position, value) => {
        const changed = new Uint8Array(bytes);
        changed[position] = value;
        const error = thrownBy(() => readAll(changed));
        const typed = error instanceof CorruptFileError || error instanceof UnsupportedCapabilityError;
        expect(error === undefined || typed).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test.each<[string, (view: DataView) => void, new (...args: never[]) => Error]>([
    ["other letters", (view) => view.setUint8(0, 0), CorruptFileError],
    ["a version to come", (view) => view.setUint32(4, 4, true), UnsupportedCapabilityError],
    ["the other byte order", (view) => view.setUint32(4, 3), UnsupportedCapabilityError],
    ["more tensors than memory", (view) => view.setBigUint64(8, 2n ** 60n, true), CorruptFileError],
    ["more metadata than the file", (view) => view.setBigUint64(16, 90_000n, true), CorruptFileError],
    ["a text longer than the file", (view) => view.setBigUint64(24, 2n ** 23n, true), CorruptFileError],
  ])("%s", (_, change, kind) => {
    const changed = new Uint8Array(bytes);
    change(new DataView(changed.buffer));
    expect(() => readAll(changed)).toThrow(kind);
  });

  test("an unknown element type is named with those that are known", () => {
    const name = Buffer.from("Q4_0");
    const changed = new Uint8Array(bytes);
    // Name, number of axes, two axes, then the type.
    const at = Buffer.from(bytes).indexOf(name) + name.length + 4 + 16;
    new DataView(changed.buffer).setUint32(at, 39, true);
    const error = thrownBy(() => readAll(changed));
    expect(error).toBeInstanceOf(UnsupportedCapabilityError);
    expect((error as Error).message).toMatch(/type 39/);
    expect((error as Error).message).toMatch(/Q4_K/);
  });

  test("a missing file", () => {
    expect(() => new GgufFile(join(folder, "missing.gguf"))).toThrow(StorageError);
  });
});
