/** `illume learn`: only the training of the loop's first round, on what a search in this run found. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { programCommand } from "../core/program-command.ts";
import type { TransformerFile } from "../language-models/engine/transformer-file.ts";
import { loadFound } from "./found-problem.ts";
import { searchName, trainingSetOfRound } from "./improve.ts";
import { learnRound } from "./learning.ts";
import { type LoopOptions, withLoopContext } from "./loop-context.ts";
import { loadTarget } from "./target.ts";
import { measureTrainingCard } from "./training-card.ts";

/** Teaches the model. Throws InvalidArgumentError where the run has no failures to learn from. */
export async function learnFromEntries(options: LoopOptions): Promise<TransformerFile> {
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
    const model = loadTarget(context);
    const taught = await context.phase("learn", 1, () =>
      learnRound(context, 1, model, trainingSet, context.random.split("learn", 1)),
    );
    await context.phase("report", 0, () => measureTrainingCard(context, [trainingSet]));
    return taught;
  });
}
