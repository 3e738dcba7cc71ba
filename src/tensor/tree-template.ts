/**
 * The structure of a tree, prepared once: to take other trees of it apart and to put them together without looking at
 * keys and paths again, since a call of a small compiled function takes no longer than that.
 */
import { sameShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import { isPlainObject, type Tree } from "./tree.ts";

export interface TreeTemplate {
  /**
   * Appends a tree's tensors to `leaves`, in the order of leavesOf. False, with `leaves` left in any state, where the
   * tree has another structure, or a tensor of another element type or shape.
   */
  takeApart(tree: Tree, leaves: Tensor[]): boolean;
  /** A tree of the structure from its tensors in order. */
  putTogether(leaves: Iterator<Tensor>): Tree;
}

/** The template of a tree that leavesOf accepts. */
export function templateOf(tree: Tree): TreeTemplate {
  if (tree instanceof Tensor) return leafTemplate(tree);
  if (Array.isArray(tree)) return listTemplate(tree.map((child: Tree) => templateOf(child)));
  const record = tree as { readonly [key: string]: Tree };
  return recordTemplate(
    Object.keys(record)
      .sort()
      .map((key) => [key, templateOf(record[key] as Tree)]),
  );
}

function leafTemplate({ elementType, shape }: Tensor): TreeTemplate {
  return {
    takeApart(tree, leaves) {
      if (!(tree instanceof Tensor && tree.elementType === elementType && sameShape(tree.shape, shape))) return false;
      leaves.push(tree);
      return true;
    },
    putTogether: (leaves) => leaves.next().value as Tensor,
  };
}

function listTemplate(children: readonly TreeTemplate[]): TreeTemplate {
  return {
    takeApart: (tree, leaves) =>
      Array.isArray(tree) &&
      tree.length === children.length &&
      children.every((child, index) => child.takeApart(tree[index] as Tree, leaves)),
    putTogether: (leaves) => children.map((child) => child.putTogether(leaves)),
  };
}

function recordTemplate(children: readonly (readonly [string, TreeTemplate])[]): TreeTemplate {
  return {
    takeApart(tree, leaves) {
      if (tree instanceof Tensor || !isPlainObject(tree)) return false;
      const record = tree as { readonly [key: string]: Tree };
      return (
        Object.keys(record).length === children.length &&
        children.every(([key, child]) => Object.hasOwn(record, key) && child.takeApart(record[key] as Tree, leaves))
      );
    },
    putTogether: (leaves) => Object.fromEntries(children.map(([key, child]) => [key, child.putTogether(leaves)])),
  };
}
