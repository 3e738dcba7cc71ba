/** What the numbers were made with. */
import { execFileSync } from "node:child_process";
import os from "node:os";
import { packageRoot, packageVersion } from "../../src/core/package-root.ts";

export interface MachineDescription {
  readonly date: string;
  readonly illume: string;
  /** Undefined outside a git checkout. */
  readonly commit: string | undefined;
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
}

export function describeMachine(): MachineDescription {
  return {
    date: new Date().toISOString(),
    illume: packageVersion,
    commit: commitOf(packageRoot),
    node: process.versions.node,
    processor: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
  };
}

function commitOf(directory: string): string | undefined {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { cwd: directory, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}
