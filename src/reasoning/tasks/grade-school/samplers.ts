/** Complete samplers: of the pretraining distribution and of the whole space that search may reach. */
import type { RandomStream } from "../../../core/random.ts";
import { type Chapter, chapters } from "./chapters.ts";
import { isReservedSequence, isTestOnlyByNumbers } from "./held-out.ts";
import { type WordPoolName, wordPools } from "./lexicon.ts";
import type { OperationKind } from "./operations.ts";
import type { GradeSchoolProblem } from "./problem.ts";
import { drawDistractorKind, drawProblem, drawUntil } from "./problem-draw.ts";
import { allKindChoices, drawSequence } from "./sequences.ts";
import { type SurfaceName, surfaceNames } from "./surfaces.ts";

/** The side of the split by hash of sequence and numbers. */
export type Side = "training" | "test";

/** The most steps of a problem in search and training. */
export const greatestSteps = 6;

/** Probability of 0, 1, 2 distractors in the whole space. */
export const distractorProbabilities = [0.5, 0.25, 0.25] as const;

export interface ProblemConditions {
  readonly kinds: readonly OperationKind[];
  readonly surface: SurfaceName;
  readonly words: WordPoolName;
  readonly distractors: number;
  readonly side: Side;
}

/** A problem with these conditions, or undefined where the draw was infeasible or on the other side. */
export function drawConditionedProblem(
  conditions: ProblemConditions,
  random: RandomStream,
): GradeSchoolProblem | undefined {
  const problem = drawProblem(
    {
      kinds: conditions.kinds,
      surface: conditions.surface,
      words: wordPools[conditions.words],
      distractors: Array.from({ length: conditions.distractors }, () => drawDistractorKind(random)),
    },
    random,
  );
  if (problem === undefined) return undefined;
  const testOnly = isTestOnlyByNumbers(problem.start, problem.steps);
  return testOnly === (conditions.side === "test") ? problem : undefined;
}

/** A problem of a chapter as the pretraining corpus has it, or its like on the test side. */
export function drawChapterProblem(chapter: Chapter, side: Side, random: RandomStream): GradeSchoolProblem {
  return drawUntil(() =>
    drawConditionedProblem(
      {
        kinds: chapter.drawSequence(random),
        surface: random.choice(chapter.surfaces),
        words: chapter.words,
        distractors: random.weightedIndex(chapter.distractors),
        side,
      },
      random,
    ),
  );
}

const chapterShares = chapters.map((chapter) => chapter.share);

/** A problem of the pretraining distribution, or its like on the test side. */
export function drawOrdinaryProblem(side: Side, random: RandomStream): GradeSchoolProblem {
  return drawChapterProblem(chapters[random.weightedIndex(chapterShares)] as Chapter, side, random);
}

/**
 * A problem of the whole space that search and training may use: steps uniform in 1 to 6, every operation uniform among
 * the possible ones, any surface and words; neither a reserved sequence nor a test-only problem.
 */
export function randomProblem(random: RandomStream): GradeSchoolProblem {
  return drawUntil(() => {
    const kinds = drawSequence(random.integer(1, greatestSteps + 1), allKindChoices, random);
    if (isReservedSequence(kinds)) return undefined;
    return drawConditionedProblem(
      {
        kinds,
        surface: random.choice(surfaceNames),
        words: "any",
        distractors: random.weightedIndex(distractorProbabilities),
        side: "training",
      },
      random,
    );
  });
}

/** The most steps of an easy problem. */
const greatestEasySteps = 2;

/** A problem of the pretraining distribution with one or two steps, training side. */
export function drawEasyProblem(random: RandomStream): GradeSchoolProblem {
  return drawUntil(() => {
    const problem = drawOrdinaryProblem("training", random);
    return problem.steps.length <= greatestEasySteps ? problem : undefined;
  });
}

/** Ordinary problems, such as a user has before any search: the pretraining distribution, training side. */
export function seedProblems(count: number, random: RandomStream): GradeSchoolProblem[] {
  return Array.from({ length: count }, () => drawOrdinaryProblem("training", random));
}
