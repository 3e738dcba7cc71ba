export type * from "./task.ts";
export * from "./tasks/grade-school/index.ts";
export * from "./tasks/gsm8k/index.ts";
