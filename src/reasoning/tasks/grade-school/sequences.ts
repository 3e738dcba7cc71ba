/** Sequences of operation kinds: which make a story, and how to draw one. */
import type { RandomStream } from "../../../core/random.ts";
import { needsPrevious, type OperationKind, operationKinds, previousIsLive } from "./operations.ts";

/** Whether the kinds make a story: at least one, boxes only at the start, a live previous value where one is needed. */
export function isStorySequence(kinds: readonly OperationKind[]): boolean {
  let live = false;
  for (let index = 0; index < kinds.length; index++) {
    const kind = kinds[index] as OperationKind;
    if (kind === "boxes" && index > 0) return false;
    if (needsPrevious(kind) && !live) return false;
    live = previousIsLive(kind, live);
  }
  return kinds.length > 0;
}

/** Kinds that a step can have, by where it stands; made once for a set of kinds. */
export interface KindChoices {
  readonly first: readonly OperationKind[];
  readonly withoutPrevious: readonly OperationKind[];
  readonly withPrevious: readonly OperationKind[];
}

export function kindChoices(allowed: readonly OperationKind[]): KindChoices {
  return {
    first: allowed.filter((kind) => !needsPrevious(kind)),
    withoutPrevious: allowed.filter((kind) => kind !== "boxes" && !needsPrevious(kind)),
    withPrevious: allowed.filter((kind) => kind !== "boxes"),
  };
}

export const allKindChoices = kindChoices(operationKinds);

/** A story sequence of a given length, each kind uniform among those that are possible where it stands. */
export function drawSequence(length: number, choices: KindChoices, random: RandomStream): OperationKind[] {
  const kinds: OperationKind[] = [];
  let live = false;
  for (let index = 0; index < length; index++) {
    const possible = index === 0 ? choices.first : live ? choices.withPrevious : choices.withoutPrevious;
    const kind = random.choice(possible);
    kinds.push(kind);
    live = previousIsLive(kind, live);
  }
  return kinds;
}
