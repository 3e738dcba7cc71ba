import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { attributeMean } from "./attribute-mean.ts";
import { lengthInCharacters, lengthInTokens, lengthInWords } from "./complexity/length.ts";
import { reasoningSteps, stepsOfRow } from "./complexity/reasoning-steps.ts";
import { attributeDescriptor, lengthDescriptor, numericDescriptor } from "./descriptor.ts";
import { archiveCoverage } from "./diversity/archive-coverage.ts";
import { compressionRatio } from "./diversity/compression-ratio.ts";
import { descriptorEntropy } from "./diversity/descriptor-entropy.ts";
import { duplicateGroups, duplicateRate } from "./diversity/duplicate-rate.ts";
import type { DataRow } from "./measure.ts";
import { verifierAccuracy } from "./quality/verifier-accuracy.ts";
import { sampleRows } from "./sample-rows.ts";

const row = (completion: string, attributes?: DataRow["attributes"], prompt = ""): DataRow =>
  attributes === undefined ? { prompt, completion } : { prompt, completion, attributes };

describe("quality", () => {
  test("verifier accuracy counts rows with a verdict only", async () => {
    const rows = [row("", { correct: true }), row("", { correct: false }), row("", { correct: true }), row("")];
    expect(await verifierAccuracy().compute(rows)).toBeCloseTo(2 / 3, 12);
    expect(await verifierAccuracy({ attribute: "passed" }).compute(rows)).toBeNaN();
    // The text "true" is no verdict.
    expect(await verifierAccuracy().compute([row("", { correct: "true" })])).toBeNaN();
  });

  test("verifier accuracy asks the verifier, which may take its time", async () => {
    const verify = async ({ completion }: DataRow) => (completion === "?" ? undefined : completion === "4");
    const rows = [row("4"), row("5"), row("?"), row("4")];
    expect(await verifierAccuracy({ verify }).compute(rows)).toBeCloseTo(2 / 3, 12);
  });

  test("the mean of an attribute", async () => {
    const measure = attributeMean({ attribute: "score", axis: "quality", range: [0, 10], higherMeans: "better" });
    expect(await measure.compute([row("", { score: 4 }), row("", { score: 7 }), row("", { score: "9" })])).toBe(5.5);
  });
});

describe("diversity", () => {
  test("compression ratio is the bytes of the lines over those of gzip", async () => {
    const texts = ["größer", "größer", "a b c"];
    const bytes = Buffer.from("größer\ngrößer\na b c");
    const expected = bytes.length / gzipSync(bytes, { level: 9 }).length;
    expect(await compressionRatio().compute(texts.map((text) => row(text)))).toBe(expected);
    const repeated = Array.from({ length: 500 }, () => row("the same sentence again"));
    expect(await compressionRatio().compute(repeated)).toBeGreaterThan(50);
  });

  test("duplicates: rate, groups, and rows that only look equal", async () => {
    const rows = [row("x", {}, "q"), row("y"), row("x", { steps: 2 }, "q"), row("y"), row("y"), row("qx")];
    expect(await duplicateRate().compute(rows)).toBeCloseTo(0.5, 12);
    expect(duplicateGroups(rows)).toEqual([
      [1, 3, 4],
      [0, 2],
    ]);
    expect(await duplicateRate({ part: "completion" }).compute(rows)).toBeCloseTo(0.5, 12);
    expect(duplicateGroups([row("b c", undefined, "a\n"), row("c", undefined, "a\nb ")])).toEqual([]);
  });

  test("coverage and entropy over two attributes", async () => {
    const descriptors = [attributeDescriptor("kind", ["add", "multiply"]), attributeDescriptor("cell", 4)];
    const rows = [
      row("", { kind: "add", cell: 0 }),
      row("", { kind: "add", cell: 0 }),
      row("", { kind: "multiply", cell: 3 }),
      row("", { kind: 0, cell: "1" }),
      row("", { kind: "add" }),
    ];
    expect(await archiveCoverage({ descriptors }).compute(rows)).toBe(3 / 8);
    expect(await descriptorEntropy({ descriptors }).compute(rows)).toBeCloseTo(1.5, 12);
    expect(descriptorEntropy({ descriptors }).range).toEqual([0, 3]);
    expect(() => archiveCoverage({ descriptors }).compute([row("", { kind: "divide", cell: 0 })])).toThrow(
      InvalidArgumentError,
    );
    expect(() => archiveCoverage({ descriptors }).compute([row("", { kind: "add", cell: 4 })])).toThrow("4 bins");
  });

  test("numbers fall between edges", () => {
    const descriptor = numericDescriptor("score", [0, 1, 5], (each) => each.attributes?.score as number | undefined);
    expect(descriptor.bins).toEqual(["< 0", "0", "1 to < 5", ">= 5"]);
    const binOf = (score: number) => descriptor.bin(row("", { score }));
    expect([-1, 0, 0.5, 1, 4.9, 5, Infinity].map(binOf)).toEqual([0, 1, 1, 2, 2, 3, 3]);
    expect(descriptor.bin(row(""))).toBeUndefined();
    expect(lengthDescriptor.bin(row("b c", undefined, "a ".repeat(6)))).toBe(1);
  });
});

describe("complexity", () => {
  test("steps are the attribute, else the lines before the answer", async () => {
    expect(stepsOfRow(row("1+1=2\n\n2*3=6\n#### 6\nafterword"))).toBe(2);
    expect(stepsOfRow(row("one line"))).toBe(1);
    expect(stepsOfRow(row(""))).toBe(0);
    expect(await reasoningSteps().compute([row("a\nb", { steps: 5 }), row("a\nb")])).toBe(3.5);
  });

  test("lengths in words, code points and tokens", async () => {
    const rows = [row("two words"), row("🙂é\n")];
    expect(await lengthInWords().compute(rows)).toBe(1.5);
    expect(await lengthInCharacters().compute(rows)).toBe(6);
    const tokenizer = { encode: (text: string) => text.split("") };
    expect(await lengthInTokens({ tokenizer: tokenizer as never }).compute(rows)).toBe(6.5);
    expect(await lengthInWords({ part: "both" }).compute([row("b", undefined, "a a")])).toBe(3);
  });
});

test("a sample keeps order and every row has the same chance", () => {
  const items = Array.from({ length: 10 }, (_, index) => index);
  const drawn = new Array<number>(10).fill(0);
  const random = new RandomStream(0);
  for (let round = 0; round < 3000; round++) {
    const sample = sampleRows(items, 3, random);
    expect(sample).toEqual([...new Set(sample)].sort());
    expect(sample.length).toBe(3);
    for (const item of sample) drawn[item] = (drawn[item] as number) + 1;
  }
  // 900 each; a standard deviation is 25.
  for (const count of drawn) expect(Math.abs(count - 900)).toBeLessThan(125);
  expect(sampleRows(items, 10, random)).toEqual(items);
});
