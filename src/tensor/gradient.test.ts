import { describe, expect, test } from "vitest";
import { ShapeError } from "../core/errors/shape-error.ts";
import { RandomStream } from "../core/random.ts";
import { compile } from "./compile.ts";
import { backpropagate, gradient, valueAndGradient } from "./gradient.ts";
import { add, div, mul, pow, sub } from "./operations/arithmetic.ts";
import { cast, exp, neg, sin, square, stopGradient, tanh } from "./operations/elementwise.ts";
import { gatherRows } from "./operations/indexing.ts";
import { linear, matrixProduct } from "./operations/matrix-product.ts";
import { mean, sum } from "./operations/reduction.ts";
import { full, placeholder, range, type Tensor, tensor } from "./tensor.ts";
import { leavesOf, mapTree, type Tree, zipTrees } from "./tree.ts";

const double = (value: number) => full([], value, "float64");

function randomTensor(shape: readonly number[], label: string): Tensor {
  const random = new RandomStream(0, [label]);
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Float64Array.from({ length: size }, () => random.normal()),
    { shape },
  );
}

/** d/dx of a scalar function, as a function of numbers. */
function slope(f: (x: Tensor) => Tensor): (x: number) => number {
  return (x) => gradient(f)(double(x)).item();
}

describe("values and gradients", () => {
  test("of a tree, with its structure, beside further arguments and further results", () => {
    const f = valueAndGradient((parameters: { w: Tensor; list: readonly Tensor[] }, x: Tensor) => {
      const product = mul(mul(parameters.w, parameters.list[0] as Tensor), x);
      return [sum(product), { product, constant: tensor([7]) }] as const;
    });
    const parameters = { w: tensor([1, 2]), list: [tensor([3, 4])] };
    const { value, gradient: slopes, auxiliary } = f(parameters, tensor([5, 6]));
    expect(value.item()).toBe(63);
    expect(Array.from(slopes.w.data)).toEqual([15, 24]);
    expect(Array.from((slopes.list[0] as Tensor).data)).toEqual([5, 12]);
    expect(Array.from(auxiliary.product.data)).toEqual([15, 48]);
    expect(auxiliary.constant.data[0]).toBe(7);
  });

  test("one tensor at two places of the tree has two derivatives", () => {
    const x = tensor([3]);
    const slopes = gradient(({ a, b }: { a: Tensor; b: Tensor }) => sum(mul(square(a), b)))({ a: x, b: x });
    expect([slopes.a.item(), slopes.b.item()]).toEqual([18, 9]);
  });

  test("a closure over the same tensor counts as constant", () => {
    const x = double(3);
    expect(gradient((y: Tensor) => mul(x, y))(x).item()).toBe(3);
  });

  test("the function itself as derivative's end points", () => {
    expect(gradient((x: Tensor) => x)(double(3)).item()).toBe(1);
    expect(gradient((_x: Tensor) => double(5))(double(3)).item()).toBe(0);
    const [unused] = gradient((parts: readonly Tensor[]) => sum(parts[1] as Tensor))([tensor([1, 2]), tensor([3])]);
    expect(Array.from((unused as Tensor).data)).toEqual([0, 0]);
    expect(gradient((_nothing: readonly Tensor[]) => double(1))([])).toEqual([]);
  });

  test("derivatives add up where a value is used several times", () => {
    expect(slope((x) => add(mul(x, x), mul(x, x)))(3)).toBe(12);
  });

  test("integers and what is cast to them count as constant", () => {
    expect(slope((x) => mul(x, cast(cast(x, "int32"), "float64")))(3.7)).toBe(3);
    const table = gradient((rows: Tensor, ids: Tensor) => sum(square(gatherRows(rows, ids))));
    expect(Array.from(table(tensor([1, 2, 3]), tensor([2, 2, 0], { elementType: "int32" })).data)).toEqual([2, 0, 12]);
  });

  test("gradients of single precision through double precision", () => {
    const slopes = gradient((x: Tensor) => sum(square(cast(x, "float64"))))(tensor([1, 2]));
    expect(slopes.elementType).toBe("float32");
    expect(Array.from(slopes.data)).toEqual([2, 4]);
  });

  test("a cotangent weights the output", () => {
    const x = placeholder({ elementType: "float32", shape: [2] });
    const [derivative] = backpropagate(mul(x, 3), [x], tensor([1, 10]));
    expect(derivative?.shape).toEqual([2]);
  });

  test("ten thousand operations in a row", () => {
    const f = (x: Tensor) => {
      let y = x;
      for (let step = 0; step < 10_000; step++) y = add(y, x);
      return y;
    };
    expect(slope(f)(1)).toBe(10_001);
  });
});

