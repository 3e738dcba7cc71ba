/** Spending in words, for people. */
import type { Spending } from "./call-cost.ts";
import type { CallStore } from "./call-store.ts";

/** Billionths of a dollar as "$1.23", with as many places as small sums need: "$0.000015". */
export function dollars(nanodollars: number): string {
  const value = nanodollars / 1e9;
  if (value === 0) return "$0";
  const places = value >= 1 ? 2 : Math.min(9, 1 - Math.floor(Math.log10(value)));
  return `$${value.toFixed(places)}`;
}

/** One line: "1,234 calls, 120,000 tokens in and 45,000 out, $0.42"; money left out where no price is known. */
export function describeSpending(spending: Spending): string {
  const { calls, inputTokens, outputTokens, nanodollars, unpricedCalls } = spending;
  const counts = `${whole(calls)} ${calls === 1 ? "call" : "calls"}, ${whole(inputTokens)} tokens in and ${whole(outputTokens)} out`;
  if (unpricedCalls === 0) return `${counts}, ${dollars(nanodollars)}`;
  if (unpricedCalls >= calls) return `${counts}, price not known`;
  return `${counts}, ${dollars(nanodollars)} and ${whole(unpricedCalls)} calls whose price is not known`;
}

/** What a run's calls took, in one line; undefined where it made none. */
export function describeCalls(store: CallStore): string | undefined {
  const spending = store.spending();
  const reused = store.reused();
  // Of many calls the results take a while to count.
  if (spending.calls === 0 && store.counts().complete === 0) return undefined;
  const shared =
    reused === 0 ? "" : `; ${whole(reused)} of ${whole(store.counts().complete)} results came from the cache`;
  return `Model calls: ${describeSpending(spending)}${shared}.`;
}

function whole(value: number): string {
  return value.toLocaleString("en-US");
}
