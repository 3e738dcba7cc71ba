/** The quality, diversity and complexity of what the model was taught, measured once and stored. */
import type { Json } from "../runs/run-store.ts";
import { type DataCard, dataCard } from "../synthetic-data/card.ts";
import { attributeDescriptor } from "../synthetic-data/measures/descriptor.ts";
import { archiveCoverage } from "../synthetic-data/measures/diversity/archive-coverage.ts";
import { descriptorEntropy } from "../synthetic-data/measures/diversity/descriptor-entropy.ts";
import type { DataRow } from "../synthetic-data/measures/measure.ts";
import { standardMeasures } from "../synthetic-data/measures/standard-measures.ts";
import type { LoopContext } from "./loop-context.ts";
import type { TrainingSet } from "./training-set.ts";

const cardKey = "card";

/** Measures the new problems of all rounds with their solutions, unless the store has their card already. */
export async function measureTrainingCard<Problem>(
  context: LoopContext<Problem>,
  taught: readonly TrainingSet<Problem>[],
): Promise<void> {
  context.report({ phase: "report", round: 0, done: 0, total: 1 });
  if (context.store.call(cardKey) !== undefined) return;
  const { descriptors } = context.domain.task;
  const rows = taught.flatMap(({ problems }) => problems.map((problem) => dataRowOf(context, problem)));
  const dimensions = descriptors.map(({ name, bins }) => attributeDescriptor(name, bins));
  const card = await dataCard(rows, {
    measures: [
      ...standardMeasures("prompt"),
      archiveCoverage({ descriptors: dimensions }),
      descriptorEntropy({ descriptors: dimensions }),
    ],
    descriptors: dimensions,
    random: context.random.split("card"),
  });
  context.store.addCall(cardKey, card as unknown as Json);
}

/** The stored card, undefined where the run has none yet. */
export function storedCard({ store }: Pick<LoopContext<unknown>, "store">): DataCard | undefined {
  return store.call(cardKey) as DataCard | undefined;
}

/** A problem with its verified reference solution as a row of a data set. */
export function dataRowOf<Problem>({ domain }: Pick<LoopContext<Problem>, "domain">, problem: Problem): DataRow {
  const { task } = domain;
  const prompt = task.prompt(problem);
  const completion = task.solution(problem);
  const bins = task.descriptors.map(({ name, bins, bin }) => [name, bins[bin(problem)] as string] as const);
  const attributes = { ...Object.fromEntries(bins), correct: task.verify(problem, completion).correct };
  return { prompt, completion, attributes };
}
