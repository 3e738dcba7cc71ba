/** Weights in one or more safetensors files, read tensor by tensor as float32, so that no file is in memory twice. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { elementFormats } from "../../nn/safetensors/element-type.ts";
import { parseHeader, parseHeaderLength, type TensorEntry } from "../../nn/safetensors/header.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { mapTree, type Tree } from "../../tensor/tree.ts";
import { FileSlices } from "./file-slices.ts";
import { readJsonFile } from "./json-file.ts";

const wholeName = "model.safetensors";
const indexName = "model.safetensors.index.json";

/**
 * Fills a template from a folder's model.safetensors, or from the shards that its index names; further tensors are
 * ignored. Throws StorageError for missing files, CorruptFileError for torn ones and for missing tensors or other
 * shapes, UnsupportedCapabilityError for unknown element types.
 */
export function readShards<P extends Tree>(folder: string, template: P): P {
  const names = shardNames(folder);
  const open: FileSlices[] = [];
  try {
    const found = new Map<string, { entry: TensorEntry; start: number; slices: FileSlices }>();
    for (const name of names) {
      const slices = new FileSlices(join(folder, name));
      open.push(slices);
      const headerBytes = parseHeaderLength(slices.read(0, Math.min(8, slices.size)), slices.size, slices.path);
      const header = parseHeader(slices.read(8, headerBytes), slices.size - 8 - headerBytes, slices.path);
      for (const entry of header.tensors) found.set(entry.name, { entry, start: header.dataStart, slices });
    }
    return mapTree(template, (leaf, path): Tensor => {
      const stored = found.get(path);
      if (stored === undefined || !floats.has(stored.entry.dtype) || !sameShape(stored.entry.shape, leaf.shape)) {
        throw new CorruptFileError({
          expected: `a tensor ${path} of floats ${formatShape(leaf.shape)} in ${quotedText(folder, 1000)}`,
          received:
            stored === undefined ? "none of that name" : `${stored.entry.dtype} ${formatShape(stored.entry.shape)}`,
          remedy: "fetch weights and configuration of the same model",
        });
      }
      return tensor(numbersOf(stored.entry, stored.start, stored.slices), { shape: leaf.shape });
    });
  } finally {
    for (const slices of open) slices.close();
  }
}

const floats: ReadonlySet<string> = new Set(["f64", "f32", "f16", "bf16"]);

function numbersOf({ dtype, begin, end }: TensorEntry, start: number, slices: FileSlices): Float32Array {
  const { bytesPerElement, decode } = elementFormats[dtype];
  const length = (end - begin) / bytesPerElement;
  const numbers = new Float32Array(length);
  if (dtype === "f32") {
    slices.readInto(start + begin, numbers);
    return numbers;
  }
  const part = 1_048_576;
  for (let done = 0; done < length; done += part) {
    const count = Math.min(part, length - done);
    const bytes = slices.read(start + begin + done * bytesPerElement, count * bytesPerElement);
    numbers.set(decode(bytes.buffer, 0, count) as Float32Array, done);
  }
  return numbers;
}

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

function shardNames(folder: string): string[] {
  if (existsSync(join(folder, wholeName))) return [wholeName];
  if (!existsSync(join(folder, indexName))) {
    throw new StorageError({
      expected: `weights (${wholeName}, or shards and ${indexName}) in ${quotedText(folder, 1000)}`,
      received: "none",
      remedy: "fetch the model's safetensors files; older formats are not read, since reading them runs their code",
    });
  }
  const parsed = indexSchema.safeParse(readJsonFile(join(folder, indexName)));
  const names = parsed.success ? [...new Set(Object.values(parsed.data.weight_map))] : [];
  // The index is untrusted: files outside the folder are none of its business.
  const strange = names.find((name) => name !== basename(name) || !name.endsWith(".safetensors"));
  if (names.length === 0 || strange !== undefined) {
    throw new CorruptFileError({
      expected: `an index of safetensors files in ${quotedText(join(folder, indexName), 1000)}`,
      received: strange === undefined ? "another content" : quotedText(strange),
      remedy: "fetch the model's index again",
    });
  }
  return names;
}
