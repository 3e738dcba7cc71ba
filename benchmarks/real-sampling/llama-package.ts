/**
 * node-llama-cpp in a folder of its own, benchmarks/.node-llama-cpp, installed there when it is missing: it is no
 * dependency of illume's. Only the package for this machine's processor comes with it (85 MB in place of 725).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { LlamaModule } from "../../src/language-models/local-gguf/llama-types.ts";
import { BenchmarkError } from "../benchmark-error.ts";

export const llamaVersion = "3.22.1";
const folder = fileURLToPath(new URL("../.node-llama-cpp/", import.meta.url));

const binaries: Readonly<Record<string, string>> = {
  "linux-x64": "linux-x64",
  "linux-arm64": "linux-arm64",
  "darwin-arm64": "mac-arm64-metal",
  "darwin-x64": "mac-x64",
  "win32-x64": "win-x64",
};

/** Throws BenchmarkError where it cannot be installed. */
export async function loadLlamaPackage(): Promise<LlamaModule> {
  if (!existsSync(join(folder, "node_modules", "node-llama-cpp", "package.json"))) install();
  // Resolved from that folder, since the package is nowhere else.
  const entry = createRequire(join(folder, "package.json")).resolve("node-llama-cpp");
  return (await import(pathToFileURL(entry).href)) as LlamaModule;
}

function install(): void {
  const binary = binaries[`${process.platform}-${process.arch}`];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"private": true}\n');
  const packages = [`node-llama-cpp@${llamaVersion}`];
  if (binary !== undefined) packages.push(`@node-llama-cpp/${binary}@${llamaVersion}`, "--omit=optional");
  const { status, stderr } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status === 0) return;
  throw new BenchmarkError({
    expected: `node-llama-cpp ${llamaVersion} in benchmarks/.node-llama-cpp`,
    received: (stderr ?? "").trim().split("\n").at(-1) ?? "",
    remedy: "see that npm reaches its registry",
  });
}
