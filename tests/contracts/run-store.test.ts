import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryRunStore } from "../../src/runs/memory-run-store.ts";
import { createRun, openRun } from "../../src/runs/run-database.ts";
import { runStoreContract } from "./run-store.contract.ts";

runStoreContract("SQLite", (configuration) => {
  const directory = mkdtempSync(join(tmpdir(), "illume-run-"));
  const stores = [createRun({ directory, configuration })];
  return {
    store: stores[0] as (typeof stores)[0],
    reopen: () => {
      for (const store of stores) store.close();
      stores.push(openRun({ directory, mode: "write" }));
      return stores.at(-1) as (typeof stores)[0];
    },
    dispose: () => {
      for (const store of stores) store.close();
      rmSync(directory, { recursive: true });
    },
  };
});

runStoreContract("Memory", (configuration) => {
  const store = memoryRunStore({ configuration });
  return { store, reopen: () => store, dispose: () => store.close() };
});
