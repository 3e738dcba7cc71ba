import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { constantSchedule, cosineSchedule, linearSchedule } from "./schedules.ts";

const schedules = { constant: constantSchedule, linear: linearSchedule, cosine: cosineSchedule };

describe.each(Object.entries(schedules))("%s schedule", (name, schedule) => {
  const end = (finalShare: number) => (name === "constant" ? 1 : finalShare);

  test("rises to 1 in the warm-up, ends at the final share and stays there", () => {
    const at = schedule({ steps: 101, warmupSteps: 4, finalShare: 0.1 });
    expect([0, 1, 2, 3, 4].map(at)).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    expect(at(100)).toBeCloseTo(end(0.1), 12);
    expect(at(1000)).toBeCloseTo(end(0.1), 12);
  });

  test("without warm-up it begins at 1; without a share it ends at 0", () => {
    const at = schedule({ steps: 11 });
    expect(at(0)).toBe(1);
    expect(at(10)).toBeCloseTo(end(0), 12);
    // Halfway, linear and cosine are both at the middle.
    expect(at(5)).toBeCloseTo(name === "constant" ? 1 : 0.5, 12);
  });

  test("stays within [0, 1] and never rises after the warm-up, whatever the numbers", () => {
    fc.assert(
      fc.property(
        fc.nat(50),
        fc.nat(60),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, warmupSteps, finalShare) => {
          const at = schedule({ steps, warmupSteps, finalShare });
          const rates = Array.from({ length: 80 }, (_, step) => at(step));
          expect(rates.filter((rate) => !(rate > -1e-12 && rate < 1 + 1e-12))).toEqual([]);
          const later = rates.slice(warmupSteps);
          expect(later.filter((rate, step) => step > 0 && rate > (later[step - 1] as number) + 1e-12)).toEqual([]);
        },
      ),
    );
  });
});

test("a quarter of a cosine", () => {
  expect(cosineSchedule({ steps: 5 })(1)).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12);
});