describe("orders and nesting", () => {
  test("derivatives of sin to the fifth", () => {
    let f: (x: Tensor) => Tensor = sin;
    const truth = [Math.cos, (x: number) => -Math.sin(x), (x: number) => -Math.cos(x), Math.sin, Math.cos];
    for (const expected of truth) {
      const previous = f;
      f = (x) => gradient(previous)(x);
      expect(f(double(0.7)).item()).toBeCloseTo(expected(0.7), 12);
    }
  });

  test("all derivatives of powers at 0, where the slope's formula would divide by zero", () => {
    const cube = (x: Tensor) => pow(x, 3);
    const second = (x: Tensor) => gradient(cube)(x);
    const third = (x: Tensor) => gradient(second)(x);
    const fourth = (x: Tensor) => gradient(third)(x);
    expect([cube, second, third, fourth].map((f) => slope(f)(0))).toEqual([0, 0, 6, 0]);
  });

  test("perturbations are not confused", () => {
    // Siskind and Pearlmutter 2005: the inner derivative is 1, and must not see the outer one.
    const confusing = slope((x) => mul(x, gradient((y: Tensor) => add(x, y))(double(1))));
    expect(confusing(1)).toBe(1);
    expect(slope((x) => mul(x, gradient((y: Tensor) => mul(x, y))(double(2))))(3)).toBe(6);
    expect(slope((x) => gradient((y: Tensor) => mul(mul(x, x), y))(x))(3)).toBe(6);
    expect(slope((x) => gradient((y: Tensor) => mul(y, mul(y, x)))(x))(3)).toBe(12);
  });

  test("an inner function closes over what an outer one differentiates by", () => {
    // d/dx of (d/dy (x y)^2 at y = 2) = d/dx 4 x^2 = 8 x
    expect(slope((x) => gradient((y: Tensor) => square(mul(x, y)))(double(2)))(3)).toBe(24);
  });

  test("products with a Hessian equal the closed form", () => {
    // f(x) = x' A x + sum x^3, H = A + A' + diag(6 x)
    const a = randomTensor([3, 3], "matrix");
    const x = randomTensor([3], "point");
    const v = randomTensor([3], "direction");
    const f = (y: Tensor) => {
      const row = mul(matrixProduct(y.rank === 1 ? stackRow(y) : y, a), y);
      return add(sum(row), sum(mul(y, square(y))));
    };
    const product = gradient((y: Tensor) => sum(mul(gradient(f)(y), v)))(x);
    for (let i = 0; i < 3; i++) {
      let expected = 6 * (x.data[i] as number) * (v.data[i] as number);
      for (let j = 0; j < 3; j++) {
        expected += ((a.data[i * 3 + j] as number) + (a.data[j * 3 + i] as number)) * (v.data[j] as number);
      }
      expect(product.data[i]).toBeCloseTo(expected, 10);
    }
  });

  test("MAML: an inner update is differentiated through", () => {
    // L(w) = (w - t)^2 / 2, k steps at rate r: w_k - t = (1 - r)^k (w - t), so dL(w_k)/dw = (1 - r)^2k (w - t).
    const rate = 0.3;
    const loss = (parameters: { w: Tensor }, t: Tensor) => sum(mul(square(sub(parameters.w, t)), 0.5));
    const adapt = (parameters: { w: Tensor }, t: Tensor, order: (slopes: Tensor) => Tensor) => {
      const slopes = gradient(loss)(parameters, t);
      return zipTrees([parameters, slopes], ([w, g]) => sub(w as Tensor, mul(order(g as Tensor), rate)));
    };
    const outer = (steps: number, order: (slopes: Tensor) => Tensor) =>
      gradient((parameters: { w: Tensor }, t: Tensor) => {
        let adapted = parameters;
        for (let step = 0; step < steps; step++) adapted = adapt(adapted, t, order);
        return loss(adapted, t);
      })({ w: double(5) }, double(2)).w.item();
    expect(outer(1, (slopes) => slopes)).toBeCloseTo(0.7 ** 2 * 3, 12);
    expect(outer(3, (slopes) => slopes)).toBeCloseTo(0.7 ** 6 * 3, 12);
    // First order (Nichol et al. 2018): the inner slopes count as constant.
    expect(outer(1, stopGradient)).toBeCloseTo(0.7 * 3, 12);
  });
});

