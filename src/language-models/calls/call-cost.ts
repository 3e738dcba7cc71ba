/** What calls take: counts, tokens and money. Money is counted in whole billionths of a dollar, so that sums are exact. */

/** What a call took, or what it may take at most. */
export interface CallCost {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Billionths of a US dollar, a whole number; undefined where the price is not known. */
  readonly nanodollars: number | undefined;
}

/** All that was spent. */
export interface Spending {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the calls whose price was known. */
  readonly nanodollars: number;
  /** Calls whose price was not known. */
  readonly unpricedCalls: number;
}

/** What a call took that was never sent. */
export const noCost: CallCost = { calls: 0, inputTokens: 0, outputTokens: 0, nanodollars: 0 };

/** Nothing spent. */
export const noSpending: Spending = { calls: 0, inputTokens: 0, outputTokens: 0, nanodollars: 0, unpricedCalls: 0 };

/** Spending with a cost added, or with -1 as sign taken away. */
export function addSpending(spending: Spending, cost: CallCost, sign: 1 | -1 = 1): Spending {
  return {
    calls: spending.calls + sign * cost.calls,
    inputTokens: spending.inputTokens + sign * cost.inputTokens,
    outputTokens: spending.outputTokens + sign * cost.outputTokens,
    nanodollars: spending.nanodollars + sign * (cost.nanodollars ?? 0),
    unpricedCalls: spending.unpricedCalls + sign * (cost.nanodollars === undefined ? cost.calls : 0),
  };
}
