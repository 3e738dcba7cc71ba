import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { valueAndGradient } from "../tensor/gradient.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { preferenceLoss, preferenceMargins } from "./loss.ts";

const logSigmoid = (x: number) => -Math.log1p(Math.exp(-x));
const float = fc.double({ min: -8, max: 8, noNaN: true });

describe("direct preference optimisation", () => {
  test("is log 2 for a policy that is the reference", () => {
    const reference = tensor([-5, -3, -2, -9]);
    const targets = { reference, weights: tensor([0.5, 0.5]) };
    expect(preferenceLoss(reference, targets, 0.3).item()).toBeCloseTo(Math.LN2, 6);
    expect(Array.from(preferenceMargins(reference, reference).data)).toEqual([0, 0]);
  });

  test("has the loss and the derivative of the closed form, which finite differences confirm", () => {
    const pair = fc.tuple(float, float, float, float);
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 1, maxLength: 4 }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (pairs, beta) => {
          const column = (index: 0 | 1 | 2 | 3) => pairs.map((one) => one[index]);
          const policy = tensor([...column(0), ...column(1)]);
          const weights = pairs.map((_, index) => (index + 1) / 10);
          const targets = { reference: tensor([...column(2), ...column(3)]), weights: tensor(weights) };
          const loss = (given: Tensor) => preferenceLoss(given, targets, beta);
          const { value, gradient } = valueAndGradient(loss)(policy);
          const margins = pairs.map(([chosen, rejected, first, second]) => chosen - first - (rejected - second));
          const wanted = margins.reduce((sum, m, index) => sum - (weights[index] as number) * logSigmoid(beta * m), 0);
          expect(value.item()).toBeCloseTo(wanted, 4);
          margins.forEach((m, index) => {
            const slope = (-beta * (weights[index] as number)) / (1 + Math.exp(beta * m));
            expect(gradient.data[index] as number).toBeCloseTo(slope, 5);
            expect(gradient.data[pairs.length + index] as number).toBeCloseTo(-slope, 5);
          });
          const step = 1e-2;
          const moved = (by: number) =>
            loss(tensor(Float32Array.from(policy.data, (x, i) => (i === 0 ? x + by : x)))).item();
          expect((moved(step) - moved(-step)) / (2 * step)).toBeCloseTo(gradient.data[0] as number, 2);
        },
      ),
      { numRuns: 30 },
    );
  });
});
