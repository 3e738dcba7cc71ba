/** What the recipe compares, and on what. */
import type { SearchArm } from "../../src/closed-loop/configuration.ts";

export const realModelArms = [
  "quality-diversity",
  "full-sampler-failures",
  "in-distribution",
] as const satisfies readonly SearchArm[];

/** One of the arms that are compared. */
export type RealModelArm = (typeof realModelArms)[number];

/** The domain's test sets that no lesson comes from. */
export const heldOutFamilies = ["unseen-sequences", "more-steps", "distractors", "unseen-wording"] as const;
