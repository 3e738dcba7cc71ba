export { AtomicFile, writeFileAtomic } from "./atomic-file.ts";
export * from "./errors/index.ts";
export * from "./event-log.ts";
export { type JsonLine, parseJsonLines, readJsonLines, writeJsonLines } from "./json-lines.ts";
export * from "./random.ts";
export * from "./statistics/index.ts";
