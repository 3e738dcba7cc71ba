/** A side's rounds, or the ratios of the rounds, in short. */
export interface Summary {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly all: readonly number[];
}

/** @param values at least one finite number */
export function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
  return { median, minimum: sorted[0] as number, maximum: sorted.at(-1) as number, all: values };
}
