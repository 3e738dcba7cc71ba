export * from "./render-report.ts";
export type * from "./view-model.ts";
