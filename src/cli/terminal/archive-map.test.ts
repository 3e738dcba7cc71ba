import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { hostileTexts, sampleViewModel } from "../../../tests/fixtures/report/sample.ts";
import { displayWidth } from "../../core/terminal-text.ts";
import type { ArchiveItemView, ArchiveView } from "../../report/view-model.ts";
import { drawArchiveMap } from "./archive-map.ts";

const plain = { columns: 80, colour: false, unicode: true };

const item = (bins: readonly number[], fitness: number, more: Partial<ArchiveItemView> = {}): ArchiveItemView => ({
  id: bins.join("/"),
  bins,
  problem: "",
  modelAnswer: "",
  rightAnswer: "",
  correct: false,
  fitness,
  iteration: 0,
  mutation: "",
  elite: true,
  ...more,
});

const archive: ArchiveView = {
  dimensions: [
    { name: "steps", bins: ["1", "2"] },
    { name: "operations", bins: ["add", "multiply", "percent"] },
  ],
  items: [
    item([0, 0], 0.4),
    item([0, 0], 0.9),
    item([1, 0], 2),
    item([1, 1], 1),
    item([0, 2], 1.5),
    item([1, 2], 2, { elite: false }),
  ],
  weakBelow: 1,
};

describe("drawArchiveMap", () => {
  test("draws each cell by its best elite, the longest dimension as rows", () => {
    expect(drawArchiveMap(archive, plain)).toEqual([
      "operations (rows) by steps (columns)",
      "         1 2",
      "     add ░ █",
      "multiply · ▒",
      " percent ▓ ·",
      "· empty 2, ░ weak 1; the model fails, by best fitness: ▒ from 1.00: 1, ▓ from",
      "1.33: 1, █ from 1.67: 1; of 6 cells.",
    ]);
  });

  test("says of how many rounds it is, and what failing means then", () => {
    expect(drawArchiveMap({ ...archive, rounds: 3 }, plain).slice(-2)).toEqual([
      'Of 3 rounds together: "fails" is said of the model that a problem\'s own round',
      "began with.",
    ]);
  });

  test("has plain characters for other terminals", () => {
    expect(drawArchiveMap(archive, { ...plain, unicode: false }).slice(2, 5)).toEqual([
      "     add - #",
      "multiply . o",
      " percent x .",
    ]);
  });

  test("colours only where colours are allowed", () => {
    const map = drawArchiveMap(archive, plain).join("\n");
    const coloured = drawArchiveMap(archive, { ...plain, colour: true }).join("\n");
    expect(map).not.toContain("\u001b");
    expect(coloured).toContain("\u001b[31m █\u001b[39m");
    expect(stripVTControlCharacters(coloured)).toBe(map);
  });

  test("an archive in which all failures are equally bad shows them at the strongest level", () => {
    const equal = { ...archive, items: [item([0, 0], 1)] };
    expect(drawArchiveMap(equal, plain)[2]).toBe("     add █ ·");
  });

  test("one level where failures are equally bad, and none where there are none", () => {
    const legendOf = (fitness: number) =>
      drawArchiveMap({ ...archive, items: [item([0, 0], fitness)] }, { ...plain, columns: 200 }).at(-1);
    expect(legendOf(1)).toBe("· empty 5, ░ weak 0; the model fails, by best fitness: █ from 1.00: 1; of 6 cells.");
    expect(legendOf(0.5)).toBe("· empty 5, ░ weak 1; the model fails in none; of 6 cells.");
  });

  test("names of columns that have no room stand below", () => {
    const named = {
      ...archive,
      dimensions: [{ name: "steps", bins: ["0 to 2 marks", "2 to 4 marks"] }, archive.dimensions[1] as never],
    };
    expect(drawArchiveMap(named, plain)).toContain("Columns: 0 to 2 marks, 2 to 4 marks.");
    expect(drawArchiveMap(archive, plain).join()).not.toContain("Columns:");
  });

  test("one dimension, and none", () => {
    const [first] = archive.dimensions;
    expect(drawArchiveMap({ dimensions: [first as never], items: [item([1], 2)], weakBelow: 1 }, plain)).toEqual([
      "steps (rows)",
      "       1 ·",
      "       2 █",
      "· empty 1, ░ weak 0; the model fails, by best fitness: ▒ from 1.00: 0, ▓ from",
      "1.33: 0, █ from 1.67: 1; of 2 cells.",
    ]);
    expect(drawArchiveMap({ dimensions: [], items: [], weakBelow: 1 }, plain)).toHaveLength(1);
  });

  test("joins neighbouring cells on narrow terminals and loses no failure", () => {
    const bins = Array.from({ length: 100 }, (_, index) => `bin ${index}`);
    const wide: ArchiveView = {
      dimensions: [
        { name: "rows", bins: [...bins, "last"] },
        { name: "columns", bins },
      ],
      items: [item([0, 99], 2), item([1, 0], 2), item([2, 57], 2)],
      weakBelow: 1,
    };
    const lines = drawArchiveMap(wide, { ...plain, columns: 40 });
    expect(lines.filter((line) => /^ *bin \d+ .*█/u.test(line))).toHaveLength(3);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(40);
  });

  test.each([40, 60, 80])("fits %i columns and 264 cells of a real archive", (columns) => {
    const { archive: real } = sampleViewModel({ items: 500 });
    const lines = drawArchiveMap(real as ArchiveView, { ...plain, columns });
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThan(24);
  });

  test("hostile names do nothing", () => {
    const names = hostileTexts.map((text) => text);
    const hostile: ArchiveView = {
      dimensions: [
        { name: names[5] as string, bins: names },
        { name: names[6] as string, bins: ["\u001b[2J", "\u202e"] },
        { name: "third", bins: ["\n\n", "\u001b]0;title\u0007"] },
      ],
      items: [],
      weakBelow: 1,
    };
    const lines = drawArchiveMap(hostile, plain);
    expect(lines.join("")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(lines.filter((line) => displayWidth(line) > 80)).toEqual([]);
  });
});
