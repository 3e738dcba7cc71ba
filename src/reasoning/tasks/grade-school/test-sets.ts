/**
 * Test sets, drawn from a seed on demand. Every problem is on the test side of the split by hash, so that none can
 * occur in pretraining, search or training; operation sequences outside the chapters are reserved ones, except in
 * "seven-steps", which is longer than anything search can make, and "whole-space", which has every sequence.
 */
import { UnknownNameError } from "../../../core/errors/unknown-name-error.ts";
import type { RandomStream } from "../../../core/random.ts";
import { chapters } from "./chapters.ts";
import { operationBin, operationBins, threeOrMore } from "./descriptors.ts";
import { isReservedSequence } from "./held-out.ts";
import { groupOfKind, type OperationGroup, type OperationKind, operationGroups, operationKinds } from "./operations.ts";
import type { GradeSchoolProblem } from "./problem.ts";
import { drawUntil } from "./problem-draw.ts";
import { renderPrompt } from "./render-problem.ts";
import {
  distractorProbabilities,
  drawConditionedProblem,
  drawOrdinaryProblem,
  greatestSteps,
  type ProblemConditions,
} from "./samplers.ts";
import { allKindChoices, drawSequence, kindChoices } from "./sequences.ts";
import { commonSurfaces, rareSurface, surfaceNames } from "./surfaces.ts";

/** A distribution of test-only problems. */
export interface TestSet {
  readonly name: string;
  /** What it tests, for people. */
  readonly description: string;
  /** The problem at a place of the set, or undefined where the draw was infeasible. */
  draw(random: RandomStream, index: number): GradeSchoolProblem | undefined;
}

function drawOrdinaryWording(kinds: readonly OperationKind[], random: RandomStream, distractors = 0) {
  return drawConditionedProblem(
    { kinds, surface: random.choice(commonSurfaces), words: "common", distractors, side: "test" },
    random,
  );
}

/** A reserved sequence with a number of steps in [least, most]. */
function drawReservedSequence(least: number, most: number, random: RandomStream): OperationKind[] {
  const length = random.integer(least, most + 1);
  return drawUntil(() => {
    const kinds = drawSequence(length, allKindChoices, random);
    return isReservedSequence(kinds) ? kinds : undefined;
  });
}

/** A sequence of a chapter that satisfies a condition, chapters alike. */
function drawChapterSequence(chapterNames: readonly OperationGroup[], random: RandomStream): OperationKind[] {
  return random.choice(chapters.filter(({ name }) => chapterNames.includes(name))).drawSequence(random);
}

const chaptersWithoutDistractors = chapters.filter(({ distractors }) => distractors[0] === 1).map(({ name }) => name);
const chaptersWithoutRareWording = chapters.filter(({ words }) => words === "common").map(({ name }) => name);

/** Percentages alone have too few numbers beyond these steps (18 stories with five steps, one with six). */
const mostPercentageSteps = 4;

/** Whether problems of a bin of operations can have a number of steps. */
function isWholeSpaceCell(label: string, steps: number): boolean {
  if (label === threeOrMore) return steps >= 3;
  if (label === "percentage") return steps <= mostPercentageSteps;
  return steps >= label.split(" + ").length;
}

/** The cells of operations x steps that have problems, and for each the kinds to draw from. */
const wholeSpaceCells = operationBins.flatMap((label, bin) => {
  const groups = label === threeOrMore ? operationGroups : label.split(" + ");
  const choices = kindChoices(operationKinds.filter((kind) => groups.includes(groupOfKind[kind])));
  return Array.from({ length: greatestSteps }, (_, index) => index + 1)
    .filter((steps) => isWholeSpaceCell(label, steps))
    .map((steps) => ({ bin, steps, choices }));
});

/** All test sets, from the ordinary to the hardest; README of this folder. */
export const testSets: readonly TestSet[] = [
  {
    name: "in-distribution",
    description: "problems as in pretraining",
    draw: (random) => drawOrdinaryProblem("test", random),
  },
  {
    name: "unseen-sequences",
    description: "2-3 steps in operation sequences never seen in pretraining, search or training",
    draw: (random) => drawOrdinaryWording(drawReservedSequence(2, 3, random), random),
  },
  {
    name: "more-steps",
    description: "4-5 steps in operation sequences never seen, longer than mixed groups ever were",
    draw: (random) => drawOrdinaryWording(drawReservedSequence(4, 5, random), random),
  },
  {
    name: "distractors",
    description: "known sequences with 1-2 needless sentences, in chapters that were pretrained without any",
    draw: (random) =>
      drawOrdinaryWording(drawChapterSequence(chaptersWithoutDistractors, random), random, random.integer(1, 3)),
  },
  {
    name: "unseen-wording",
    description: "known sequences in sentences, names and things that pretraining had in another chapter only",
    draw: (random) => {
      const kinds = drawChapterSequence(chaptersWithoutRareWording, random);
      return drawConditionedProblem(
        { kinds, surface: rareSurface, words: "rare", distractors: 0, side: "test" },
        random,
      );
    },
  },
  {
    name: "everything",
    description: "4-5 steps, unseen sequences, unseen wording and 1-2 distractors at once",
    draw: (random) => {
      const kinds = drawReservedSequence(4, 5, random);
      const conditions: ProblemConditions = {
        kinds,
        surface: rareSurface,
        words: "rare",
        distractors: random.integer(1, 3),
        side: "test",
      };
      return drawConditionedProblem(conditions, random);
    },
  },
  {
    name: "seven-steps",
    description: "7 steps: one more than search and training ever have",
    draw: (random) => drawOrdinaryWording(drawSequence(greatestSteps + 1, allKindChoices, random), random),
  },
  {
    name: "whole-space",
    description: "every combination of operations and number of steps alike often, any wording, 0-2 distractors",
    draw: (random, index) => {
      const cell = wholeSpaceCells[index % wholeSpaceCells.length] as (typeof wholeSpaceCells)[number];
      const kinds = drawSequence(cell.steps, cell.choices, random);
      if (operationBin(kinds) !== cell.bin) return undefined;
      return drawConditionedProblem(
        {
          kinds,
          surface: random.choice(surfaceNames),
          words: "any",
          distractors: random.weightedIndex(distractorProbabilities),
          side: "test",
        },
        random,
      );
    },
  },
];

/**
 * `count` problems of a test set, all with different texts; the set draws from the stream's split named after it.
 * Throws UnknownNameError where there is no such set.
 */
export function drawTestSet(name: string, count: number, random: RandomStream): GradeSchoolProblem[] {
  const testSet = testSets.find((candidate) => candidate.name === name);
  if (testSet === undefined) {
    throw new UnknownNameError({ kind: "test set", name, known: testSets.map((known) => known.name) });
  }
  const stream = random.split("test-set", name);
  const prompts = new Set<string>();
  const problems: GradeSchoolProblem[] = [];
  for (let index = 0; index < count; index++) {
    const problem = drawUntil(() => {
      const drawn = testSet.draw(stream, index);
      return drawn === undefined || prompts.has(renderPrompt(drawn)) ? undefined : drawn;
    });
    prompts.add(renderPrompt(problem));
    problems.push(problem);
  }
  return problems;
}
