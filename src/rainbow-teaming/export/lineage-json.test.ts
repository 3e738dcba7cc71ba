import fc from "fast-check";
import { expect, test } from "vitest";
import type { PromptRecord } from "../run/prompt-records.ts";
import { lineageWriter, recordsAsJson } from "./lineage-json.ts";

const text = fc.string({ unit: "binary" });
const ancestor = fc.record({ id: text, iteration: fc.nat(), prompt: text });

test("lineages that share ancestors, and records, are the JSON that JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.array(ancestor, { minLength: 1 }), fc.array(fc.array(fc.nat())), text, (known, lines, seed) => {
      const lineages = lines.map((line) =>
        line.map((place) => known[place % known.length] as PromptRecord["lineage"][number]),
      );
      const write = lineageWriter();
      expect(lineages.map(write)).toEqual(lineages.map((lineage) => JSON.stringify(lineage)));
      const records = lineages.map((lineage, index): PromptRecord => {
        const rest = { id: `search/${index}`, prompt: seed, response: "", labels: {}, fitness: null, success: null };
        return { ...rest, iteration: index, lineage, ...(index % 2 === 0 && { seed }) };
      });
      expect([...recordsAsJson(records)]).toEqual(records.map((record) => JSON.stringify(record)));
    }),
  );
});
