import { createHash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import {
  checksumName,
  parseSafetensors,
  readSafetensors,
  serializeSafetensors,
  type WritableTensor,
  writeSafetensors,
} from "./safetensors.ts";

const fixtures = join(import.meta.dirname, "../../tests/fixtures/safetensors");

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "illume-safetensors-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** A file with this header text and this many bytes of zeros. */
function fileOf(header: string, dataBytes = 0, claimedLength?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.byteLength + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, claimedLength ?? BigInt(json.byteLength), true);
  bytes.set(json, 8);
  return bytes;
}

describe("files of the reference implementation", () => {
  const expected = JSON.parse(fs.readFileSync(join(fixtures, "values.json"), "utf8")) as Record<
    string,
    { shape: number[]; values: (number | string)[] }
  >;

  test("every element type is read, names and metadata too", () => {
    const { tensors, metadata } = readSafetensors(join(fixtures, "mixed.safetensors"));
    expect(new Set(tensors.keys())).toEqual(new Set(Object.keys(expected)));
    for (const [name, { shape, values }] of Object.entries(expected)) {
      const tensor = tensors.get(name);
      expect(tensor?.shape).toEqual(shape);
      const exact = tensor?.dtype === "i64" ? values.map((value) => BigInt(value)) : values.map(Number);
      expect([...(tensor?.data ?? [])], name).toEqual(exact);
    }
    expect(Object.fromEntries(metadata)).toEqual({ format: "pt", note: 'ü\n"quoted"' });
  });

  test("what was read is written back in the same bytes (the checksum aside)", () => {
    const bytes = fs.readFileSync(join(fixtures, "plain.safetensors"));
    const written = serializeSafetensors(parseSafetensors(bytes).tensors);
    const dataStart = 8 + Number(new DataView(written.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(written.subarray(8, dataStart)));
    const data = written.subarray(dataStart);
    expect(header.__metadata__).toEqual({ [checksumName]: createHash("sha256").update(data).digest("hex") });
    delete header.__metadata__;
    expect(Buffer.from(fileOf(JSON.stringify(header).padEnd(176))).equals(bytes.subarray(0, 184))).toBe(true);
    expect(Buffer.from(data).equals(bytes.subarray(184))).toBe(true);
  });

  test("rounding to f16 and bf16 is the reference's, bit by bit", () => {
    const { tensors } = readSafetensors(join(fixtures, "mixed.safetensors"));
    const source = tensors.get("rounding.source") as WritableTensor;
    for (const dtype of ["bf16", "f16"] as const) {
      const data = dtype === "bf16" ? source.data : (source.data as Float32Array).filter((value) => value < 1e38);
      const rounded = parseSafetensors(serializeSafetensors(new Map([["x", { dtype, shape: [data.length], data }]])));
      expect(rounded.tensors.get("x")).toEqual(tensors.get(`rounding.${dtype}`));
    }
  });
});

const shapes = fc.array(fc.nat(4), { maxLength: 4 });
const anyTensor: fc.Arbitrary<WritableTensor> = shapes.chain((shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  const list = { minLength: length, maxLength: length };
  const f32 = fc.float32Array(list);
  const with16 = (dtype: "f16" | "bf16") =>
    fc.array(fc.integer({ min: -128, max: 128 }), list).map((values) => ({ dtype, data: Float32Array.from(values) }));
  return fc
    .oneof(
      f32.map((data) => ({ dtype: "f32" as const, data })),
      fc.float64Array(list).map((data) => ({ dtype: "f64" as const, data })),
      with16("f16"),
      with16("bf16"),
      fc.bigInt64Array(list).map((data) => ({ dtype: "i64" as const, data })),
      fc.int32Array(list).map((data) => ({ dtype: "i32" as const, data })),
      fc.uint8Array(list).map((data) => ({ dtype: "u8" as const, data })),
      fc.uint8Array({ ...list, max: 1 }).map((data) => ({ dtype: "bool" as const, data })),
    )
    .map((tensor) => ({ shape, ...tensor }));
});
const anyName = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom("__proto__", "constructor", "toString", "a\u001b[31m", "layers.0.weight"),
);

