/** Packages that users install only for what they use. */
import { createRequire } from "node:module";
import { MissingPackageError } from "./errors/missing-package-error.ts";

/**
 * What a dynamic import gives. Throws MissingPackageError with the `npm install` that brings the package where it is not
 * there; other errors reach the caller as they are.
 *
 * @param load e.g. `() => import("@ai-sdk/openai")` @param install what to install, e.g. "ai @ai-sdk/openai"
 */
export async function optionalPackage<Module>(
  load: () => Promise<Module>,
  options: { readonly name: string; readonly purpose: string; readonly install: string },
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(error, options.name)) throw error;
    throw new MissingPackageError({
      expected: `the package ${options.name} for ${options.purpose}`,
      received: "none installed",
      remedy: `npm install ${options.install}`,
    });
  }
}

/** Whether a package is there to be loaded; nothing is loaded. */
export function isPackageInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch (error) {
    // A package for import alone cannot be required, but it is there.
    return error instanceof Error && "code" in error && error.code !== "MODULE_NOT_FOUND";
  }
}

function isMissing(error: unknown, name: string): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ERR_MODULE_NOT_FOUND" && (error as Error).message.includes(name);
}
