import { type DataDescriptor, numericDescriptor } from "../descriptor.ts";
import type { DataRow, Measure } from "../measure.ts";
import { rowMeanMeasure } from "../row-mean-measure.ts";

/** Settings of the number of steps. */
export interface ReasoningStepsOptions {
  /** The attribute with the number of steps, used where a row has it; default "steps". */
  readonly attribute?: string;
}

/** The mean number of reasoning steps a row; NaN for no rows. See `stepsOfRow`. */
export function reasoningSteps(options: ReasoningStepsOptions = {}): Measure {
  const { attribute = "steps" } = options;
  return rowMeanMeasure({
    name: "steps",
    axis: "complexity",
    description: `Mean number of reasoning steps (attribute ${JSON.stringify(attribute)}, else lines before the final answer)`,
    formula: "sum of steps / rows",
    source: "Cobbe et al. 2021, 2110.14168 (a step a line)",
    range: [0, Infinity],
    higherMeans: "more complex",
    valueOfRow: (row) => stepsOfRow(row, attribute),
  });
}

/** The attribute where it is a number, else the completion's lines that are not blank, up to GSM8K's line "#### answer". */
export function stepsOfRow(row: DataRow, attribute = "steps"): number {
  const known = row.attributes?.[attribute];
  if (typeof known === "number") return known;
  const lines = row.completion.split("\n");
  const answer = lines.findIndex((line) => line.startsWith("####"));
  return (answer === -1 ? lines : lines.slice(0, answer)).filter((line) => line.trim() !== "").length;
}

/** Steps in bins: none, 1 to 7 one by one, 8 and more. */
export const reasoningStepsDescriptor: DataDescriptor = numericDescriptor(
  "steps",
  [1, 2, 3, 4, 5, 6, 7, 8],
  stepsOfRow,
);
