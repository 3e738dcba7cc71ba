/**
 * The three dimensions of an archive of problems: 11 x 6 x 4 bins.
 *
 * Operations are told apart by which of the four groups occur (change, groups, comparison, percentage): 4 groups alone,
 * 6 pairs, and three or more. Of the 264 cells 228 can be filled: one step has one group, two have at
 * most two, and the only story of six percentages (50 % of 64, again and again) is reserved for tests.
 */
import type { TaskDescriptor } from "../../task.ts";
import { groupOfKind, type OperationKind, operationGroups } from "./operations.ts";
import { type GradeSchoolProblem, kindsOf } from "./problem.ts";
import { greatestSteps } from "./samplers.ts";
import { rareSurface } from "./surfaces.ts";

/** Bit g is set where operationGroups[g] occurs; in [1, 15]. */
function groupMask(kinds: readonly OperationKind[]): number {
  let mask = 0;
  for (const kind of kinds) mask |= 1 << operationGroups.indexOf(groupOfKind[kind]);
  return mask;
}

function groupsOfMask(mask: number): string[] {
  return operationGroups.filter((_, index) => (mask >> index) & 1);
}

const masks = Array.from({ length: 15 }, (_, index) => index + 1);
const singleMasks = masks.filter((mask) => groupsOfMask(mask).length === 1);
const pairMasks = masks.filter((mask) => groupsOfMask(mask).length === 2);
const ownBins = [...singleMasks, ...pairMasks];

/** The label of the last bin, which all sequences of three and of four groups share. */
export const threeOrMore = "three or more";

/** One label a bin of the operations descriptor. */
export const operationBins: readonly string[] = [...ownBins.map((mask) => groupsOfMask(mask).join(" + ")), threeOrMore];

/** The bin of a sequence, in [0, 11). */
export function operationBin(kinds: readonly OperationKind[]): number {
  const own = ownBins.indexOf(groupMask(kinds));
  return own < 0 ? ownBins.length : own;
}

const operations: TaskDescriptor<GradeSchoolProblem> = {
  name: "operations",
  bins: operationBins,
  bin: (problem) => operationBin(kindsOf(problem)),
};

/** Longer problems, which no search makes, fall into the last bin. */
const steps: TaskDescriptor<GradeSchoolProblem> = {
  name: "steps",
  bins: Array.from({ length: greatestSteps }, (_, index) => String(index + 1)),
  bin: (problem) => Math.min(problem.steps.length, greatestSteps) - 1,
};

const telling: TaskDescriptor<GradeSchoolProblem> = {
  name: "telling",
  bins: ["plain", "rare wording", "distractors", "rare wording + distractors"],
  bin: (problem) => (problem.surface === rareSurface ? 1 : 0) + (problem.distractors.length > 0 ? 2 : 0),
};

export const descriptors: readonly TaskDescriptor<GradeSchoolProblem>[] = [operations, steps, telling];
