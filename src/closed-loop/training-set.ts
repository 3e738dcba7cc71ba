/** What the model is taught in one round: new problems from the search's arm, and replayed ordinary ones. */
import type { RandomStream } from "../core/random.ts";
import { type EncodedExample, encodeExample } from "../language-models/engine/training-batches.ts";
import type { SearchArm } from "./configuration.ts";
import { requireSampler } from "./failure-search.ts";
import type { StoredFound } from "./found-problem.ts";
import type { LoopContext } from "./loop-context.ts";

export interface TrainingSet<Problem> {
  /** Problems to learn, with their verified reference solutions; may repeat where too few were found. */
  readonly problems: readonly Problem[];
  readonly replayed: readonly Problem[];
  /** How many different problems are among `problems`. */
  readonly different: number;
  /** Tokens of `problems` and their solutions, as the domain's own tokenizer counts them. */
  readonly tokens: number;
}

export interface TrainingBudget {
  /** The most new problems. */
  readonly examples: number;
  /** The most tokens of new problems and solutions, where arms are to be compared at equal tokens. */
  readonly tokens: number;
  readonly replay: number;
}

/** Draws a round's training set. */
export function drawTrainingSet<Problem>(
  context: LoopContext<Problem>,
  arm: SearchArm,
  found: readonly StoredFound<Problem>[],
  budget: TrainingBudget,
  random: RandomStream,
): TrainingSet<Problem> {
  const source = newProblems(context, arm, found, random.split("new problems"));
  const problems: Problem[] = [];
  const prompts = new Set<string>();
  let tokens = 0;
  while (problems.length < budget.examples) {
    const problem = source.next().value;
    if (problem === undefined) break;
    const { length } = exampleOf(context, problem).tokens;
    if (tokens + length > budget.tokens) break;
    tokens += length;
    problems.push(problem);
    prompts.add(context.domain.task.prompt(problem));
  }
  const replayed = context.domain.seedProblems(budget.replay, random.split("replay"));
  return { problems, replayed, different: prompts.size, tokens };
}

/** Problems that are taught as they are. */
export function lessonOf<Problem>(context: LoopContext<Problem>, problems: readonly Problem[]): TrainingSet<Problem> {
  const { task } = context.domain;
  return {
    problems,
    replayed: [],
    different: new Set(problems.map((problem) => task.prompt(problem))).size,
    tokens: problems.reduce((sum, problem) => sum + exampleOf(context, problem).tokens.length, 0),
  };
}

/** A problem with its reference solution in tokens. */
export function exampleOf<Problem>({ domain }: LoopContext<Problem>, problem: Problem): EncodedExample {
  const { task, tokenizer } = domain;
  return encodeExample(tokenizer, { prompt: task.prompt(problem), completion: task.solution(problem) });
}

function* newProblems<Problem>(
  context: LoopContext<Problem>,
  arm: SearchArm,
  found: readonly StoredFound<Problem>[],
  random: RandomStream,
): Generator<Problem, undefined> {
  if (arm === "in-distribution") {
    for (let part = 0; ; part++) yield* context.domain.seedProblems(100, random.split(part));
  }
  if (arm === "full-sampler") {
    const draw = requireSampler(context);
    for (;;) yield draw(random);
  }
  const failures = found.filter(({ correct }) => !correct);
  if (failures.length === 0) return undefined;
  // A sampler's failures are taken as they come; what a search found is balanced over its cells.
  if (arm === "full-sampler-failures") {
    for (let pass = 0; ; pass++) for (const { problem } of random.split(pass).shuffle(failures)) yield problem;
  }
  for (let pass = 0; ; pass++) yield* roundRobin(failures, random.split(pass));
}

/** One problem of each failing cell in turn until all are used, cells and their problems in random order. */
function* roundRobin<Problem>(failures: readonly StoredFound<Problem>[], random: RandomStream): Generator<Problem> {
  const byCell = new Map<number, StoredFound<Problem>[]>();
  for (const failure of failures) {
    const cell = byCell.get(failure.cell);
    if (cell === undefined) byCell.set(failure.cell, [failure]);
    else cell.push(failure);
  }
  let cells = random
    .shuffle([...byCell.keys()].sort((a, b) => a - b))
    .map((cell) => random.shuffle(byCell.get(cell) as StoredFound<Problem>[]));
  for (let place = 0; cells.length > 0; place++) {
    cells = cells.filter((cell) => place < cell.length);
    for (const cell of cells) yield (cell[place] as StoredFound<Problem>).problem;
  }
}
