import { expect, test } from "vitest";
import { RandomStream } from "../../core/random.ts";
import { attributeDescriptor } from "../../synthetic-data/measures/descriptor.ts";
import { duplicateRate } from "../../synthetic-data/measures/diversity/duplicate-rate.ts";
import { selfBleu } from "../../synthetic-data/measures/diversity/self-bleu.ts";
import type { DataRow } from "../../synthetic-data/measures/measure.ts";
import { sampleRows } from "../../synthetic-data/measures/sample-rows.ts";
import { promptCard, rowsMeasuredInFull, rowsSampled } from "./prompt-card.ts";

const words = ["red", "green", "blue", "one", "two", "three", "four"];

function rowsOf(count: number): DataRow[] {
  const random = new RandomStream(3);
  return Array.from({ length: count }, (_, index) => ({
    prompt: Array.from({ length: 5 }, () => random.choice(words)).join(" "),
    completion: "",
    attributes: { fitness: index % 2, topic: random.choice(["a", "b"]) },
  }));
}

const descriptors = [attributeDescriptor("topic", ["a", "b"])];
const cardOf = (rows: readonly DataRow[]) => promptCard(rows, { descriptors, random: new RandomStream(0) });

test("up to a size all measures are of all rows, with intervals", async () => {
  const rows = rowsOf(300);
  const card = await cardOf(rows);
  const found = card.rows.find(({ measure }) => measure === "self-bleu-13a-of-prompt");
  expect(found?.value).toBeCloseTo((await selfBleu({ part: "prompt" }).compute(rows)) / 100, 10);
  expect(card.rows.every(({ measure, interval }) => interval !== undefined || /entropy/u.test(measure))).toBe(true);
});

test("of more rows what compares them is of a sample that says so, the rest of all and exact", async () => {
  const rows = rowsOf(rowsMeasuredInFull + 1);
  const card = await cardOf(rows);
  const named = new Map(card.rows.map((row) => [row.measure, row]));
  expect(card.rowCount).toBe(rows.length);
  expect(named.get("mean-fitness")).toMatchObject({ value: 5000 / 10_001 });
  expect(named.get("mean-fitness")).not.toHaveProperty("interval");
  expect(named.get("duplicate-rate")?.value).toBe(await duplicateRate().compute(rows));

  const sampled = card.rows.filter(({ measure }) => measure.endsWith(`-of-${rowsSampled}-rows`));
  expect(sampled).toHaveLength(5);
  for (const { interval, description, value } of sampled) {
    expect(description).toContain(`in ${rowsSampled} rows drawn at random`);
    expect(interval?.[0]).toBeLessThanOrEqual(value);
    expect(interval?.[1]).toBeGreaterThanOrEqual(value);
  }
  const sample = sampleRows(rows, rowsSampled, new RandomStream(0).split("sample of rows"));
  const bleu = await selfBleu({ part: "prompt" }).compute(sample);
  expect(named.get(`self-bleu-13a-of-prompt-of-${rowsSampled}-rows`)?.value).toBeCloseTo(bleu / 100, 10);
  expect(await cardOf(rows)).toEqual(card);
});
