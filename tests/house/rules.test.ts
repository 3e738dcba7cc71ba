import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { repository, type SourceFile, sourceFiles } from "./source-files.ts";

const sources = sourceFiles(["src", "recipes", "web/src"], [".ts", ".svelte", ".css"]);
const scripts = sources.filter(({ path }) => path.endsWith(".ts"));

const parse = ({ path, text }: SourceFile) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

/** Lines of a file that call Math.random, in code rather than in comments or texts. */
function randomCalls(file: SourceFile): string[] {
  const source = parse(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && /^Math\s*\??\.\s*random$/.test(node.getText())) {
      found.push(`${file.path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Statements of a file that are anything but `export ... from "..."`. */
function otherStatements(file: SourceFile): string[] {
  return parse(file)
    .statements.filter((statement) => !ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined)
    .map((statement) => `${file.path}: ${statement.getText().split("\n")[0]}`);
}

describe("the house", () => {
  test("no file has more than 500 lines", () => {
    const long = sources
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > 500);
    expect(sources.length).toBeGreaterThan(20);
    expect(long).toEqual([]);
  });

  test("index.ts re-exports and does nothing else", () => {
    const indexes = scripts.filter(({ path }) => path.startsWith("src/") && path.endsWith("/index.ts"));
    expect(indexes.length).toBeGreaterThan(1);
    expect(indexes.flatMap(otherStatements)).toEqual([]);
    expect(otherStatements({ path: "a.ts", text: 'export * from "./b.ts";\nexport const c = 1;' })).toHaveLength(1);
  });

  test("randomness is an argument", () => {
    expect(scripts.flatMap(randomCalls)).toEqual([]);
    expect(randomCalls({ path: "a.ts", text: "// Math.random\nconst a = Math.random();" })).toEqual(["a.ts:2"]);
  });

  test("nothing names a path of one machine", () => {
    // Written in two parts, so that this file does not find itself.
    const machinePath = new RegExp(
      `(?<![\\w.-])/(${["work", "root", "home/\\w+", "Users/\\w+", "tmp/peers"].join("|")})/\\w`,
    );
    const everything = [
      ...sourceFiles(
        ["src", "recipes", "web/src", "tests", "scripts", "benchmarks", "docs", ".ci"],
        [".ts", ".mjs", ".js", ".py", ".svelte", ".md", ".json", ".yaml", ".yml", "run"],
      ),
      ...["package.json", "tsconfig.json", "biome.json"].map((path) => ({
        path,
        text: readFileSync(join(repository, path), "utf8"),
      })),
    ];
    const found = everything.flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, index) => (machinePath.test(line) ? [`${path}:${index + 1}`] : [])),
    );
    expect(found).toEqual([]);
    expect(machinePath.test(["see ", "work", "main/a.ts"].join("/"))).toBe(true);
  });

  test("each room with an index is a subpath export, and each export is such a room", () => {
    const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
    const indexed = scripts.flatMap(({ path }) => /^src\/([^/]+)\/index\.ts$/.exec(path)?.[1] ?? []);
    const exported = Object.keys(manifest.exports).filter((name) => name !== "./package.json");
    expect(exported.sort()).toEqual(indexed.map((room) => `./${room}`).sort());
  });
});
