export { exportCommand } from "./export.ts";
export { improve } from "./improve.ts";
export { learn } from "./learn.ts";
export { measure } from "./measure.ts";
export { report } from "./report.ts";
export { reproduce } from "./reproduce.ts";
export { resume } from "./resume.ts";
export { search } from "./search.ts";
