import { runEnvironment } from "../runs/run-environment.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { ReportViewModel } from "./view-model.ts";

/** What the run was begun with: this process may be another version's, or another machine's. */
export function versionsOf(store: RunStore): ReportViewModel["versions"] {
  const begun = runEnvironment(store);
  return [
    { name: "illume", value: begun?.illume ?? "unknown" },
    { name: "Node.js", value: begun?.node ?? "unknown" },
    { name: "processor", value: begun === undefined ? "unknown" : `${begun.processor}, ${begun.cores} cores` },
  ];
}
