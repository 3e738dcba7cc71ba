/**
 * Everything that is checked beside the tests: format and lint, types, unused code, imports, build, publishing.
 * Goes through all of them even when one fails, prints what failed, and ends with a summary.
 *
 *   npm run check                        everything
 *   npm run check -- types imports       only these
 *   npm run check -- --json FILE         also writes the counts to a file
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** In this order: the last ones need the build. */
const checks = [
  { name: "style", says: "format and lint", command: "biome ci --colors=off --error-on-warnings ." },
  { name: "types", says: "types", command: "tsc -p ." },
  {
    name: "page-types",
    says: "types of the page",
    command: "svelte-check --tsconfig web/tsconfig.json --fail-on-warnings",
  },
  { name: "unused", says: "unused files, exports and dependencies", command: "knip" },
  { name: "api", says: "documentation of public names", command: "typedoc --emit none" },
  { name: "imports", says: "imports go downwards, sizes of files", command: "vitest run tests/house" },
  { name: "page", says: "build of the page", command: "vite build web --logLevel warn" },
  { name: "build", says: "build of the package", command: "tsdown" },
  { name: "package", says: "the package's metadata", command: "publint --strict" },
  { name: "package-types", says: "types as others import them", command: "attw --pack . --profile esm-only" },
  {
    name: "publish",
    says: "publishing, as a dry run",
    command: "npm publish --dry-run --ignore-scripts --loglevel=error",
  },
];

const wanted = process.argv.slice(2);
const jsonFlag = wanted.indexOf("--json");
const jsonFile = jsonFlag >= 0 ? wanted.splice(jsonFlag, 2)[1] : undefined;
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`check: expected some of ${checks.map(({ name }) => name).join(", ")}, but got ${unknown.join(", ")}`);
  process.exit(2);
}

const path = `${join(root, "node_modules", ".bin")}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}`;
const env = { ...process.env, PATH: path, NO_COLOR: "1", FORCE_COLOR: "0" };

const results = [];
for (const check of checks) {
  if (wanted.length > 0 && !wanted.includes(check.name)) continue;
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(check.command, {
    cwd: root,
    env,
    shell: true,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const passed = status === 0;
  results.push({ name: check.name, passed });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (!passed) console.log(`\n--- ${check.command}\n${stdout}${stderr}---`);
  console.log(`${passed ? "passed" : "FAILED"}  ${check.name.padEnd(14)} ${seconds.padStart(6)} s  ${check.says}`);
}

const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
const passed = results.length - failed.length;
console.log(
  `\n${passed} of ${results.length} checks passed${failed.length > 0 ? `; failed: ${failed.join(", ")}` : ""}`,
);
if (jsonFile !== undefined) writeFileSync(jsonFile, JSON.stringify({ passed, failed: failed.length }));
process.exit(failed.length > 0 ? 1 : 0);
