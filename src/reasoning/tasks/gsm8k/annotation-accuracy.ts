/** The arithmetic of GSM8K's annotations as a measure of a data set's quality. */
import type { DataRow, Measure } from "../../../synthetic-data/measures/measure.ts";
import { rowMeanMeasure } from "../../../synthetic-data/measures/row-mean-measure.ts";
import { annotationFault, findAnnotations } from "./annotation.ts";

/**
 * The share of rows whose every annotation "<<48/2=24>>" is right, in [0, 1], over the rows that have any; NaN where none
 * has. The final answer is not judged: a data set alone does not say what it should be.
 */
export function annotationAccuracy(): Measure {
  return rowMeanMeasure({
    name: "annotation-accuracy",
    axis: "quality",
    description: "Share of rows with GSM8K's annotations whose arithmetic is right in all of them",
    formula: "rows without a wrong annotation / rows with annotations",
    source: "Cobbe et al. 2021, 2110.14168; when a result counts as right: annotation.ts",
    range: [0, 1],
    higherMeans: "better",
    valueOfRow: verdict,
  });
}

function verdict({ completion }: DataRow): number | undefined {
  const annotations = findAnnotations(completion);
  if (annotations.length === 0) return undefined;
  return Number(annotations.every((annotation) => annotationFault(annotation) === undefined));
}
