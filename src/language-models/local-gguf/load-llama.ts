/** node-llama-cpp, an optional package of native code. */
import { optionalPackage } from "../endpoints/optional-package.ts";
import type { LlamaModule } from "./llama-types.ts";

const name = "node-llama-cpp";

/** Throws MissingPackageError where it is not installed. @param purpose the model's id */
export function loadLlama(purpose: string): Promise<LlamaModule> {
  // By a variable, as the package's own types are not there where it is not installed.
  return optionalPackage(() => import(name) as Promise<LlamaModule>, {
    name,
    purpose,
    install: `${llamaInstall} (725 MB; 85 MB without graphics cards: docs/guide/models.md)`,
  });
}

/** What to install. The whole package has binaries for graphics cards; docs/guide/models.md says how to get by with less. */
export const llamaInstall = `${name}@3`;
