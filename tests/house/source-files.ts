/** The repository's own text files, for the tests of the house. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const repository = fileURLToPath(new URL("../..", import.meta.url));

export interface SourceFile {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** The files below some folders whose names end in one of `endings`, in the order of their paths. */
export function sourceFiles(folders: readonly string[], endings: readonly string[]): SourceFile[] {
  const paths: string[] = [];
  for (const folder of folders) {
    const absolute = join(repository, folder);
    if (!existsSync(absolute)) continue;
    for (const entry of readdirSync(absolute, { recursive: true, withFileTypes: true })) {
      const path = relative(repository, join(entry.parentPath, entry.name)).split(sep).join("/");
      if (!entry.isFile() || !endings.some((ending) => entry.name.endsWith(ending))) continue;
      if (/(^|\/)(node_modules|dist|\.venv)\//.test(path)) continue;
      paths.push(path);
    }
  }
  return paths.sort().map((path) => ({ path, text: readFileSync(join(repository, path), "utf8") }));
}