describe("round trips", () => {
  test("any names, shapes, types and metadata come back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyName, anyTensor), { maxLength: 5 }),
        fc.array(fc.tuple(anyName, fc.string()), { maxLength: 3 }),
        (pairs, texts) => {
          const tensors = new Map(pairs);
          const metadata = new Map(texts);
          const bytes = serializeSafetensors(tensors, { metadata });
          const read = parseSafetensors(bytes);
          expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()));
          expect(read.metadata).toEqual(metadata);
          expect(Buffer.compare(serializeSafetensors(read.tensors, { metadata }), bytes)).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("through a file, and bytes at an odd address", () => {
    const tensors = new Map([
      ["a", { shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) }],
      ["b", { shape: [1], data: new Uint8Array([9]) }],
    ]);
    const path = join(folder, "weights.safetensors");
    writeSafetensors(path, tensors, { metadata: new Map([["step", "40"]]) });
    const read = readSafetensors(path);
    expect(read.tensors.get("a")).toEqual({ dtype: "f32", shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) });
    expect(read.metadata).toEqual(new Map([["step", "40"]]));
    const shifted = new Uint8Array(fs.statSync(path).size + 3);
    shifted.set(fs.readFileSync(path), 3);
    expect(parseSafetensors(shifted.subarray(3))).toEqual(read);
  });

  test("a view into a larger array is written as itself", () => {
    const all = new Float32Array([1, 2, 3, 4]);
    const bytes = serializeSafetensors(new Map([["middle", { shape: [2], data: all.subarray(1, 3) }]]));
    expect(parseSafetensors(bytes).tensors.get("middle")?.data).toEqual(new Float32Array([2, 3]));
  });

  test("the float type is the default of Float32Arrays only", () => {
    const tensors = new Map<string, WritableTensor>([
      ["half", { shape: [1], data: new Float32Array([0.1]) }],
      ["kept", { dtype: "f32", shape: [1], data: new Float32Array([0.1]) }],
      ["ids", { shape: [1], data: new BigInt64Array([3n]) }],
    ]);
    const read = parseSafetensors(serializeSafetensors(tensors, { floatType: "f16" })).tensors;
    expect(read.get("half")).toEqual({ dtype: "f16", shape: [1], data: new Float32Array([Math.f16round(0.1)]) });
    expect(read.get("kept")?.data).toEqual(new Float32Array([0.1]));
    expect(read.get("ids")?.dtype).toBe("i64");
  });

  test("NaN keeps being NaN in bf16, infinities stay in f16", () => {
    const data = new Float32Array([Number.NaN, Infinity, -Infinity]);
    new Uint32Array(data.buffer)[0] = 0x7fffffff;
    for (const dtype of ["bf16", "f16"] as const) {
      const read = parseSafetensors(serializeSafetensors(new Map([["x", { dtype, shape: [3], data }]])));
      expect([...(read.tensors.get("x")?.data ?? [])]).toEqual([Number.NaN, Infinity, -Infinity]);
    }
  });
});

