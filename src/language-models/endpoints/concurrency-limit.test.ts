import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ConcurrencyLimit, concurrencyLimit, halved, raised } from "./concurrency-limit.ts";

function afterSuccesses(limit: ConcurrencyLimit, successes: number): ConcurrencyLimit {
  let current = limit;
  for (let index = 0; index < successes; index++) current = raised(current);
  return current;
}

describe("the limit of concurrency", () => {
  test("a round of successes adds about one, up to the maximum", () => {
    const half = halved(concurrencyLimit(16), 0);
    expect(half.allowed).toBe(8);
    const round = afterSuccesses(half, 8).allowed;
    expect(round).toBeGreaterThan(8.9);
    expect(round).toBeLessThanOrEqual(9);
    expect(afterSuccesses(half, 1000).allowed).toBe(16);
  });

  test("requests that began together halve it once", () => {
    const start = concurrencyLimit(16);
    const once = halved(start, 0);
    expect(halved(once, 0)).toBe(once);
    expect(halved(once, 1).allowed).toBe(4);
  });

  test("stays between 1 and its maximum", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.array(fc.boolean()), (maximum, endings) => {
        let limit = concurrencyLimit(maximum);
        for (const well of endings) limit = well ? raised(limit) : halved(limit, limit.halvings);
        expect(limit.allowed).toBeGreaterThanOrEqual(1);
        expect(limit.allowed).toBeLessThanOrEqual(maximum);
      }),
    );
  });
});
