import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { type CompileOptions, compile, exportOnnx } from "./compile.ts";
import { gradient } from "./gradient.ts";
import { add, div, mul } from "./operations/arithmetic.ts";
import { greater } from "./operations/comparison.ts";
import { exp, square } from "./operations/elementwise.ts";
import { addRows, gatherRows, pick } from "./operations/indexing.ts";
import { matrixProduct } from "./operations/matrix-product.ts";
import { rmsNorm } from "./operations/normalisation.ts";
import { sum } from "./operations/reduction.ts";
import { full, ones, range, type Tensor, tensor, zeros } from "./tensor.ts";
import type { Tree } from "./tree.ts";

const backends: readonly CompileOptions[] = [{ backend: "onnx" }, { backend: "reference" }];
const int32 = (...values: number[]) => tensor(values, { elementType: "int32" });

/** A function that counts how often it is traced. */
function counted<Arguments extends readonly Tree[], Result extends Tree>(f: (...args: Arguments) => Result) {
  const counts = { traces: 0 };
  const traced = (...args: Arguments) => {
    counts.traces++;
    return f(...args);
  };
  return { counts, traced };
}

describe.each(backends)("compiled functions, $backend backend", (options) => {
  test("a new shape, element type or structure is traced, an equal one is not", async () => {
    const { counts, traced } = counted((p: { a: Tensor; list: readonly Tensor[] }) => square(p.a));
    const f = compile(traced, options);
    const call = (a: Tensor, list: readonly Tensor[] = []) => f({ a, list });
    expect(Array.from((await call(tensor([1, 2]))).data)).toEqual([1, 4]);
    expect(Array.from((await call(tensor([3, 4]))).data)).toEqual([9, 16]);
    expect(counts.traces).toBe(1);
    await call(tensor([3, 4, 5]));
    await call(tensor([[3, 4]]));
    await call(full([2], 1, "float64"));
    await call(tensor([1, 2]), [tensor(1)]);
    expect(counts.traces).toBe(5);
    await call(tensor([[5, 6]]));
    await call(tensor([1, 2]));
    expect(counts.traces).toBe(5);
    await f.close();
  });

  test("structures without tensors, and keys with dots, are told apart", async () => {
    const f = compile((tree: { readonly [key: string]: Tree }) => Object.keys(tree).map(() => tensor(1)), options);
    expect(await f({})).toHaveLength(0);
    expect(await f({ a: [] })).toHaveLength(1);
    expect(await f({ a: {}, b: [] })).toHaveLength(2);
    const g = compile((tree: Tree) => tree, options);
    const x = tensor([1]);
    expect(Object.keys(await g({ "a.b": x }))).toEqual(["a.b"]);
    expect(Object.keys(await g({ a: { b: x } }))).toEqual(["a"]);
    expect(Array.isArray(await g([x]))).toBe(true);
    expect(Array.isArray(await g({ 0: x }))).toBe(false);
    const twice = (await g({ "a.b": x, a: { b: tensor([2]) } })) as { "a.b": Tensor; a: { b: Tensor } };
    expect([twice["a.b"].item(), twice.a.b.item()]).toEqual([1, 2]);
    await Promise.all([f.close(), g.close()]);
  });

  test("constants, arguments and unused arguments in results", async () => {
    const constant = tensor([7, 8]);
    const f = compile((x: Tensor, _unused: Tensor) => ({ constant, same: x, twice: [add(x, x), add(x, x)] }), options);
    const result = await f(tensor([1, 2]), tensor([9]));
    expect(result.constant).toBe(constant);
    expect(Array.from(result.same.data)).toEqual([1, 2]);
    expect(result.twice.map((leaf) => Array.from(leaf.data))).toEqual([
      [2, 4],
      [2, 4],
    ]);
    await f.close();
    const nothing = compile((_x: Tensor) => ({ constant }), options);
    expect((await nothing(tensor([1]))).constant).toBe(constant);
    await nothing.close();
  });

  test("results of two calls do not share memory, and arguments stay as they are", async () => {
    const f = compile((x: Tensor) => mul(x, 2), options);
    const x = tensor([1, 2]);
    const first = await f(x);
    const second = await f(tensor([5, 6]));
    expect([...first.data, ...second.data, ...x.data]).toEqual([2, 4, 10, 12, 1, 2]);
    await f.close();
  });

  test("calls at once, the first of which builds", async () => {
    const { counts, traced } = counted((x: Tensor) => square(x));
    const f = compile(traced, options);
    const results = await Promise.all([1, 2, 3].map((value) => f(tensor([value]))));
    expect(results.map((result) => result.item())).toEqual([1, 4, 9]);
    expect(counts.traces).toBe(1);
    await f.close();
    expect((await f(tensor([4]))).item()).toBe(16);
    expect(counts.traces).toBe(2);
    await f.close();
  });

  test("empty arrays and booleans go in and out", async () => {
    const f = compile((x: Tensor, mask: Tensor) => ({ x: mul(x, 2), mask, above: greater(x, 1) }), options);
    const { x, mask, above } = await f(zeros([0, 3]), tensor([true, false]));
    expect([x.shape, above.shape, above.elementType]).toEqual([[0, 3], [0, 3], "bool"]);
    expect(Array.from(mask.data)).toEqual([1, 0]);
    await f.close();
  });

  test("a function that throws is tried again", async () => {
    let fail = true;
    const f = compile((x: Tensor) => {
      if (fail) throw new Error("not yet");
      return x;
    }, options);
    await expect(f(tensor([1]))).rejects.toThrow("not yet");
    fail = false;
    expect((await f(tensor([1]))).item()).toBe(1);
    await f.close();
  });

  test("traced arguments and traced values from outside are refused", async () => {
    const inner = compile((x: Tensor) => square(x), options);
    let pending: Promise<unknown> = Promise.resolve();
    const outer = compile((x: Tensor) => {
      pending = inner(x);
      pending.catch(() => {});
      return x;
    }, options);
    await outer(tensor([1]));
    await expect(pending).rejects.toThrow(InvalidArgumentError);
    await expect(pending).rejects.toThrow(/traced one at "".*plain function/);

    let leaked = tensor([0]);
    const leaking = compile((x: Tensor) => {
      leaked = square(x);
      return x;
    }, options);
    await leaking(tensor([1]));
    const closing = compile((x: Tensor) => mul(x, leaked), options);
    await expect(closing(tensor([1]))).rejects.toThrow(/traced float32 \[1\] from outside.*pass it as an argument/);
  });

  test("results that are no trees of tensors are refused", async () => {
    // biome-ignore lint/suspicious/noExplicitAny: what a caller without types could return
    const wrong = (result: unknown) => compile((_x: Tensor) => result as any, options)(tensor([1]));
    await expect(wrong(Promise.resolve(tensor([1])))).rejects.toThrow(/Promise at ""/);
    await expect(wrong({ a: 5 })).rejects.toThrow(/number at "a"/);
    await expect(wrong([null])).rejects.toThrow(/null at "0"/);
  });

  test("an index out of range names the operation", async () => {
    const rows = compile((table: Tensor, ids: Tensor) => gatherRows(table, ids), options);
    const choice = compile((table: Tensor, ids: Tensor) => pick(table, ids), options);
    const added = compile((ids: Tensor) => addRows([3], ids, ones([1])), options);
    await expect(rows(ones([3, 2]), int32(3))).rejects.toThrow(/gatherRows/);
    await expect(choice(ones([1, 2]), int32(2))).rejects.toThrow(/pick/);
    await expect(added(int32(7))).rejects.toThrow(/addRows/);
    await Promise.all([rows.close(), choice.close(), added.close()]);
  });
});

