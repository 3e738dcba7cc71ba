/** What a piece of work may cost, told before it starts. */
import type { CallCost } from "./call-cost.ts";
import { describeSpending, dollars } from "./describe-spending.ts";
import { callCost, type Price } from "./price.ts";

/** Work as it is planned. */
export interface PlannedCalls {
  readonly calls: number;
  /** Of one call: an average of the prompts that are known, or their bound (token-bounds.ts). */
  readonly inputTokens: number;
  /** The most that one call may write. */
  readonly maximumTokens: number;
}

/** The most that planned calls take, where no result of theirs is recorded yet. */
export function estimateCalls(planned: readonly PlannedCalls[], price: Price | undefined): CallCost {
  const total = { calls: 0, inputTokens: 0, outputTokens: 0 };
  for (const { calls, inputTokens, maximumTokens } of planned) {
    total.calls += calls;
    total.inputTokens += Math.ceil(calls * inputTokens);
    total.outputTokens += calls * maximumTokens;
  }
  return { ...callCost(price, total.inputTokens, total.outputTokens), calls: total.calls };
}

/** One line for people: "up to 2,000 calls, 400,000 tokens in and 100,000 out, $0.32 (the list price of 2026-06)". */
export function describeEstimate(estimate: CallCost, price: Price | undefined): string {
  const spending = { ...estimate, nanodollars: estimate.nanodollars ?? 0, unpricedCalls: 0 };
  const whole = describeSpending({
    ...spending,
    unpricedCalls: estimate.nanodollars === undefined ? estimate.calls : 0,
  });
  if (price === undefined) return `up to ${whole} (--price IN,OUT tells it)`;
  const rates = `${dollars(price.input * 1e9)} and ${dollars(price.output * 1e9)} per million tokens`;
  return `up to ${whole} (${price.source === "runs on this machine" ? price.source : `${price.source}: ${rates}`})`;
}