describe("torn and hostile files", () => {
  const tensors = new Map([
    ["a", { shape: [2], data: new Float32Array([1, 2]) }],
    ["b", { shape: [3], data: new Uint8Array([1, 2, 3]) }],
  ]);

  test("torn at any byte, or with a byte too many", () => {
    const bytes = serializeSafetensors(tensors);
    for (let length = 0; length < bytes.byteLength; length++) {
      expect(() => parseSafetensors(bytes.subarray(0, length)), `${length} bytes`).toThrow(CorruptFileError);
    }
    expect(() => parseSafetensors(Buffer.concat([bytes, new Uint8Array(1)]))).toThrow(CorruptFileError);
    const path = join(folder, "torn.safetensors");
    for (let length = 0; length < bytes.byteLength; length += 7) {
      fs.writeFileSync(path, bytes.subarray(0, length));
      expect(() => readSafetensors(path)).toThrow(CorruptFileError);
    }
  });

  test("any changed bit of the data is noticed", () => {
    const bytes = serializeSafetensors(tensors);
    for (let bit = (bytes.byteLength - 11) * 8; bit < bytes.byteLength * 8; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => parseSafetensors(changed)).toThrow(/SHA-256/);
    }
  });

  const entry = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });
  const f32 = (begin: number, end: number) => entry("F32", [(end - begin) / 4], [begin, end]);
  test.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /at least 8 bytes/],
    ["text", new TextEncoder().encode("<!doctype html><html>"), /a header of at most 100000000 bytes/],
    ["a header longer than allowed", fileOf("{}", 0, 100_000_001n), /at most 100000000/],
    ["a header longer than the file", fileOf("{}", 0, 3n), /a header of 3 bytes/],
    ["the greatest length", fileOf("{}", 0, 2n ** 64n - 1n), /18446744073709551615/],
    ["no JSON", fileOf("{]"), /a header of JSON/],
    ["no UTF-8", fileOf("{}", 1, 3n).fill(0xff, 8), /a header of JSON/],
    ["a list", fileOf("[]"), /a JSON object/],
    ["null", fileOf("null"), /a JSON object/],
    ["deep nesting", fileOf("[".repeat(200_000)), /a header of JSON/],
    ["metadata that is no object", fileOf('{"__metadata__":3}'), /an object as __metadata__/],
    ["metadata that is no text", fileOf('{"__metadata__":{"a":1}}'), /text as metadata "a"/],
    ["a tensor that is no object", fileOf('{"a":3}'), /an object for tensor "a"/],
    ["no dtype", fileOf('{"a":{"shape":[],"data_offsets":[0,4]}}', 4), /a dtype/],
    ["an inherited dtype", fileOf('{"a":{"__proto__":{"dtype":"U8"},"shape":[],"data_offsets":[0,1]}}', 1), /a dtype/],
    ["a negative size", fileOf(JSON.stringify({ a: entry("F32", [-1], [0, 4]) }), 4), /a shape/],
    ["a broken size", fileOf(JSON.stringify({ a: entry("F32", [0.5], [0, 2]) }), 2), /a shape/],
    ["three offsets", fileOf(JSON.stringify({ a: entry("F32", [1], [0, 4, 4]) }), 4), /two byte offsets/],
    ["offsets that run back", fileOf(JSON.stringify({ a: entry("F32", [1], [4, 0]) }), 4), /4 bytes for tensor "a"/],
    ["a wrong size", fileOf(JSON.stringify({ a: entry("F32", [2], [0, 4]) }), 4), /8 bytes for tensor "a"/],
    ["an overflowing shape", fileOf(JSON.stringify({ a: entry("F32", [2 ** 40, 2 ** 40], [0, 4]) }), 4), /bytes for/],
    ["an overlap", fileOf(JSON.stringify({ a: f32(0, 8), b: f32(4, 12) }), 12), /overlaps/],
    ["twice the same bytes", fileOf(JSON.stringify({ a: f32(0, 8), b: f32(0, 8) }), 8), /overlaps/],
    ["a gap", fileOf(JSON.stringify({ a: f32(0, 4), b: f32(8, 12) }), 12), /a gap/],
    ["a gap at the start", fileOf(JSON.stringify({ a: f32(4, 8) }), 8), /a gap/],
    ["offsets out of range", fileOf(JSON.stringify({ a: f32(0, 8) }), 4), /8 bytes of tensor data/],
    [
      "a name that is there twice",
      fileOf(`{"a":${JSON.stringify(f32(0, 4))},"a":${JSON.stringify(f32(4, 8))}}`, 8),
      /a gap/,
    ],
    ["a wrong checksum", fileOf(`{"__metadata__":{"${checksumName}":"00"}}`), /SHA-256 00/],
  ])("%s", (_, bytes, message) => {
    let error: unknown;
    try {
      parseSafetensors(bytes, "bad\u001b[2J.safetensors");
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(CorruptFileError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/\p{Cc}/u);
  });

  test("other element types are named", () => {
    const bytes = fileOf(JSON.stringify({ a: entry("F8_E4M3", [1], [0, 1]) }), 1);
    expect(() => parseSafetensors(bytes)).toThrow(UnsupportedCapabilityError);
    expect(() => parseSafetensors(bytes)).toThrow(/"F8_E4M3"/);
  });

  test("a name __proto__ is a name like any other", () => {
    const { tensors, metadata } = parseSafetensors(
      fileOf('{"__metadata__":{"__proto__":"x"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1),
    );
    expect([...tensors.keys()]).toEqual(["__proto__"]);
    expect([...metadata]).toEqual([["__proto__", "x"]]);
  });
});

describe("what cannot be written or read", () => {
  const one = new Float32Array(1);

  test("wrong shapes, types, names and ranges", () => {
    const write = (tensor: WritableTensor, name = "x") => serializeSafetensors(new Map([[name, tensor]]));
    expect(() => write({ shape: [2], data: one })).toThrow(ShapeError);
    expect(() => write({ shape: [0.5, 2], data: one })).toThrow(ShapeError);
    expect(() => write({ dtype: "i32", shape: [1], data: one })).toThrow(InvalidArgumentError);
    expect(() => write({ shape: [1], data: one }, "__metadata__")).toThrow(InvalidArgumentError);
    expect(() => write({ dtype: "f16", shape: [1], data: new Float32Array([65520]) })).toThrow(NumericalError);
    expect(write({ dtype: "f16", shape: [1], data: new Float32Array([65519]) })).toBeInstanceOf(Uint8Array);
  });

  test("missing files and folders, a folder as file, a full disk", () => {
    expect(() => readSafetensors(join(folder, "missing"))).toThrow(StorageError);
    expect(() => readSafetensors(folder)).toThrow(StorageError);
    const tensors = new Map([["x", { shape: [1], data: one }]]);
    expect(() => writeSafetensors(join(folder, "no", "file"), tensors)).toThrow(StorageError);
    vi.spyOn(fs, "writeSync").mockImplementation(() => {
      throw Object.assign(new Error("full"), { code: "ENOSPC" });
    });
    expect(() => writeSafetensors(join(folder, "file"), tensors)).toThrow(/full disk/);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});
