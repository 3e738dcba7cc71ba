/** `illume learn`: only the training of the loop's first round, on what a search in this run found. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { programCommand } from "../core/program-command.ts";
import { loadFound } from "./found-problem.ts";
import { roundLesson, searchName, teach, trainingSetOfRound } from "./improve.ts";
import { type LoopOptions, withLoopContext } from "./loop-context.ts";
import { type AskableTarget, loadTarget } from "./targets/target.ts";
import { measureTrainingCard } from "./training-card.ts";

/** Teaches the model. Throws InvalidArgumentError where the run has no failures to learn from. */
export async function learnFromEntries(options: LoopOptions): Promise<AskableTarget> {
  return withLoopContext({ ...options, phases: ["learn", "report"] }, async (context) => {
    const found = context.store.entries(searchName(1)).map((entry) => loadFound(context.domain.task, entry));
    const trainingSet = trainingSetOfRound(context, 1, found);
    if (trainingSet.problems.length === 0) {
      throw new InvalidArgumentError({
        expected: "a run with problems that the model gets wrong",
        received: `${found.length} evaluated problems, none of them wrong`,
        remedy: `search first (${programCommand} search), or raise search.evaluations`,
      });
    }
    const model = await loadTarget(context);
    const taught = await context.phase("learn", 1, () => teach(context, model, roundLesson(context, 1, trainingSet)));
    await context.phase("report", 0, () => measureTrainingCard(context, [trainingSet]));
    return taught;
  });
}
