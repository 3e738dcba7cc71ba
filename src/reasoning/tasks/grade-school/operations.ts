/** The kinds of steps a story can take, and the arithmetic of each. */

export const operationKinds = [
  "boxes",
  "add",
  "subtract",
  "multiply",
  "divide",
  "percentage",
  "more",
  "fewer",
  "times",
  "together",
  "difference",
] as const;

/** The name of an operation. */
export type OperationKind = (typeof operationKinds)[number];

export const operationGroups = ["change", "groups", "comparison", "percentage"] as const;

export type OperationGroup = (typeof operationGroups)[number];

export const groupOfKind: Readonly<Record<OperationKind, OperationGroup>> = {
  boxes: "groups",
  add: "change",
  subtract: "change",
  multiply: "groups",
  divide: "groups",
  percentage: "percentage",
  more: "comparison",
  fewer: "comparison",
  times: "comparison",
  together: "comparison",
  difference: "comparison",
};

/** Whether the kind brings a new person into the story, on whom the focus moves. */
export function introducesPerson(kind: OperationKind): boolean {
  return kind === "more" || kind === "fewer" || kind === "times";
}

/** Whether the kind needs the value of the person who had the focus before. */
export function needsPrevious(kind: OperationKind): boolean {
  return kind === "together" || kind === "difference";
}

/** Whether a previous value can be used after this kind, given whether it could before. */
export function previousIsLive(kind: OperationKind, before: boolean): boolean {
  if (introducesPerson(kind)) return true;
  return kind === "together" ? false : before;
}

/** Values of a story, in [leastValue, greatestValue] after every step. */
export const leastValue = 1;
export const greatestValue = 999;

/** The percentages that a story uses. */
export const percentages = [10, 20, 25, 50, 75] as const;

/** The sign of an equation as solutions write it. */
export type Operator = "+" | "-" | "*" | "/" | "% of";

/** left operator right = result, as it is written: for a percentage left is the percentage. */
export interface Equation {
  readonly left: number;
  readonly operator: Operator;
  readonly right: number;
  readonly result: number;
}

/**
 * The equation of one step.
 * @param value the value of the person in focus @param previous the value of the person before, NaN where there is none
 * @param number the number in the step's sentence; together and difference have none and ignore it
 */
export function equationOf(kind: OperationKind, value: number, previous: number, number: number): Equation {
  switch (kind) {
    case "add":
    case "more":
      return { left: value, operator: "+", right: number, result: value + number };
    case "subtract":
    case "fewer":
      return { left: value, operator: "-", right: number, result: value - number };
    case "boxes":
    case "multiply":
    case "times":
      return { left: value, operator: "*", right: number, result: value * number };
    case "divide":
      return { left: value, operator: "/", right: number, result: value / number };
    case "percentage":
      return { left: number, operator: "% of", right: value, result: (number * value) / 100 };
    case "together":
      return { left: value, operator: "+", right: previous, result: value + previous };
    case "difference":
      return { left: value, operator: "-", right: previous, result: value - previous };
  }
}

/** Whether a result may stand in a story: an integer within the values' range. */
export function isStoryValue(value: number): boolean {
  return Number.isInteger(value) && value >= leastValue && value <= greatestValue;
}
