/** Trees of tensors: nested plain objects and arrays, as parameters, batches and states are. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { Tensor } from "./tensor.ts";

/** A tensor, a list of trees, or a plain object of trees. Object types must be aliases (`type`), not interfaces. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** A tensor of a tree, and where it stands. */
export interface Leaf {
  /** Keys from the root joined by dots, e.g. "layers.0.weight"; "" for a tree that is a leaf. */
  readonly path: string;
  readonly tensor: Tensor;
}

/** Leaves in a fixed order: arrays by index, objects by sorted key. Throws InvalidArgumentError for other values. */
export function leavesOf(tree: Tree): Leaf[] {
  const leaves: Leaf[] = [];
  visit(tree, "", (path, tensor) => {
    leaves.push({ path, tensor });
    return tensor;
  });
  return leaves;
}

/** A tree of the same structure, each leaf replaced; keys come out sorted. */
export function mapTree<T extends Tree>(tree: T, change: (tensor: Tensor, path: string) => Tensor): T {
  return visit(tree, "", (path, tensor) => change(tensor, path)) as T;
}

/**
 * A tree of the structure of several trees that are alike, each leaf made from theirs.
 * Throws InvalidArgumentError where there is no tree, or their leaves stand in different places.
 */
export function zipTrees<T extends Tree>(trees: readonly T[], combine: (tensors: readonly Tensor[]) => Tensor): T {
  const columns = trees.map((tree) => leavesOf(tree));
  const first = columns[0];
  const other = columns.find((leaves) => leaves.length !== first?.length);
  if (first === undefined || other !== undefined) {
    throw new InvalidArgumentError({
      expected: "at least one tree, and as many leaves in each",
      received: first === undefined ? "no tree" : `${first.length} and ${other?.length} leaves`,
      remedy: "pass trees made from the same parameters",
    });
  }
  let position = 0;
  return mapTree(trees[0] as T, (_, path) => {
    const row = columns.map((leaves) => {
      const leaf = leaves[position];
      if (leaf?.path !== path) {
        throw new InvalidArgumentError({
          expected: `trees of one structure, with a leaf at "${path}"`,
          received: leaf === undefined ? "no leaf" : `a leaf at "${leaf.path}"`,
          remedy: "pass trees made from the same parameters",
        });
      }
      return leaf.tensor;
    });
    position++;
    return combine(row);
  });
}

function visit(tree: Tree, path: string, change: (path: string, tensor: Tensor) => Tensor): Tree {
  if (tree instanceof Tensor) return change(path, tree);
  const join = (key: string | number) => (path === "" ? `${key}` : `${path}.${key}`);
  if (Array.isArray(tree)) return tree.map((child: Tree, index) => visit(child, join(index), change));
  if (isPlainObject(tree)) {
    const record = tree as { readonly [key: string]: Tree };
    const entries = Object.keys(record)
      .sort()
      .map((key) => [key, visit(record[key] as Tree, join(key), change)] as const);
    return Object.fromEntries(entries);
  }
  throw new InvalidArgumentError({
    expected: "a tree of tensors (tensors, arrays and plain objects)",
    received: `${nameOf(tree)} at "${path}"`,
    remedy: "wrap numbers with tensor(...), and pass plain data",
  });
}

/** Promises, maps and the like would else count as trees without leaves. */
export function isPlainObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value === null ? null : typeof value);
  return value.constructor?.name ?? "an object";
}
