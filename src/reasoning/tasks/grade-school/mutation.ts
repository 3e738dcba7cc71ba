/**
 * Mutation: one or two edits of a problem, then new numbers and names.
 *
 * The edits: change, insert (twice as likely), delete or swap an operation; another surface; a distractor more or
 * fewer; new numbers; new vocabulary. What they give lies in the space that search and training may use: 1 to 6 steps,
 * no reserved sequence, no test-only problem.
 */
import type { RandomStream } from "../../../core/random.ts";
import type { Mutation } from "../../task.ts";
import { mostDistractors } from "./distractors.ts";
import { isReservedSequence, isTestOnlyByNumbers } from "./held-out.ts";
import { wordPools } from "./lexicon.ts";
import { type OperationKind, operationKinds } from "./operations.ts";
import { type Distractor, type GradeSchoolProblem, wordingVariants } from "./problem.ts";
import { drawDistractorKind, drawProblem, type KeptWords } from "./problem-draw.ts";
import { greatestSteps } from "./samplers.ts";
import { isStorySequence } from "./sequences.ts";
import { type SurfaceName, surfaceNames } from "./surfaces.ts";

/** What edits change; each makes a new one. */
interface Draft {
  /** Kind and wording of each step. */
  readonly steps: readonly { readonly kind: OperationKind; readonly variant: number }[];
  readonly surface: SurfaceName;
  readonly distractors: readonly Pick<Distractor, "kind" | "variant">[];
  /** Undefined where all words are to be drawn. */
  readonly words: Pick<KeptWords, "object" | "container" | "variant"> | undefined;
}

interface Edit {
  readonly weight: number;
  /** The changed draft and what was done, or undefined where the draft has no such change. */
  apply(draft: Draft, random: RandomStream): { readonly draft: Draft; readonly description: string } | undefined;
}

type DraftStep = Draft["steps"][number];

/** The kinds with which steps, one of them still to be chosen at `index`, are a story. */
function possibleKinds(steps: readonly DraftStep[], index: number): OperationKind[] {
  const kinds = steps.map((step) => step.kind);
  return operationKinds.filter((kind) => isStorySequence(kinds.with(index, kind)));
}

function drawVariant(random: RandomStream): number {
  return random.integer(0, wordingVariants);
}

const change: Edit = {
  weight: 1,
  apply(draft, random) {
    const index = random.integer(0, draft.steps.length);
    const before = (draft.steps[index] as DraftStep).kind;
    const kinds = possibleKinds(draft.steps, index).filter((kind) => kind !== before);
    if (kinds.length === 0) return undefined;
    const kind = random.choice(kinds);
    const steps = draft.steps.with(index, { kind, variant: drawVariant(random) });
    return { draft: { ...draft, steps }, description: `change ${before} to ${kind}` };
  },
};

const insert: Edit = {
  weight: 2,
  apply(draft, random) {
    if (draft.steps.length >= greatestSteps) return undefined;
    const index = random.integer(0, draft.steps.length + 1);
    const steps = draft.steps.toSpliced(index, 0, { kind: "add", variant: drawVariant(random) });
    const kinds = possibleKinds(steps, index);
    if (kinds.length === 0) return undefined;
    const kind = random.choice(kinds);
    const inserted = { kind, variant: drawVariant(random) };
    return { draft: { ...draft, steps: steps.with(index, inserted) }, description: `insert ${kind}` };
  },
};

const remove: Edit = {
  weight: 1,
  apply(draft, random) {
    const index = random.integer(0, draft.steps.length);
    const { kind } = draft.steps[index] as DraftStep;
    return { draft: { ...draft, steps: draft.steps.toSpliced(index, 1) }, description: `delete ${kind}` };
  },
};

