import { describe, expect, test } from "vitest";
import { wrongImports } from "./import-direction.ts";
import { sourceFiles } from "./source-files.ts";

const files = sourceFiles(["src", "recipes"], [".ts"]).filter(({ path }) => !path.endsWith(".test.ts"));

describe("imports", () => {
  test("go downwards only", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.flatMap(wrongImports)).toEqual([]);
  });

  test.each([
    ["upwards", "src/core/a.ts", 'import { b } from "../tensor/b.ts";', 1],
    ["upwards, types only", "src/nn/a.ts", 'import type { B } from "../runs/b.ts";', 1],
    ["upwards, on demand", "src/nn/deep/a.ts", 'await import("../../report/b.ts");', 1],
    ["upwards, passed on", "src/nn/index.ts", 'export * from "../cli/b.ts";', 1],
    ["out of the house", "src/cli/a.ts", 'import { b } from "../../tests/b.ts";', 1],
    ["another room's index", "src/nn/a.ts", 'import { b } from "../core/errors/index.ts";', 1],
    ["an unknown room", "src/attic/a.ts", "", 1],
    ["downwards", "src/cli/a.ts", 'import { b } from "../core/b.ts";\nimport { c } from "../../recipes/index.ts";', 0],
    ["the same room, packages", "src/nn/a.ts", 'import "./b.ts";\nimport "zod";\nimport "node:fs";', 0],
    ["in a comment", "src/core/a.ts", '// import { b } from "../nn/b.ts"', 0],
  ])("%s", (_, path, text, count) => {
    expect(wrongImports({ path, text })).toHaveLength(count);
  });
});
