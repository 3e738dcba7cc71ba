/** What a run was begun with: stored when it is made, because a report may be made elsewhere and later. */
import os from "node:os";
import process from "node:process";
import { packageVersion } from "../core/package-root.ts";
import type { RunStore } from "./run-store.ts";

/** The versions and the machine behind a run's numbers. */
export interface RunEnvironment {
  readonly illume: string;
  readonly node: string;
  readonly processor: string;
  /** Logical processors that the process could use. */
  readonly cores: number;
}

/** The name of the state that holds it. */
export const environmentKey = "environment";

/** Those of this process. */
export function currentEnvironment(): RunEnvironment {
  return {
    illume: packageVersion,
    node: process.versions.node,
    processor: os.cpus()[0]?.model ?? "unknown",
    cores: os.availableParallelism(),
  };
}

/** What a run was begun with; undefined where it was begun before that was stored, or in memory. */
export function runEnvironment(store: Pick<RunStore, "state">): RunEnvironment | undefined {
  return store.state(environmentKey) as RunEnvironment | undefined;
}
