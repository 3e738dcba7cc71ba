/** The user's own modules: TypeScript or JavaScript, loaded as they stand, whatever package they lie in. */
import { existsSync, readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { StorageError } from "./errors/storage-error.ts";
import { quotedText } from "./quoted-text.ts";

/** Node's names of formats, and of what a file of theirs is that says `import` or `export`. */
const asModule: Readonly<Record<string, string>> = { commonjs: "module", "commonjs-typescript": "module-typescript" };
const moduleSyntax = /^\s*(?:import|export)\b/mu;
let isHooked = false;

/**
 * Imports a file. One that says `import` or `export` is a module also where its package.json has "type": "commonjs", which
 * npm init writes; so are the files that it imports, now or later. Throws what the module throws.
 *
 * @param file absolute path
 */
export function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  if (!isHooked) {
    isHooked = true;
    registerHooks({
      load: (url, context, next) => {
        const format = asModule[context.format ?? ""];
        if (format === undefined || !url.startsWith("file:") || url.includes("/node_modules/"))
          return next(url, context);
        const source = readFileSync(fileURLToPath(url), "utf8");
        return next(url, moduleSyntax.test(source) ? { ...context, format } : context);
      },
    });
  }
  return import(pathToFileURL(file).href);
}

/** A file that the user names for a function. */
export interface NamedModule {
  readonly path: string;
  /** "the judge's function" */
  readonly of: string;
  /** Default "check the path". */
  readonly remedy?: string;
  /** The error for a file that cannot be used, of what was received. */
  readonly notUsable: (received: string, cause?: unknown) => Error;
}

/** Imports it. Throws StorageError where there is no such file, and `notUsable` where it throws. */
export async function importNamedModule({
  path,
  of,
  remedy = "check the path",
  notUsable,
}: NamedModule): Promise<Readonly<Record<string, unknown>>> {
  const file = resolve(path);
  if (!existsSync(file)) {
    const received = `no file at ${quotedText(file, 1000)}`;
    throw new StorageError({ expected: `a module with ${of}`, received, remedy });
  }
  try {
    return await importModule(file);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw notUsable(`an error while it was loaded (${quotedText(said, 300)})`, error);
  }
}

/** The names of a module's exports, for errors. */
export function exportsOf(module: Readonly<Record<string, unknown>>): string {
  return `the exports ${Object.keys(module).join(", ") || "(none)"}`;
}
