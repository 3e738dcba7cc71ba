/** Trees of parameters in safetensors files: leaf paths are the tensors' names. */
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { quotedText } from "../core/quoted-text.ts";
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
 * Reads a tree of the template's structure and shapes, as float32 whatever floats the file has. Further tensors are
 * ignored. Throws as readSafetensors, and CorruptFileError where a tensor is missing, no floats or of another shape.
 */
export function loadTree<P extends Tree>(path: string, template: P): P {
  return treeFromFile(readSafetensors(path), template, path);
}

/** A tree of the template's structure from a file's tensors, whose names may have a prefix; see loadTree. */
export function treeFromFile<P extends Tree>(file: SafetensorsFile, template: P, source: string, prefix = ""): P {
  return mapTree(template, (leaf, leafPath): Tensor => {
    const name = `${prefix}${leafPath}`;
    const stored = file.tensors.get(name);
    const floats = stored?.data instanceof Float32Array || stored?.data instanceof Float64Array;
    if (stored === undefined || !floats || !sameShape(stored.shape, leaf.shape)) {
      throw new CorruptFileError({
        expected: `a tensor ${name} of floats ${formatShape(leaf.shape)} in ${quotedText(source, 1000)}`,
        received: stored === undefined ? "none of that name" : `${stored.dtype} ${formatShape(stored.shape)}`,
        remedy: "use the checkpoint of a model of this shape",
      });
    }
    // Copied: the tensors of a file can share one buffer.
    return tensor(new Float32Array(stored.data as Float32Array), { shape: leaf.shape });
  });
}
