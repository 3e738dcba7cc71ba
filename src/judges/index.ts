export type * from "./judge.ts";
export { makeJudge } from "./judge-parts.ts";
