import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const own = new URL("import-module.ts", import.meta.url).href;
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-module-"));
  const files = {
    "a.ts": 'import { two } from "./b.ts";\nexport default (text: string): number => text.length + two;\n',
    "b.ts": "export const two: number = 2;\n",
    "c.js": "module.exports = (text) => text.length;\n",
    "d.ts": "export default 3 3;\n",
    "e.js": 'export default async (text) => (await import("./b.ts")).two + text.length;\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a process of Node's own, because the test runner loads modules in its own way: what `code` prints, warnings included. */
function printed(code: string): string {
  const program = join(folder, "program.mjs");
  const at = pathToFileURL(folder).pathname;
  writeFileSync(
    program,
    `import { importModule } from ${JSON.stringify(own)};\nconst at = ${JSON.stringify(at)};\n${code}`,
  );
  return execFileSync(process.execPath, [program], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

const calls = `for (const name of ["a.ts", "c.js", "e.js"]) console.log(await (await importModule(at + "/" + name)).default("four"));`;

describe("modules of the user", () => {
  test.each(["commonjs", "module", undefined])("in a package of type %s", (type) => {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type }));
    const wanted = type === "module" ? ["a.ts", "e.js"] : ["a.ts", "c.js", "e.js"];
    const code = calls.replace('["a.ts", "c.js", "e.js"]', JSON.stringify(wanted));
    expect(printed(code)).toBe(type === "module" ? "6\n6" : "6\n4\n6");
  });

  test("a mistake in one is told as it is", () => {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "commonjs" }));
    const code = `await importModule(at + "/d.ts").catch((error) => console.log(error.message));`;
    expect(printed(code)).toMatch(/numeric literal|Unexpected number/u);
  });
});
