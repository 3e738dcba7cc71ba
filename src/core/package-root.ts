/** Where the package's own files are (models, the report's page) and which version it is, from sources and when built. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

function findPackageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, "package.json"))) {
    const parent = dirname(directory);
    // Bundled into something that has no package.json above it.
    if (parent === directory) return process.cwd();
    directory = parent;
  }
  return directory;
}

/** The folder of illume's package.json. */
export const packageRoot = findPackageRoot();

/** illume's version, e.g. "0.1.0". */
export const packageVersion: string = readVersion();

function readVersion(): string {
  try {
    return String(JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")).version);
  } catch {
    return "unknown";
  }
}
