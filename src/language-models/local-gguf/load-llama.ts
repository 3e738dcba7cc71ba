/** node-llama-cpp, an optional package of native code. */
import { optionalPackage } from "../endpoints/optional-package.ts";
import type { LlamaModule } from "./llama-types.ts";

const name = "node-llama-cpp";

/** Throws MissingPackageError where it is not installed. @param purpose the model's id */
export function loadLlama(purpose: string): Promise<LlamaModule> {
  // By a variable, as the package's own types are not there where it is not installed.
  return optionalPackage(() => import(name) as Promise<LlamaModule>, { name, purpose, install: smallestInstall() });
}

/**
 * What brings llama.cpp for this machine's processor without the packages for graphics cards (85 MB in place of 725).
 * The package for the processor is named by hand, because leaving out what is optional leaves out it as well.
 */
export function smallestInstall(platform: string = process.platform, architecture: string = process.arch): string {
  const binaries: Readonly<Record<string, string>> = {
    "linux-x64": "linux-x64",
    "linux-arm64": "linux-arm64",
    "darwin-arm64": "mac-arm64-metal",
    "darwin-x64": "mac-x64",
    "win32-x64": "win-x64",
    "win32-arm64": "win-arm64",
  };
  const binary = binaries[`${platform}-${architecture}`];
  return binary === undefined ? `${name}@3` : `${name}@3 @node-llama-cpp/${binary}@3 --omit=optional --ignore-scripts`;
}