describe("compiled gradients equal eager ones", () => {
  const parameters = {
    first: { weight: randomTensor([4, 3], "first"), bias: randomTensor([4], "bias") },
    second: { weight: randomTensor([2, 4], "second") },
  };
  const x = randomTensor([5, 3], "x");
  const y = randomTensor([5, 2], "y");
  type Parameters = typeof parameters;
  const loss = (p: Parameters, rows: Tensor, targets: Tensor) => {
    const hidden = tanh(add(linear(rows, p.first.weight), p.first.bias));
    return mean(square(sub(linear(hidden, p.second.weight), targets)));
  };
  const update = (p: Parameters) => {
    const slopes = gradient(loss)(p, x, y);
    return zipTrees([p, slopes], ([w, g]) => sub(w as Tensor, mul(g as Tensor, 0.1)));
  };

  async function compare<Result extends Tree>(f: (p: Parameters, x: Tensor, y: Tensor) => Result): Promise<void> {
    const eager = leavesOf(f(parameters, x, y));
    for (const backend of ["onnx", "reference"] as const) {
      const compiled = compile(f, { backend });
      const results = leavesOf(await compiled(parameters, x, y));
      await compiled.close();
      expect(results.map((leaf) => leaf.path)).toEqual(eager.map((leaf) => leaf.path));
      results.forEach((leaf, position) => {
        const expected = eager[position]?.tensor.data ?? [];
        leaf.tensor.data.forEach((value, index) => {
          expect(value).toBeCloseTo(expected[index] as number, 12);
        });
      });
    }
  }

  test("value, gradient and further results of a network", async () => {
    const both = valueAndGradient((p: Parameters, rows: Tensor, targets: Tensor) => [
      loss(p, rows, targets),
      { shown: neg(p.first.bias) },
    ]);
    await compare((p, rows, targets) => ({ ...both(p, rows, targets) }));
  });

  test("an update differentiated through, twice", async () => {
    await compare((p, rows, targets) => gradient((q: Parameters) => loss(update(update(q)), rows, targets))(p));
  });

  test("a gradient of traced values of which some are constants", async () => {
    await compare((p) => gradient((scale: Tensor) => mean(exp(mul(p.first.bias, scale))))(full([], 0.5, "float64")));
  });

  test("single precision", async () => {
    const single = mapTree(parameters, (leaf) => cast(leaf, "float32"));
    const compiled = compile((p: Parameters, rows: Tensor, targets: Tensor) => gradient(loss)(p, rows, targets));
    const slopes = await compiled(single, cast(x, "float32"), cast(y, "float32"));
    const truth = gradient(loss)(parameters, x, y);
    slopes.first.weight.data.forEach((value, index) => {
      expect(value).toBeCloseTo(truth.first.weight.data[index] as number, 5);
    });
    await compiled.close();
  });
});

describe("errors", () => {
  test("a value that is not one number", () => {
    expect(() => gradient((x: Tensor) => square(x))(tensor([1, 2]))).toThrow(ShapeError);
    expect(() => gradient((x: Tensor) => square(x))(tensor([1, 2]))).toThrow(/float32 \[2\].*gradient\.test\.ts:\d+/);
    expect(() => gradient((x: Tensor) => cast(x, "int32"))(double(1))).toThrow(/int32 \[\]/);
  });

  test("an argument that is not of floats, by its path", () => {
    const f = gradient((p: { ids: Tensor; w: Tensor }) => sum(p.w));
    expect(() => f({ ids: range(2), w: tensor([1]) })).toThrow(/int32 \[2\] at "ids".*gradient\.test\.ts:\d+/);
  });

  test("division of a gradient by zero is NaN or infinite, not an error", () => {
    expect(slope((x) => div(1, x))(0)).toBe(-Infinity);
  });
});

function stackRow(y: Tensor): Tensor {
  return mul(full([1, 1], 1, "float64"), y);
}
