export * from "./call-cache.ts";
export * from "./memory-run-store.ts";
export { type CreateRunOptions, createRun, type OpenRunOptions, openRun } from "./run-database.ts";
export * from "./run-folders.ts";
export * from "./run-store.ts";
