import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { mul } from "./operations/arithmetic.ts";
import { type Tensor, tensor } from "./tensor.ts";
import { leavesOf, mapTree, type Tree, zipTrees } from "./tree.ts";
import { templateOf } from "./tree-template.ts";

const one = tensor([1]);
const two = tensor([2]);

describe("trees", () => {
  test("leaves come in a fixed order, by path", () => {
    const tree = { b: [one, { z: two, a: one }], a: two };
    expect(leavesOf(tree).map((leaf) => leaf.path)).toEqual(["a", "b.0", "b.1.a", "b.1.z"]);
    expect(leavesOf(one)).toEqual([{ path: "", tensor: one }]);
    expect(leavesOf({ a: [], b: {} })).toEqual([]);
    const reordered = { a: two, b: [one, { a: one, z: two }] };
    expect(leavesOf(reordered)).toEqual(leavesOf(tree));
  });

  test("more than ten layers stay in order", () => {
    const layers = Array.from({ length: 12 }, (_, index) => tensor([index]));
    expect(leavesOf({ layers }).map((leaf) => leaf.tensor.item())).toEqual(layers.map((_, index) => index));
  });

  test("mapping keeps the structure and names the path", () => {
    const paths: string[] = [];
    const mapped = mapTree({ a: one, list: [two] }, (leaf, path) => {
      paths.push(path);
      return mul(leaf, 10);
    });
    expect(paths).toEqual(["a", "list.0"]);
    expect([mapped.a.item(), (mapped.list[0] as Tensor).item()]).toEqual([10, 20]);
    expect(mapTree(Object.assign(Object.create(null), { a: one }), (leaf) => leaf)).toEqual({ a: one });
  });

  test("a key called __proto__ is a key", () => {
    const tree = JSON.parse('{"__proto__": []}') as Tree;
    const mapped = mapTree({ outer: tree }, (leaf) => leaf).outer;
    expect(Object.keys(mapped)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(mapped)).toBe(Object.prototype);
  });

  test("zipping trees of one structure", () => {
    const zipped = zipTrees(
      [
        { a: one, b: two },
        { a: two, b: two },
      ],
      ([x, y]) => mul(x as Tensor, y as Tensor),
    );
    expect([zipped.a.item(), zipped.b.item()]).toEqual([2, 4]);
    expect(zipTrees([{ a: one }], ([x]) => x as Tensor)).toEqual({ a: one });
  });

  test("trees that differ are refused", () => {
    const zip = (...trees: { readonly [key: string]: Tensor }[]) => zipTrees(trees, ([x]) => x as Tensor);
    expect(() => zip({ a: one }, { b: one })).toThrow(/a leaf at "a", but got a leaf at "b"/);
    expect(() => zip({ a: one }, {})).toThrow(/1 and 0 leaves/);
    expect(() => zip({}, { a: one })).toThrow(/0 and 1 leaves/);
    expect(() => zip()).toThrow(/no tree/);
  });

  test("what is no tensor is refused, with its path", () => {
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [5, /number at ""/],
      [{ a: [one, "text"] }, /string at "a\.1"/],
      [{ a: null }, /null at "a"/],
      [{ a: undefined }, /undefined at "a"/],
      [new Map(), /Map at ""/],
      [[new Date(0)], /Date at "0"/],
      [Promise.resolve(one), /Promise at ""/],
      [{ data: new Float32Array(1) }, /Float32Array at "data"/],
    ];
    for (const [value, message] of wrong) {
      expect(() => leavesOf(value as Tree)).toThrow(InvalidArgumentError);
      expect(() => leavesOf(value as Tree)).toThrow(message);
    }
  });
});

describe("templates", () => {
  const equal = (a: Tree, b: Tree) => templateOf(a).takeApart(b, []);

  test("fit equal structures, element types and shapes, whatever the data and the order of keys", () => {
    expect(equal([{ a: one, b: two }], [{ b: tensor([7]), a: two }])).toBe(true);
  });

  test("take apart in the order of leavesOf, and put together again", () => {
    const tree = { b: [one, { d: two, c: one }], a: two };
    const leaves: Tensor[] = [];
    expect(templateOf(tree).takeApart(tree, leaves)).toBe(true);
    expect(leaves).toEqual(leavesOf(tree).map((leaf) => leaf.tensor));
    expect(templateOf(tree).putTogether(leaves.values())).toEqual(tree);
  });

  test("fit nothing else", () => {
    expect(equal([one], [undefined as unknown as Tree])).toBe(false);
    expect(equal({ a: one }, { b: one })).toBe(false);
    expect(equal({ a: one }, { a: one, b: one })).toBe(false);
    expect(equal({ toString: one }, {} as Tree)).toBe(false);
    expect(equal([], new Map() as unknown as Tree)).toBe(false);
    expect(equal({}, new Map() as unknown as Tree)).toBe(false);
    expect(equal([one], [tensor([1, 2])])).toBe(false);
    expect(equal([one], [tensor([[1]])])).toBe(false);
    expect(equal([one], [tensor([1], { elementType: "float64" })])).toBe(false);
    expect(equal([one, two], [[one, two]])).toBe(false);
    expect(equal([[one]], [{ 0: one }])).toBe(false);
    expect(equal([{ "a.b": one }], [{ a: { b: one } }])).toBe(false);
    expect(equal([{ a: [] }], [{ a: {} }])).toBe(false);
    expect(equal([tensor([[], []])], [tensor([[]])])).toBe(false);
  });
});
