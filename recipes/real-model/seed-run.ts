/** One seed of the recipe: the warmed-up model, and what each arm makes of it; every part resumes from its own run folder. */
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { improveRounds, warmUp } from "../../src/closed-loop/improve.ts";
import { lessonFolder } from "../../src/closed-loop/learn-adapter.ts";
import type { LoopContext } from "../../src/closed-loop/loop-context.ts";
import { measureTestSets, type TestSetResult } from "../../src/closed-loop/measurement.ts";
import { loadTarget, type Target } from "../../src/closed-loop/targets/target.ts";
import type { GradeSchoolProblem } from "../../src/reasoning/tasks/grade-school/problem.ts";
import type { MachineDescription } from "../closed-loop/machine.ts";
import { type FinishedPart, type SeedRunOptions, withRun } from "../closed-loop/seed-run.ts";
import type { RealModelArm } from "./arms.ts";

/** What a model gets right. */
export interface RealModelResult {
  /** By test set, in [0, 1]. */
  readonly accuracies: Readonly<Record<string, number>>;
  /** By test set: a digit for each problem, 1 where it is right. */
  readonly correct: Readonly<Record<string, string>>;
}

/** What an arm made of the warmed-up model. */
export interface RealModelArmResult extends RealModelResult {
  readonly evaluations: number;
  readonly failures: number;
  readonly failingCells: number;
  readonly examples: number;
  /** Different ones among them. */
  readonly different: number;
  /** New training tokens, as the domain counts them. */
  readonly tokens: number;
  /** Of everything in this part's run. */
  readonly seconds: number;
}

/** A seed's results. */
export interface RealModelSeed {
  readonly seed: number;
  readonly warmed: RealModelResult;
  readonly arms: Readonly<Record<RealModelArm, RealModelArmResult>>;
  readonly machine: MachineDescription;
}

const warmUpName = "warm-up";

/** Warms the model up and measures it. */
export function runWarmed(options: SeedRunOptions): Promise<FinishedPart<RealModelResult>> {
  return withRun(options, "warmed", undefined, async (context) => {
    const model = await warmUp(context, await loadTarget(context));
    return resultOf(await measured(context, model, "before"));
  });
}

/** Teaches the warmed-up model by one arm and measures what it became. */
export function runArm(options: SeedRunOptions, arm: RealModelArm): Promise<FinishedPart<RealModelArmResult>> {
  return withRun(options, arm, arm, async (context) => {
    const lesson = lessonFolder(context, warmUpName);
    const warmed = join(options.directory, "warmed", "checkpoints", warmUpName);
    if (!existsSync(lesson)) cpSync(warmed, lesson, { recursive: true });
    // The lesson is there: it is read, not repeated.
    const { model, rounds } = await improveRounds(context, await warmUp(context, await loadTarget(context)));
    const found = rounds.flatMap((round) => round.found);
    const failures = found.filter(({ correct }) => !correct);
    const sum = (count: (set: (typeof rounds)[number]["trainingSet"]) => number) =>
      rounds.reduce((total, { trainingSet }) => total + count(trainingSet), 0);
    return {
      ...resultOf(await measured(context, model, "after")),
      evaluations: found.length,
      failures: failures.length,
      failingCells: new Set(failures.map(({ cell }) => cell)).size,
      examples: sum(({ problems }) => problems.length),
      different: sum(({ different }) => different),
      tokens: sum(({ tokens }) => tokens),
      seconds: context.store
        .events("phase")
        .reduce((total, { payload }) => total + (payload as { readonly seconds: number }).seconds, 0),
    };
  });
}

async function measured(
  context: LoopContext<GradeSchoolProblem>,
  model: Target,
  label: "before" | "after",
): Promise<TestSetResult[]> {
  const phase = label === "before" ? "measure before" : "measure after";
  return context.phase(phase, 0, async () =>
    measureTestSets(context, await context.openModel.open(model), label, phase),
  );
}

function resultOf(results: readonly TestSetResult[]): RealModelResult {
  const share = (correct: Uint8Array) => correct.reduce((sum, one) => sum + one, 0) / correct.length;
  return {
    accuracies: Object.fromEntries(results.map(({ name, correct }) => [name, share(correct)])),
    correct: Object.fromEntries(results.map(({ name, correct }) => [name, correct.join("")])),
  };
}
