export * from "./near-duplicate-filter.ts";
export { normalisedText } from "./normalised-text.ts";
export * from "./parent-filter.ts";
