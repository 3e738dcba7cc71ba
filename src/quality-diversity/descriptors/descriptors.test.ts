import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { splitWords } from "../../core/words.ts";
import { gridTessellation } from "../tessellations/grid-tessellation.ts";
import { categoricalDescriptor } from "./categorical-descriptor.ts";
import { describeItems } from "./descriptor.ts";
import { evenEdges, numericDescriptor } from "./numeric-descriptor.ts";
import { textLengthDescriptor } from "./text-length-descriptor.ts";

const identity = (value: number) => value;
const edgeLists = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
    minLength: 1,
    maxLength: 12,
    comparator: (a, b) => a === b,
  })
  .map((edges) => edges.map((edge) => edge + 0).sort((a, b) => a - b));

describe("numbers between edges", () => {
  test("every number falls in exactly the one bin whose borders hold it", () => {
    fc.assert(
      fc.property(edgeLists, fc.double({ noNaN: true }), (edges, value) => {
        const descriptor = numericDescriptor({ name: "x", edges, read: identity });
        const bin = descriptor.bin(value) as number;
        const holds = (index: number) =>
          value >= (edges[index - 1] ?? -Infinity) && (index === edges.length || value < (edges[index] as number));
        expect(descriptor.bins.map((_, index) => index).filter(holds)).toEqual([bin]);
      }),
    );
  });

  test("a border belongs to the bin above it, and the number just below it does not", () => {
    fc.assert(
      fc.property(edgeLists, (edges) => {
        const descriptor = numericDescriptor({ name: "x", edges, read: identity });
        for (const [index, edge] of edges.entries()) {
          expect(descriptor.bin(edge)).toBe(index + 1);
          const below = edge - Math.max(Number.MIN_VALUE, Math.abs(edge) * Number.EPSILON);
          if (below > (edges[index - 1] ?? -Infinity)) expect(descriptor.bin(below)).toBe(index);
        }
      }),
    );
  });

  test("what is no number has no bin", () => {
    const descriptor = numericDescriptor({ name: "x", edges: [0], read: (item: number | undefined) => item });
    expect([descriptor.bin(undefined), descriptor.bin(Number.NaN)]).toEqual([undefined, undefined]);
  });

  test.each([[[]], [[1, 1]], [[2, 1]], [[Number.NaN]], [[Infinity]]])("refuses the edges %j", (edges) => {
    expect(() => numericDescriptor({ name: "x", edges, read: identity })).toThrow(InvalidArgumentError);
  });

  test("even edges are those of a grid", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: -80, max: 160 }),
        (low, width, bins, value) => {
          const descriptor = numericDescriptor({
            name: "x",
            edges: evenEdges(low, low + width, bins),
            read: identity,
          });
          const grid = gridTessellation({ axes: [{ bins, low, high: low + width }] });
          expect(descriptor.bins).toHaveLength(bins);
          expect(descriptor.bin(value)).toBe(grid.cellOf(Float64Array.of(value), 0));
        },
      ),
    );
    expect(evenEdges(24, 96, 10)).toEqual([31.2, 38.4, 45.6, 52.8, 60, 67.2, 74.4, 81.6, 88.8]);
    for (const [low, high, bins] of [
      [0, 1, 1],
      [1, 1, 2],
      [0, Infinity, 3],
      [0, 1, 2.5],
    ] as const) {
      expect(() => evenEdges(low, high, bins)).toThrow(InvalidArgumentError);
    }
  });
});

describe("length of a text", () => {
  test("characters are code points, words stand between white space", () => {
    const characters = textLengthDescriptor({ unit: "characters", edges: evenEdges(0, 40, 40) });
    const words = textLengthDescriptor({ unit: "words", edges: [1, 2, 3, 4, 5] });
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        expect(characters.bin(text)).toBe(Math.min(39, [...text].length));
        expect(words.bin(text)).toBe(Math.min(5, splitWords(text).length));
      }),
    );
  });

  test("is named by its unit unless it has a name", () => {
    expect(textLengthDescriptor({ unit: "words", edges: [3] }).name).toBe("length-words");
    expect(textLengthDescriptor({ unit: "words", edges: [3], name: "size" }).name).toBe("size");
  });
});

describe("labels", () => {
  const bins = ["7", "red", "0"];
  const descriptor = categoricalDescriptor({
    name: "colour",
    bins,
    read: (value: string | number | undefined) => value,
  });

  test("a label, a bin's number, a number that is a label; a number in range is a bin's", () => {
    expect(["red", 1, 7, "0", 0, -0].map((value) => descriptor.bin(value))).toEqual([1, 1, 0, 2, 0, 0]);
  });

  test("a value that is no bin is an error that does not repeat it raw", () => {
    for (const value of ["\u001b[31mred", 3, -1, 0.5, Number.NaN]) {
      expect(() => descriptor.bin(value)).toThrow(InvalidArgumentError);
    }
    expect(() => descriptor.bin("\u001b[31m")).toThrow(/\\u001b/);
  });

  test.each([[[]], [["a", "a"]], [["a", " "]]])("refuses the labels %j", (labels) => {
    expect(() => categoricalDescriptor({ name: "x", bins: labels, read: () => 0 })).toThrow(InvalidArgumentError);
    expect(() => categoricalDescriptor({ name: " ", bins: ["a"], read: () => 0 })).toThrow(InvalidArgumentError);
  });
});

test("several dimensions make an archive's descriptor; one that is missing leaves none", async () => {
  const size = textLengthDescriptor({ unit: "characters", edges: [3] });
  const first = categoricalDescriptor({
    name: "first",
    bins: ["a", "b"],
    read: (text: string) => (text.startsWith("a") ? "a" : text.startsWith("b") ? "b" : undefined),
  });
  expect(await describeItems([size, first], ["bear", "", "an"])).toEqual([
    { descriptor: [1, 1], placements: [{ bin: 1 }, { bin: 1 }] },
    { descriptor: undefined, placements: [{ bin: 0 }, { bin: undefined, reason: "none" }] },
    { descriptor: [0, 0], placements: [{ bin: 0 }, { bin: 0 }] },
  ]);
});