describe("a compiled function called 2,000 times", () => {
  test.each([true, false])("keeps no results (retainMemory %s)", async (retainMemory) => {
    const f = compile((x: Tensor) => ({ x: add(x, 1), product: matrixProduct(x, x) }), { retainMemory });
    const x = ones([128, 128]);
    for (let call = 0; call < 300; call++) await f(x);
    const before = process.memoryUsage.rss();
    for (let call = 0; call < 2_000; call++) await f(x);
    // Kept, the results alone would take 262 MB.
    expect(process.memoryUsage.rss() - before).toBeLessThan(150e6);
    await f.close();
  });
});

describe("exported models", () => {
  type Parameters = { layers: readonly { weight: Tensor }[]; scale: Tensor };
  const parameters: Parameters = {
    layers: [
      {
        weight: tensor([
          [1, 2],
          [3, 4],
        ]),
      },
    ],
    scale: tensor([1, 0.5]),
  };
  const model = (p: Parameters, x: Tensor, _unused: Tensor) => {
    const hidden = rmsNorm(matrixProduct(x, (p.layers[0] as { weight: Tensor }).weight, { transposeB: true }), p.scale);
    return { hidden, "sum.of": sum(exp(hidden)) };
  };
  const x = tensor([
    [1, -1],
    [2, 0.5],
    [0, 3],
  ]);

  test("run in the plain runtime, with named inputs and outputs", async () => {
    const session = await ort.InferenceSession.create(exportOnnx(model, [parameters, x, x]));
    expect([...session.inputNames].sort()).toEqual(["input.0.layers.0.weight", "input.0.scale", "input.1"]);
    expect([...session.outputNames].sort()).toEqual(["output.hidden", "output.sum.of"]);
    const feed = (leaf: Tensor) => new ort.Tensor("float32", leaf.data as Float32Array, leaf.shape);
    const outputs = await session.run({
      "input.0.layers.0.weight": feed((parameters.layers[0] as { weight: Tensor }).weight),
      "input.0.scale": feed(parameters.scale),
      "input.1": feed(x),
    });
    const expected = model(parameters, x, x);
    expect(outputs["output.hidden"]?.dims).toEqual([3, 2]);
    expected.hidden.data.forEach((value, index) => {
      expect(outputs["output.hidden"]?.data[index]).toBeCloseTo(value, 5);
    });
    expect(outputs["output.sum.of"]?.data[0]).toBeCloseTo(expected["sum.of"].item(), 4);
    await session.release();
  });

  test("training steps too", async () => {
    const loss = (p: Parameters, rows: Tensor) => model(p, rows, rows)["sum.of"];
    const bytes = exportOnnx((p: Parameters, rows: Tensor) => gradient(loss)(p, rows), [parameters, x]);
    const session = await ort.InferenceSession.create(bytes);
    expect([...session.outputNames].sort()).toEqual(["output.layers.0.weight", "output.scale"]);
    await session.release();
  });

  test("a single result is called output, constants are inside", async () => {
    const session = await ort.InferenceSession.create(exportOnnx((y: Tensor) => div(y, tensor([2, 4])), [ones([2])]));
    expect(session.outputNames).toEqual(["output"]);
    const { output } = await session.run({ "input.0": new ort.Tensor("float32", Float32Array.of(2, 2), [2]) });
    expect(Array.from(output?.data as Float32Array)).toEqual([1, 0.5]);
    await session.release();
  });

  test("equal inputs give equal bytes", () => {
    const once = exportOnnx(model, [parameters, x, range(3)]);
    expect(Buffer.from(exportOnnx(model, [parameters, x, range(3)])).equals(Buffer.from(once))).toBe(true);
  });
});
