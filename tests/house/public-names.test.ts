import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publicNames } from "./public-names.ts";
import { repository } from "./source-files.ts";

const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { exports: object };
const rooms = Object.keys(manifest.exports).flatMap((name) => /^\.\/([\w-]+)$/.exec(name)?.[1] ?? []);
const read = (path: string) => readFileSync(join(repository, path), "utf8");

describe("public names", () => {
  test.each(rooms)("of illume/%s all have a doc comment", (room) => {
    const names = publicNames(`src/${room}/index.ts`, read);
    expect(names.length).toBeGreaterThan(2);
    const missing = names.filter(({ documented }) => !documented);
    expect(missing.map(({ path, line, name }) => `${path}:${line} ${name}`)).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ["a function", "/** A. */\nexport function a() {}\nexport function b() {}", ["a+", "b-"]],
    ["a constant", "/** A. */\nexport const a = 1;\nexport const b = 2;", ["a+", "b-"]],
    ["a type", "/** A. */\nexport type A = 1;\nexport interface B {}", ["A+", "B-"]],
    ["a class", "/** A. */\nexport class A {}\nexport abstract class B {}", ["A+", "B-"]],
    ["overloads", "/** A. */\nexport function a(b: 1): 1;\nexport function a(b: 2): 2;", ["a+"]],
    ["not exported", "function a() {}", []],
    ["another comment", "// A.\nexport const a = 1;", ["a-"]],
    ["the file's comment", '/** A. */\nimport "./d.ts";\n\nexport const a = 1;', ["a-"]],
    ["everything of a file", 'export * from "./c.ts";', ["C+", "D-"]],
    ["types of a file", 'export type * from "./c.ts";', ["C+", "D-"]],
    ["one of a file, under another name", 'export { C as E } from "./c.ts";', ["E+"]],
    ["of a documented type", 'import type { C } from "./c.ts";\nexport const a: C<1> = 1;', ["a+"]],
    [
      "made by a function of a documented type",
      'import type { C } from "./c.ts";\nexport const a = make();\nfunction make(): C<1> {}\nexport const b = other();',
      ["a+", "b-"],
    ],
    [
      "of another type",
      'import type { D } from "./c.ts";\nexport const a: D = 1;\nexport const b: D[] = [];',
      ["a-", "b-"],
    ],
  ])("%s", (_, text, expected) => {
    const files: Record<string, string> = {
      "src/a.ts": text,
      "src/c.ts": "/** C. */\nexport type C<N> = N;\nexport type D = 2;",
    };
    const names = publicNames("src/a.ts", (path) => files[path] as string);
    expect(names.map(({ name, documented }) => `${name}${documented ? "+" : "-"}`)).toEqual(expected);
  });

  test("what a file passes on has to be there", () => {
    const files: Record<string, string> = { "a.ts": 'export { b } from "./c.ts";', "c.ts": "const b = 1;" };
    expect(() => publicNames("a.ts", (path) => files[path] as string)).toThrow("does not export b");
  });
});
