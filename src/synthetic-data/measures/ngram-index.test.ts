import fc from "fast-check";
import { expect, test } from "vitest";
import { NgramIndex } from "./ngram-index.ts";

test("equal n-grams of equal order, and only these, have equal ids", () => {
  const texts = fc.array(fc.array(fc.constantFrom("a", "b", "c", "", "a b"), { maxLength: 9 }), { maxLength: 8 });
  fc.assert(
    fc.property(texts, (rows) => {
      const index = new NgramIndex(4);
      const ids = new Map<string, number>();
      for (const tokens of rows) {
        const found = index.idsOf(tokens);
        let place = 0;
        for (let order = 1; order <= 4; order++) {
          for (let start = 0; start + order <= tokens.length; start++) {
            const gram = JSON.stringify(tokens.slice(start, start + order));
            const id = found[place++] as number;
            expect(ids.get(gram) ?? id).toBe(id);
            ids.set(gram, id);
          }
        }
        expect(place).toBe(found.length);
      }
      expect(new Set(ids.values()).size).toBe(ids.size);
      expect(index.size).toBe(ids.size);
      const ofOrder = (order: number) => [...ids.keys()].filter((gram) => JSON.parse(gram).length === order).length;
      expect([1, 2, 3, 4].map((order) => index.distinct(order))).toEqual([1, 2, 3, 4].map(ofOrder));
    }),
  );
});

test("ids stay when the table grows", () => {
  const tokens = Array.from({ length: 3000 }, (_, position) => `t${(position * position) % 997}`);
  const index = new NgramIndex(3);
  const first = index.idsOf(tokens);
  expect(index.idsOf(tokens)).toEqual(first);
  const bigrams = new Set(tokens.slice(1).map((token, position) => `${tokens[position]} ${token}`));
  expect(index.distinct(2)).toBe(bigrams.size);
});
