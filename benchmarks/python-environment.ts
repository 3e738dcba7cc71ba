/**
 * The Python that has the peers: benchmarks/.venv, made from requirements.txt when it is missing or the file changed.
 * ILLUME_PEERS_PYTHON names another Python to use as it is; then its versions are checked and differences told.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BenchmarkError } from "./benchmark-error.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const requirementsPath = join(folder, "requirements.txt");
const environmentPath = join(folder, ".venv");
const stampPath = join(environmentPath, "requirements.sha256");
const candidates = ["python3.13", "python3.12", "python3.11", "python3", "python"];

export interface PythonEnvironment {
  readonly python: string;
  /** Versions that are there, by package of requirements.txt, and of Python itself. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Throws BenchmarkError where there is no Python 3.11 or newer, or the packages cannot be installed. */
export function pythonEnvironment(progress: (text: string) => void): PythonEnvironment {
  const given = process.env.ILLUME_PEERS_PYTHON;
  const python = given === undefined || given === "" ? ownEnvironment(progress) : given;
  const versions = installedVersions(python);
  for (const [name, version] of pinnedVersions()) {
    if (versions[name] === version) continue;
    const difference = `${name} ${versions[name] ?? "(missing)"} instead of ${version}`;
    // A package beside the one that is measured may be missing; the row that needs it says so.
    progress(`note: the peers' Python has ${difference}`);
  }
  return { python, versions };
}

function ownEnvironment(progress: (text: string) => void): string {
  const python = join(
    environmentPath,
    ...(process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"]),
  );
  const stamp = createHash("sha256").update(readFileSync(requirementsPath)).digest("hex");
  if (existsSync(stampPath) && readFileSync(stampPath, "utf8") === stamp) return python;
  const base = candidates.find((candidate) => isNewEnough(candidate));
  if (base === undefined) {
    throw new BenchmarkError({
      expected: "Python 3.11 or newer for the peers",
      received: `none among ${candidates.join(", ")}`,
      remedy: "install one, or name a Python that has requirements.txt in ILLUME_PEERS_PYTHON",
    });
  }
  progress(`making benchmarks/.venv with ${base} (several minutes, up to 6 GB; once)`);
  rmSync(environmentPath, { recursive: true, force: true });
  run(base, ["-m", "venv", environmentPath]);
  run(python, ["-m", "pip", "install", "--disable-pip-version-check", "-r", requirementsPath]);
  // Last, so that an interrupted installation is made anew.
  writeFileSync(stampPath, stamp);
  return python;
}

function isNewEnough(python: string): boolean {
  return spawnSync(python, ["-c", "import sys, venv; sys.exit(sys.version_info < (3, 11))"]).status === 0;
}

function run(command: string, args: readonly string[]): void {
  const result = spawnSync(command, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (result.status === 0) return;
  throw new BenchmarkError({
    expected: `to make the peers' Python environment (${[command, ...args].join(" ")})`,
    received: (result.stderr || result.error?.message || "").trim().split("\n").slice(-6).join("\n"),
    remedy: "see requirements.txt, or name a Python that has the packages in ILLUME_PEERS_PYTHON",
  });
}

/** [name, version] of each line `name==version`. */
function pinnedVersions(): [string, string][] {
  const lines = readFileSync(requirementsPath, "utf8").matchAll(/^([\w-]+)==(\S+)$/gm);
  return [...lines].map(([, name, version]) => [name as string, version as string]);
}

function installedVersions(python: string): Record<string, string> {
  const program = `
import importlib.metadata, json, platform, sys
versions = {"python": platform.python_version()}
for name in sys.argv[1:]:
    try:
        versions[name] = importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps(versions))`;
  try {
    const output = execFileSync(python, ["-c", program, ...pinnedVersions().map(([name]) => name)], {
      encoding: "utf8",
    });
    return JSON.parse(output);
  } catch (error) {
    throw new BenchmarkError({
      expected: "a Python that runs",
      received: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
      remedy: "check ILLUME_PEERS_PYTHON, or remove benchmarks/.venv",
      cause: error,
    });
  }
}
