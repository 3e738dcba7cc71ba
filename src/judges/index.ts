export type * from "./judge.ts";
export { makeJudge } from "./make-judge.ts";
