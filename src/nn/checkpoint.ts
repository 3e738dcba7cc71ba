/** Trees of parameters in safetensors files: leaf paths are the tensors' names. */
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { leavesOf, mapTree, type Tree } from "../tensor/tree.ts";
import {
  readSafetensors,
  type SafetensorsFile,
  type SafetensorsWriteOptions,
  writeSafetensors,
} from "./safetensors.ts";

/** Writes a tree atomically. Throws StorageError where the file cannot be written. */
export function saveTree(path: string, tree: Tree, options: SafetensorsWriteOptions = {}): void {
  const entries = leavesOf(tree).map(
    (leaf) => [leaf.path, { shape: leaf.tensor.shape, data: leaf.tensor.data as Float32Array }] as const,
  );
  writeSafetensors(path, new Map(entries), options);
}

/**
 * Reads a tree of the template's structure and shapes; half precision becomes float32. Further tensors are ignored.
 * Throws as readSafetensors, and CorruptFileError where a tensor is missing or has another shape.
 */
export function loadTree<P extends Tree>(path: string, template: P): P {
  return treeFromFile(readSafetensors(path), template, path);
}

/** A tree of the template's structure from a file's tensors, whose names may have a prefix; see loadTree. */
export function treeFromFile<P extends Tree>(file: SafetensorsFile, template: P, source: string, prefix = ""): P {
  return mapTree(template, (leaf, leafPath): Tensor => {
    const name = `${prefix}${leafPath}`;
    const stored = file.tensors.get(name);
    if (stored === undefined || !sameShape(stored.shape, leaf.shape)) {
      throw new CorruptFileError({
        expected: `a tensor ${name} ${formatShape(leaf.shape)} in ${source}`,
        received: stored === undefined ? "none of that name" : formatShape(stored.shape),
        remedy: "use the checkpoint of a model of this shape",
      });
    }
    return tensor(Float32Array.from(stored.data as Float32Array), { shape: leaf.shape });
  });
}
