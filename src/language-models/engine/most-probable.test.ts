import fc from "fast-check";
import { expect, test } from "vitest";
import { mostProbable } from "./most-probable.ts";

test("the first of all tokens in order of their scores, equal ones in order of their ids", () => {
  const scores = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 0, max: 45 }), (row, count) => {
      const order = row.map((_, token) => token).sort((a, b) => (row[b] as number) - (row[a] as number) || a - b);
      expect(mostProbable(Float32Array.from(row), count, 0.5)).toEqual(
        order.slice(0, count).map((token) => ({ token, logProbability: (row[token] as number) - 0.5 })),
      );
    }),
  );
});
