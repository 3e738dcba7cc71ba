/**
 * The closed loop: measure the model, search for problems that it gets wrong, teach it verified solutions of them,
 * measure again, and attack what it became. Every phase continues where a stopped run left it.
 */
import type { RandomStream } from "../core/random.ts";
import { type SearchSeed, searchFailures } from "./failure-search.ts";
import type { StoredFound } from "./found-problem.ts";
import { type LoopContext, type LoopOptions, withLoopContext } from "./loop-context.ts";
import { measureTestSets, type TestSetResult } from "./measurement.ts";
import { type AskableTarget, type Lesson, loadTarget, requireTeachable, type Target } from "./targets/target.ts";
import { measureTrainingCard } from "./training-card.ts";
import { drawTrainingSet, lessonOf, type TrainingSet } from "./training-set.ts";

/** Accuracy on the same test sets before and after, in the order of the domain's sets, and what was taught. */
export interface ImproveResult {
  readonly before: readonly TestSetResult[];
  readonly after: readonly TestSetResult[];
  /** The taught model. */
  readonly model: AskableTarget;
}

/** Names of the searches in the run store. */
export const renewedAttackName = "renewed attack";
export function searchName(round: number): string {
  return `round ${round}`;
}

/**
 * The whole loop: measure, search and learn in rounds, measure again, renew the attack. Everything is committed to the
 * store before it is used, so that called again with the same store it goes on where it stopped.
 * Throws InterruptedError where the signal aborts, NumericalError where training diverges, StorageError where the run's
 * folder cannot be written.
 */
export async function improve(options: LoopOptions): Promise<ImproveResult> {
  return withLoopContext(options, improveWith);
}

async function improveWith<Problem>(context: LoopContext<Problem>): Promise<ImproveResult> {
  context.report({ phase: "prepare", round: 0, done: 0, total: 1 });
  const model = await warmUp(context, await loadTarget(context));

  const before = await context.phase("measure before", 0, async () =>
    measureTestSets(context, await context.openModel.open(model), "before", "measure before"),
  );
  const { model: taught, rounds } = await improveRounds(context, model);
  const after = await context.phase("measure after", 0, async () =>
    measureTestSets(context, await context.openModel.open(taught), "after", "measure after"),
  );
  if (context.configuration.attack.renewed) await renewAttack(context, taught);
  const sets = rounds.map(({ trainingSet }) => trainingSet);
  await context.phase("report", 0, () => measureTrainingCard(context, sets));
  return { before, after, model: taught };
}

/**
 * The model after its first lessons, ordinary problems of few steps, where the configuration has some: a model that has never
 * seen such problems fails at their form, and whatever it were taught would look good.
 */
export async function warmUp<Problem>(context: LoopContext<Problem>, model: Target): Promise<Target> {
  const { examples, epochs } = context.configuration.warm;
  if (examples === 0) return model;
  const random = context.random.split("warm-up");
  const problems = context.domain.easyProblems(examples, random.split("problems"));
  const lesson = { name: "warm-up", phase: "warm-up", round: 0, epochs, random: random.split("learn") } as const;
  return context.phase("warm-up", 0, () =>
    teach(context, model, { ...lesson, trainingSet: lessonOf(context, problems) }),
  );
}

export interface RoundResult<Problem> {
  /** All that the round's search evaluated. */
  readonly found: readonly StoredFound<Problem>[];
  readonly trainingSet: TrainingSet<Problem>;
}

/** Search and learning, as many rounds as the configuration says; each round's search attacks the model so far. */
export async function improveRounds<Problem>(
  context: LoopContext<Problem>,
  target: Target,
): Promise<{ readonly model: Target; readonly rounds: readonly RoundResult<Problem>[] }> {
  let model = target;
  const results: RoundResult<Problem>[] = [];
  for (let round = 1; round <= context.configuration.rounds; round++) {
    const found = await searchRound(context, model, round, results.at(-1)?.found ?? []);
    const trainingSet = trainingSetOfRound(context, round, found);
    const before = model;
    model = await context.phase("learn", round, () => teach(context, before, roundLesson(context, round, trainingSet)));
    results.push({ found, trainingSet });
  }
  return { model, rounds: results };
}

/** The model after a lesson. Throws as requireTeachable and Target.learn. */
export async function teach<Problem>(
  context: LoopContext<Problem>,
  model: Target,
  lesson: Lesson<Problem>,
): Promise<Target> {
  return requireTeachable(model, context.configuration.model).learn(context, lesson);
}

/** A round's training set as a lesson. */
export function roundLesson<Problem>(
  { configuration, random }: LoopContext<Problem>,
  round: number,
  trainingSet: TrainingSet<Problem>,
): Lesson<Problem> {
  const { epochs } = configuration.learn;
  return { name: `round ${round}`, phase: "learn", round, epochs, trainingSet, random: random.split("learn", round) };
}

/** Ordinary problems to start a search from, as a user has them; the renewed attack has others than the rounds. */
export function seedsOf<Problem>(
  { domain, configuration, random }: LoopContext<Problem>,
  name: "seeds" | "seeds of the renewed attack" = "seeds",
): SearchSeed<Problem>[] {
  return domain.seedProblems(configuration.search.seeds, random.split(name)).map((problem) => ({ problem }));
}

/** One round's search. The first starts from seeds; later ones from problems of the last archive, where it has them. */
export async function searchRound<Problem>(
  context: LoopContext<Problem>,
  model: Target,
  round: number,
  last: readonly StoredFound<Problem>[],
): Promise<StoredFound<Problem>[]> {
  const { arm } = context.configuration.search;
  if (arm === "full-sampler" || arm === "in-distribution") return [];
  const random = context.random.split("search", round);
  const seeds =
    arm === "quality-diversity" && last.length > 0 ? steppingStones(context, last, random) : seedsOf(context);
  return context.phase("search", round, async () =>
    searchFailures({
      context,
      model: await context.openModel.open(model),
      name: searchName(round),
      arm,
      seeds,
      random,
      phase: "search",
      round,
    }),
  );
}

/** As many problems as there were seeds, from all cells of the last search alike. */
function steppingStones<Problem>(
  { configuration }: LoopContext<Problem>,
  last: readonly StoredFound<Problem>[],
  random: RandomStream,
): SearchSeed<Problem>[] {
  const cells = [...new Set(last.map(({ cell }) => cell))].sort((a, b) => a - b);
  const stream = random.split("stepping stones");
  const order = stream.shuffle(cells);
  return Array.from({ length: configuration.search.seeds }, (_, index) => {
    const cell = order[index % order.length];
    const { problem, id } = stream.choice(last.filter((entry) => entry.cell === cell));
    return { problem, parentId: id };
  });
}

/** What a round teaches; drawn again from the store's entries on resume, with the same result. */
export function trainingSetOfRound<Problem>(
  context: LoopContext<Problem>,
  round: number,
  found: readonly StoredFound<Problem>[],
): TrainingSet<Problem> {
  const { search, learn } = context.configuration;
  return drawTrainingSet(context, search.arm, found, learn, context.random.split("training set", round));
}

/** The same search at the same budget against the taught model, with seeds and random numbers of its own. */
async function renewAttack<Problem>(context: LoopContext<Problem>, model: Target): Promise<void> {
  await context.phase("renewed attack", 0, async () =>
    searchFailures({
      context,
      model: await context.openModel.open(model),
      name: renewedAttackName,
      arm: "quality-diversity",
      seeds: seedsOf(context, "seeds of the renewed attack"),
      random: context.random.split("renewed attack"),
      phase: "renewed attack",
      round: 0,
    }),
  );
}
