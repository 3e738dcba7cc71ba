/** Finds the built page of the report; in a source checkout it is built when it is missing or older than its sources. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { StorageError } from "../core/errors/storage-error.ts";
import { packageRoot } from "../core/package-root.ts";

/** The page's HTML with its placeholders. Throws StorageError where there is none and none can be built. */
export function pageTemplate(): string {
  const published = join(packageRoot, "dist", "page", "report.html");
  const sources = join(packageRoot, "web");
  // The published package has no web/report.html.
  if (!existsSync(join(sources, "report.html"))) return read(published);
  const built = join(sources, "dist", "report.html");
  if (isStale(built, sources)) build(sources, built);
  return read(built);
}

function isStale(built: string, sources: string): boolean {
  if (!existsSync(built)) return true;
  const builtAt = statSync(built).mtimeMs;
  // The page shares a few files with this folder.
  const folders = [sources, join(packageRoot, "src", "report")];
  return folders.some((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).some(
      (entry) =>
        entry.isFile() &&
        !entry.parentPath.startsWith(dirname(built)) &&
        !entry.name.endsWith(".test.ts") &&
        statSync(join(entry.parentPath, entry.name)).mtimeMs > builtAt,
    ),
  );
}

/** Builds beside the target and renames, so that processes that build at the same time read no half page. */
function build(sources: string, built: string): void {
  mkdirSync(dirname(built), { recursive: true });
  const folder = mkdtempSync(join(dirname(built), "build-"));
  try {
    const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin", "vite.js");
    execFileSync(process.execPath, [vite, "build", sources, "--outDir", folder, "--logLevel", "error"], {
      stdio: "pipe",
      // A test runner's own mode would make a page for development.
      env: { ...process.env, NODE_ENV: "production", VITEST: undefined },
    });
    renameSync(join(folder, "report.html"), built);
  } catch (cause) {
    throw new StorageError({
      expected: `the report's page to be built from ${sources}`,
      received: cause instanceof Error ? (cause.message.split("\n")[0] as string) : String(cause),
      remedy: "run `npm install`, then `npm run build:page`, which shows the whole fault",
      cause,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new StorageError({
      expected: `the report's page at ${file}`,
      received: "no readable file",
      remedy: "install illume again",
      cause,
    });
  }
}