const swap: Edit = {
  weight: 1,
  apply(draft, random) {
    if (draft.steps.length < 2) return undefined;
    const index = random.integer(0, draft.steps.length - 1);
    const first = draft.steps[index] as DraftStep;
    const second = draft.steps[index + 1] as DraftStep;
    if (first.kind === second.kind) return undefined;
    const steps = draft.steps.with(index, second).with(index + 1, first);
    return { draft: { ...draft, steps }, description: `swap ${first.kind} and ${second.kind}` };
  },
};

const anotherSurface: Edit = {
  weight: 1,
  apply(draft, random) {
    const surface = random.choice(surfaceNames.filter((name) => name !== draft.surface));
    return { draft: { ...draft, surface }, description: `tell it as ${surface}` };
  },
};

const distractor: Edit = {
  weight: 1,
  apply(draft, random) {
    const { distractors } = draft;
    const adds = distractors.length === 0 || (distractors.length < mostDistractors && random.integer(0, 2) === 0);
    if (adds) {
      const added = drawDistractorKind(random);
      return { draft: { ...draft, distractors: [...distractors, added] }, description: `distract by ${added.kind}` };
    }
    const index = random.integer(0, distractors.length);
    const { kind } = distractors[index] as Distractor;
    return {
      draft: { ...draft, distractors: distractors.toSpliced(index, 1) },
      description: `drop the distractor ${kind}`,
    };
  },
};

/** Numbers are drawn anew after every edit; this one changes nothing else. */
const newNumbers: Edit = { weight: 1, apply: (draft) => ({ draft, description: "change nothing else" }) };

const vocabulary: Edit = {
  weight: 1,
  apply(draft, random) {
    const steps = draft.steps.map(({ kind }) => ({ kind, variant: drawVariant(random) }));
    return { draft: { ...draft, steps, words: undefined }, description: "new vocabulary" };
  },
};

const edits: readonly Edit[] = [change, insert, remove, swap, anotherSurface, distractor, newNumbers, vocabulary];
const editWeights = edits.map((edit) => edit.weight);

/** How often edits, and numbers for one draft, are drawn before a mutation counts as impossible. */
const draftAttempts = 8;
const numberAttempts = 8;

/** A problem of the draft on the training side, or undefined where none was found. */
function drawOfDraft(draft: Draft, random: RandomStream): GradeSchoolProblem | undefined {
  const kinds = draft.steps.map((step) => step.kind);
  if (kinds.length > greatestSteps || !isStorySequence(kinds) || isReservedSequence(kinds)) return undefined;
  const kept: KeptWords = { ...draft.words, variants: draft.steps.map((step) => step.variant) };
  const plan = { kinds, surface: draft.surface, words: wordPools.any, distractors: draft.distractors, kept };
  for (let attempt = 0; attempt < numberAttempts; attempt++) {
    const problem = drawProblem(plan, random);
    if (problem !== undefined && !isTestOnlyByNumbers(problem.start, problem.steps)) return problem;
  }
  return undefined;
}

/** See the file's header. */
export function mutate(problem: GradeSchoolProblem, random: RandomStream): Mutation<GradeSchoolProblem> | undefined {
  const original: Draft = {
    steps: problem.steps.map(({ kind, variant }) => ({ kind, variant })),
    surface: problem.surface,
    distractors: problem.distractors.map(({ kind, variant }) => ({ kind, variant })),
    words: { object: problem.object, container: problem.container, variant: problem.variant },
  };
  for (let attempt = 0; attempt < draftAttempts; attempt++) {
    let draft = original;
    const descriptions: string[] = [];
    const count = random.integer(1, 3);
    while (descriptions.length < count && draft.steps.length > 0) {
      const edited = (edits[random.weightedIndex(editWeights)] as Edit).apply(draft, random);
      if (edited === undefined) continue;
      draft = edited.draft;
      descriptions.push(edited.description);
    }
    const mutated = drawOfDraft(draft, random);
    if (mutated !== undefined) {
      return { problem: mutated, description: `${descriptions.join(", ")}, new numbers and names` };
    }
  }
  return undefined;
}
