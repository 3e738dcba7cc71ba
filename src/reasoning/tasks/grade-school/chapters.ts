/**
 * The chapters of the pretraining corpus: which operation sequences, wordings and distractors a model has seen.
 *
 * Every chapter has its own group of operations, so that what lies between the chapters (mixed groups, more steps) is
 * new to a pretrained model although each operation is not. Rare wording occurs in one chapter, distractors in another.
 */
import type { RandomStream } from "../../../core/random.ts";
import type { WordPoolName } from "./lexicon.ts";
import { groupOfKind, type OperationGroup, type OperationKind, operationKinds } from "./operations.ts";
import { drawSequence, kindChoices } from "./sequences.ts";
import { commonSurfaces, type SurfaceName, surfaceNames } from "./surfaces.ts";

export interface Chapter {
  readonly name: OperationGroup;
  /** Share of the pretraining problems; the shares sum to 1. */
  readonly share: number;
  readonly greatestSteps: number;
  readonly surfaces: readonly SurfaceName[];
  readonly words: WordPoolName;
  /** Probability of 0, 1, 2 distractors. */
  readonly distractors: readonly number[];
  /** Whether the sequence is one of the chapter's. */
  includes(kinds: readonly OperationKind[]): boolean;
  drawSequence(random: RandomStream): OperationKind[];
}

type ChapterWording = Pick<Chapter, "surfaces" | "words" | "distractors">;

const commonWording: ChapterWording = { surfaces: commonSurfaces, words: "common", distractors: [1, 0, 0] };

/** A chapter with all sequences of one group of operations up to a length. */
function groupChapter(name: OperationGroup, share: number, greatestSteps: number, wording: ChapterWording): Chapter {
  const choices = kindChoices(operationKinds.filter((kind) => groupOfKind[kind] === name));
  return {
    name,
    share,
    greatestSteps,
    ...wording,
    includes: (kinds) => kinds.length <= greatestSteps && kinds.every((kind) => groupOfKind[kind] === name),
    drawSequence: (random) => drawSequence(random.integer(1, greatestSteps + 1), choices, random),
  };
}

/** A percentage alone, or after one addition or subtraction. */
const percentageChapter: Chapter = {
  name: "percentage",
  share: 0.2,
  greatestSteps: 2,
  ...commonWording,
  includes: (kinds) =>
    kinds.at(-1) === "percentage" &&
    (kinds.length === 1 || (kinds.length === 2 && groupOfKind[kinds[0] as OperationKind] === "change")),
  drawSequence: (random) =>
    random.choice<OperationKind[]>([["percentage"], ["add", "percentage"], ["subtract", "percentage"]]),
};

export const chapters: readonly Chapter[] = [
  groupChapter("change", 0.3, 5, { surfaces: surfaceNames, words: "any", distractors: [1, 0, 0] }),
  groupChapter("groups", 0.25, 3, { ...commonWording, distractors: [0.6, 0.2, 0.2] }),
  groupChapter("comparison", 0.25, 3, commonWording),
  percentageChapter,
];

/** The chapter a sequence belongs to, or undefined where the pretraining corpus does not have it. */
export function chapterOf(kinds: readonly OperationKind[]): Chapter | undefined {
  return chapters.find((chapter) => chapter.includes(kinds));
}
