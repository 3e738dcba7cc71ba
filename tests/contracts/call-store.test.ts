import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryCallStore } from "../../src/language-models/calls/memory-call-store.ts";
import { createRun, openRun } from "../../src/runs/run-database.ts";
import { callStoreContract } from "./call-store.contract.ts";

callStoreContract("the store in memory", () => {
  const store = new MemoryCallStore();
  return { store, reopen: () => store, dispose: () => undefined };
});

callStoreContract("a run's table", () => {
  const root = mkdtempSync(join(tmpdir(), "illume-calls-"));
  const directory = join(root, "run");
  let run = createRun({ directory, configuration: {} });
  return {
    store: run.modelCalls,
    reopen: () => {
      run.close();
      run = openRun({ directory, mode: "write" });
      return run.modelCalls;
    },
    dispose: () => {
      run.close();
      rmSync(root, { recursive: true });
    },
  };
});
