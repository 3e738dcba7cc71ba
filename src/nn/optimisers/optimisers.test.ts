import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { compile } from "../../tensor/compile.ts";
import { gradient } from "../../tensor/gradient.ts";
import { add, mul, sub } from "../../tensor/operations/arithmetic.ts";
import { square } from "../../tensor/operations/elementwise.ts";
import { sum } from "../../tensor/operations/reduction.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { leavesOf } from "../../tensor/tree.ts";
import { type AdamWState, adamWBuffers, applyAdamW, initialiseAdamW, updateAdamW } from "./adamw.ts";
import { clipByGlobalNorm, clippingScale, globalNorm, normOfArrays } from "./clipping.ts";
import { initialiseSgd, updateSgd } from "./sgd.ts";

type Pair = { a: Tensor; b: Tensor };
const pair = (a: number[], b: number[]): Pair => ({ a: tensor(a), b: tensor(b) });
const numbers = (tree: Pair) => leavesOf(tree).flatMap((leaf) => [...leaf.tensor.data]);
const finite = fc.float({ min: -100, max: 100, noNaN: true });
const vectors = fc.tuple(
  fc.array(finite, { minLength: 3, maxLength: 3 }),
  fc.array(finite, { minLength: 2, maxLength: 2 }),
);

describe("clipping", () => {
  test("bounds the norm and keeps the direction; smaller gradients stay as they are", () => {
    fc.assert(
      fc.property(vectors, fc.float({ min: Math.fround(0.01), max: 50, noNaN: true }), ([a, b], greatest) => {
        const before = pair(a, b);
        const norm = Math.hypot(...a, ...b);
        const after = clipByGlobalNorm(before, greatest);
        expect(globalNorm(after).item()).toBeLessThanOrEqual(greatest * (1 + 1e-5));
        expect(globalNorm(before).item()).toBeCloseTo(norm, 3);
        const scale = norm > greatest ? greatest / norm : 1;
        expect(clippingScale(norm, greatest)).toBe(scale);
        const wanted = numbers(before).map((value) => value * scale);
        numbers(after).forEach((value, index) => {
          expect(Math.abs(value - (wanted[index] as number))).toBeLessThan(1e-4);
        });
        if (norm < greatest * 0.999) expect(numbers(after)).toEqual(numbers(before));
      }),
    );
  });

  test("differentiable where all gradients are zero", () => {
    const slopes = gradient((at: Pair) => {
      const clipped = clipByGlobalNorm(at, 2);
      return add(sum(clipped.a), mul(3, sum(clipped.b)));
    });
    expect(numbers(slopes(pair([0, 0, 0], [0, 0])))).toEqual([1, 1, 1, 3, 3]);
  });

  test("norms of arrays do not overflow float32", () => {
    expect(normOfArrays([Float32Array.of(3e30), Float32Array.of(4e30)])).toBeCloseTo(5e30, -25);
    expect(normOfArrays([])).toBe(0);
  });

  test.each([0, -1, Number.NaN])("refuses the bound %d", (greatest) => {
    expect(() => clipByGlobalNorm(pair([1, 2, 3], [4, 5]), greatest)).toThrow(InvalidArgumentError);
  });
});

describe("SGD", () => {
  test("a constant gradient with momentum: the closed form", () => {
    const [momentum, learningRate, steps] = [0.9, 0.1, 20];
    const slope = pair([1, -2, 0], [0.5, 3]);
    const step = (parameters: Pair, velocity: Pair) =>
      updateSgd({ parameters, gradient: slope, velocity, learningRate }, { momentum });
    let state = { parameters: pair([0, 0, 0], [1, 1]), velocity: initialiseSgd(slope) };
    for (let index = 0; index < steps; index++) state = step(state.parameters, state.velocity);
    // Step t moves by rate g (1 - m^t) / (1 - m).
    let moved = 0;
    for (let t = 1; t <= steps; t++) moved += (learningRate * (1 - momentum ** t)) / (1 - momentum);
    const start = [0, 0, 0, 1, 1];
    numbers(state.parameters).forEach((value, index) => {
      expect(value).toBeCloseTo((start[index] as number) - moved * (numbers(slope)[index] as number), 4);
    });
  });

  test("compiled, without momentum: w shrinks by (1 - rate)^t on a parabola", async () => {
    const step = compile((parameters: Pair, velocity: Pair, learningRate: Tensor) => {
      const slope = gradient((p: Pair) => mul(sum(square(p.a)), 0.5))(parameters);
      return updateSgd({ parameters, gradient: slope, velocity, learningRate });
    });
    let state = { parameters: pair([4, -2, 1], [1, 1]), velocity: initialiseSgd(pair([0, 0, 0], [0, 0])) };
    for (let index = 0; index < 5; index++) state = await step(state.parameters, state.velocity, tensor(0.5));
    expect(numbers(state.parameters)).toEqual([4 / 32, -2 / 32, 1 / 32, 1, 1]);
  });
});

describe("AdamW", () => {
  test("the first step is the rate times the gradient's sign, beside the decay", () => {
    const slope = pair([3, -1e-3, 0], [50, -7]);
    const parameters = pair([1, 1, 1], [-2, 0]);
    const options = { weightDecay: 0.5, epsilon: 1e-12 };
    const { parameters: after } = updateAdamW(
      { parameters, gradient: slope, state: initialiseAdamW(parameters), learningRate: 0.1 },
      options,
    );
    const wanted = [0.95 - 0.1, 0.95 + 0.1, 0.95, -1.9 - 0.1, 0.1];
    numbers(after).forEach((value, index) => {
      expect(value).toBeCloseTo(wanted[index] as number, 5);
    });
  });

  test("traced and in place agree over many steps, with a changing rate", () => {
    fc.assert(
      fc.property(fc.array(vectors, { minLength: 1, maxLength: 15 }), (slopes) => {
        let parameters = pair([1, 2, 3], [4, 5]);
        let state: AdamWState<Pair> = initialiseAdamW(parameters);
        const buffers = adamWBuffers(leavesOf(parameters).map((leaf) => Float32Array.from(leaf.tensor.data)));
        slopes.forEach(([a, b], index) => {
          const learningRate = 0.01 / (index + 1);
          const slope = pair(a, b);
          ({ parameters, state } = updateAdamW({ parameters, gradient: slope, state, learningRate }));
          const arrays = leavesOf(slope).map((leaf) => leaf.tensor.data as Float32Array);
          applyAdamW(buffers, arrays, { step: index + 1, learningRate });
        });
        const inPlace = buffers.parameters.flatMap((array) => [...array]);
        numbers(parameters).forEach((value, index) => {
          expect(Math.abs(value - (inPlace[index] as number))).toBeLessThan(1e-4);
        });
      }),
      { numRuns: 50 },
    );
  });

  test("finds the minimum of a parabola", () => {
    const target = pair([1, -2, 3], [0.5, 0]);
    const slopeAt = gradient((p: Pair) => sum(square(sub(p.a, target.a))));
    let parameters = pair([0, 0, 0], [0.5, 0]);
    let state = initialiseAdamW(parameters);
    for (let index = 0; index < 300; index++) {
      ({ parameters, state } = updateAdamW(
        { parameters, gradient: slopeAt(parameters), state, learningRate: 0.1 * (1 - index / 300) },
        { weightDecay: 0 },
      ));
    }
    numbers(parameters).forEach((value, index) => {
      expect(value).toBeCloseTo(numbers(target)[index] as number, 2);
    });
  });
});
