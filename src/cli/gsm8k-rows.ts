/** Rows with step-by-step solutions ("52 * 2 = 104", "#### 104") as rows of GSM8K, with its annotations. */
import type { Gsm8kRow } from "../reasoning/tasks/gsm8k/row.ts";
import { writeGsm8kRow } from "../reasoning/tasks/gsm8k/steps.ts";
import type { DataRow } from "../synthetic-data/measures/measure.ts";

/** Throws InvalidArgumentError for a solution that is no list of equations with an answer. */
export function gsm8kRow({ prompt, completion }: DataRow): Gsm8kRow {
  const lines = completion.split("\n").filter((line) => line.trim() !== "");
  const answer = lines.findLast((line) => line.startsWith("####"))?.slice(4) ?? "";
  const steps = lines
    .filter((line) => !line.startsWith("####"))
    .map((line) => {
      const equals = line.lastIndexOf("=");
      return { expression: line.slice(0, equals).trim(), result: line.slice(equals + 1).trim() };
    });
  return writeGsm8kRow({ question: prompt.trim(), steps, answer });
}
