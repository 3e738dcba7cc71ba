/** The user's own modules: TypeScript or JavaScript, loaded as they stand, whatever package they lie in. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

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
