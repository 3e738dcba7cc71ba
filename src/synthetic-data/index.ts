export * from "./card.ts";
export * from "./card-markdown.ts";
export * from "./compare-data-sets.ts";
export * from "./export-rows.ts";
export * from "./malformed-rows-error.ts";
export * from "./measures/index.ts";
export * from "./read-rows.ts";
export type { DataRegions, ThinRegion } from "./regions.ts";
export type { TextFields } from "./rows-of-record.ts";
