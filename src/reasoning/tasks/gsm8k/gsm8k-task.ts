/** Data of GSM8K's format as a task, so that a user's own problems go the same way as the grade-school domain's. */
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import type { Task, TaskDescriptor } from "../../task.ts";
import { findAnnotations } from "./annotation.ts";
import { faultOfRow, type Gsm8kRow } from "./row.ts";
import { verifyGsm8k } from "./verify.ts";

/** The last bin holds all longer solutions. */
const stepBins = ["0", "1", "2", "3", "4", "5", "6", "7", "8 or more"] as const;
const operators = ["+", "-", "*", "/"] as const;

/** How many annotated steps the reference solution has. */
const steps: TaskDescriptor<Gsm8kRow> = {
  name: "steps",
  bins: stepBins,
  bin: ({ answer }) => Math.min(findAnnotations(answer).length, stepBins.length - 1),
};

/** Which operations the reference solution's annotations use: one bin a subset. */
const operations: TaskDescriptor<Gsm8kRow> = {
  name: "operations",
  bins: Array.from({ length: 2 ** operators.length }, (_, bin) =>
    bin === 0 ? "none" : operators.filter((_, bit) => (bin >> bit) & 1).join(" "),
  ),
  bin: ({ answer }) => {
    let bin = 0;
    for (const { text } of findAnnotations(answer)) {
      const expression = text.split("=")[0] ?? "";
      operators.forEach((operator, bit) => {
        // A minus after an operator or at the start is a sign, not an operation.
        if (operator === "-" ? /[\d.)]\s*-/.test(expression) : expression.includes(operator)) bin |= 1 << bit;
      });
    }
    return bin;
  },
};

/** Rows cannot be changed without changing what they mean, so `mutate` is always undefined. */
export const gsm8kTask: Task<Gsm8kRow> = {
  name: "gsm8k",
  prompt: ({ question }) => question,
  solution: ({ answer }) => answer,
  verify: verifyGsm8k,
  descriptors: [steps, operations],
  mutate: () => undefined,
  serialize: (problem) => problem,
  deserialize,
};

function deserialize(json: unknown): Gsm8kRow {
  const fault = faultOfRow(json);
  if (fault !== undefined) throw new InvalidArgumentError({ ...fault, remedy: "use what serialize gave" });
  return json as Gsm8kRow;
}
