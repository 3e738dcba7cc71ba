/** Draws the numbers of a story. */
import type { RandomStream } from "../../../core/random.ts";
import {
  equationOf,
  greatestValue,
  introducesPerson,
  isStoryValue,
  leastValue,
  type OperationKind,
  percentages,
} from "./operations.ts";

/** Least and greatest number in a sentence other than factors, divisors and percentages. */
export const numberRange = [2, 99] as const;

/** Least and greatest factor or divisor. */
export const factorRange = [2, 9] as const;

/** An integer in [low, high], each with probability about proportional to its inverse; NaN where the range is empty. */
export function logUniformInteger(low: number, high: number, random: RandomStream): number {
  if (high < low) return Number.NaN;
  const draw = Math.floor(low * Math.exp(random.uniform() * Math.log((high + 1) / low)));
  return Math.min(draw, high);
}

/** An integer in [low, high], uniformly; NaN where the range is empty. */
function uniformInteger(low: number, high: number, random: RandomStream): number {
  return high < low ? Number.NaN : random.integer(low, high + 1);
}

/** One of the numbers with which the step gives a story value, uniformly; NaN where none does. */
function drawExact(kind: OperationKind, value: number, candidates: readonly number[], random: RandomStream): number {
  const possible = candidates.filter((number) => isStoryValue(equationOf(kind, value, Number.NaN, number).result));
  return possible.length === 0 ? Number.NaN : random.choice(possible);
}

const divisors: readonly number[] = Array.from({ length: factorRange[1] - 1 }, (_, index) => factorRange[0] + index);

/** The number of one step given the value before it, among those that are possible; NaN where none is. */
export function drawStepNumber(kind: OperationKind, value: number, random: RandomStream): number {
  switch (kind) {
    case "add":
    case "more":
      return logUniformInteger(numberRange[0], Math.min(numberRange[1], greatestValue - value), random);
    case "subtract":
    case "fewer":
      return logUniformInteger(numberRange[0], Math.min(numberRange[1], value - leastValue), random);
    case "boxes":
    case "multiply":
    case "times":
      return uniformInteger(factorRange[0], Math.min(factorRange[1], Math.floor(greatestValue / value)), random);
    case "divide":
      return drawExact(kind, value, divisors, random);
    case "percentage":
      return drawExact(kind, value, percentages, random);
    case "together":
    case "difference":
      return 0;
  }
}

export interface StoryNumbers {
  readonly start: number;
  /** One a step, 0 for together and difference. */
  readonly numbers: readonly number[];
}

/**
 * Numbers for a sequence: the start log-uniform in [2, 99], each step's number among the possible ones; a draw that
 * leads into a step without a possible number is rejected, and undefined given after `attempts` rejections.
 */
export function drawNumbers(
  kinds: readonly OperationKind[],
  random: RandomStream,
  attempts = 24,
): StoryNumbers | undefined {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const start = logUniformInteger(numberRange[0], numberRange[1], random);
    const numbers: number[] = [];
    let value = start;
    let previous = Number.NaN;
    for (const kind of kinds) {
      const number = drawStepNumber(kind, value, random);
      const { result } = equationOf(kind, value, previous, number);
      if (!isStoryValue(result)) break;
      numbers.push(number);
      if (introducesPerson(kind)) previous = value;
      else if (kind === "together") previous = Number.NaN;
      value = result;
    }
    if (numbers.length === kinds.length) return { start, numbers };
  }
  return undefined;
}
