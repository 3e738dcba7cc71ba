/** What the calls of a run with several roles may take, and took, told to people. */
import { addSpending, noSpending, type Spending } from "../language-models/calls/call-cost.ts";
import { describeEstimate } from "../language-models/calls/call-estimate.ts";
import { describeSpending, dollars } from "../language-models/calls/describe-spending.ts";
import type { RoleEstimate } from "../rainbow-teaming/run/search-estimate.ts";
import { wholeNumber } from "./terminal/numbers.ts";

/** One line a role, and their sum. */
export function tellEstimates(estimates: readonly RoleEstimate[], say: (text: string) => void): void {
  say("Estimate, recorded calls free, repeats after failures not counted:");
  for (const { role, model, cost, price } of estimates) say(`  ${role} ${model}: ${describeEstimate(cost, price)}`);
  const total = estimates.reduce((sum, { cost }) => addSpending(sum, cost), noSpending);
  say(`  together up to ${describeSpending(total)}`);
}

/** "1,234 calls, $0.42", as short as it stands in a line of progress. */
export function spentText({ calls, nanodollars, unpricedCalls }: Spending): string {
  const money = unpricedCalls === 0 && nanodollars > 0 ? `, ${dollars(nanodollars)}` : "";
  return `${wholeNumber(calls)} calls${money}`;
}
