import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BudgetExceededError } from "../../core/errors/budget-exceeded-error.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { Budget, type BudgetLimits, type Reservation } from "./budget.ts";
import { type CallCost, noCost, noSpending, type Spending } from "./call-cost.ts";

const cost = (inputTokens: number, outputTokens = 0, nanodollars: number | undefined = 0): CallCost => ({
  calls: 1,
  inputTokens,
  outputTokens,
  nanodollars,
});

/** Whether all that is spent and set aside is within the limits. */
function within(budget: Budget): boolean {
  const { maximumCalls = Infinity, maximumTokens = Infinity, maximumUsd = Infinity } = budget.limits;
  const [spent, reserved] = [budget.spent, budget.reserved];
  const sum = (read: (spending: Spending) => number) => read(spent) + read(reserved);
  return (
    sum(({ calls }) => calls) <= maximumCalls &&
    sum(({ inputTokens, outputTokens }) => inputTokens + outputTokens) <= maximumTokens &&
    sum(({ nanodollars }) => nanodollars) <= Math.round(maximumUsd * 1e9)
  );
}

const some = (most: number) => fc.option(fc.integer({ min: 0, max: most }), { nil: undefined });
const limits: fc.Arbitrary<BudgetLimits> = fc.record({
  maximumCalls: some(12),
  maximumTokens: some(300),
  maximumUsd: fc.option(
    fc.integer({ min: 0, max: 300 }).map((nano) => nano / 1e9),
    { nil: undefined },
  ),
});
const worst = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(60)).map(([input, output, nano]) => cost(input, output, nano));

/** What becomes of a call: it takes a part of what it reserved, all of it (a lost one), or nothing (never sent). */
const ending = fc.oneof(
  fc.constant("lost" as const),
  fc.constant("not sent" as const),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

function taken({ inputTokens, outputTokens, nanodollars }: CallCost, how: number | "lost" | "not sent"): CallCost {
  if (how === "not sent") return noCost;
  const part = how === "lost" ? 1 : how;
  const share = (value: number) => Math.floor(value * part);
  return cost(share(inputTokens), share(outputTokens), share(nanodollars ?? 0));
}

describe("a budget", () => {
  test("is never exceeded, whatever happens at the same time, and everyone is answered", async () => {
    const plan = fc.array(fc.record({ worst, how: ending, again: fc.boolean(), stopped: fc.boolean() }), {
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(limits, plan, fc.scheduler(), async (limits, calls, scheduler) => {
        const budget = new Budget({ limits });
        let exact = noSpending;
        const spend = ({ calls: number, inputTokens, outputTokens, nanodollars = 0 }: CallCost) => {
          exact = {
            calls: exact.calls + number,
            inputTokens: exact.inputTokens + inputTokens,
            outputTokens: exact.outputTokens + outputTokens,
            nanodollars: exact.nanodollars + nanodollars,
            unpricedCalls: 0,
          };
        };
        const work = calls.map(async ({ worst, how, again, stopped }, index) => {
          await scheduler.schedule(Promise.resolve(), `call ${index} comes`);
          const controller = new AbortController();
          const coming = budget.reserve(worst, controller.signal);
          if (stopped) controller.abort();
          const reservation = await coming.catch((error: unknown) => error as Error);
          if (reservation instanceof Error) return reservation;
          expect(within(budget)).toBe(true);
          await scheduler.schedule(Promise.resolve(), `call ${index} ends`);
          let refused: Error | undefined;
          if (again) {
            try {
              budget.charge(worst);
              spend(worst);
            } catch (error) {
              refused = error as Error;
            }
            expect(within(budget)).toBe(true);
          }
          const final = taken(worst, refused === undefined ? how : "lost");
          spend(final);
          reservation.settle(final);
          reservation.settle(worst);
          expect(within(budget)).toBe(true);
          return refused;
        });
        await scheduler.waitFor(Promise.all(work));
        const errors = (await Promise.all(work)).filter((error) => error !== undefined);
        for (const error of errors) {
          expect([BudgetExceededError, InterruptedError].some((kind) => error instanceof kind)).toBe(true);
        }
        expect(budget.reserved).toEqual(noSpending);
        expect(budget.spent).toEqual(exact);
        if (!budget.isCapped) expect(errors.filter((error) => error instanceof BudgetExceededError)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test("over several processes, each beginning with what those before spent, is not exceeded either", () => {
    fc.assert(
      fc.property(
        limits,
        fc.array(fc.array(fc.record({ worst, how: ending }), { maxLength: 8 })),
        (limits, processes) => {
          let spent = noSpending;
          for (const calls of processes) {
            const budget = new Budget({ limits, spent });
            const open: [Reservation, CallCost][] = [];
            for (const { worst, how } of calls) {
              try {
                const reservation = budget.tryReserve(worst);
                if (reservation === undefined) continue;
                open.push([reservation, taken(worst, how)]);
              } catch (error) {
                expect(error).toBeInstanceOf(BudgetExceededError);
              }
              // Every other call is in flight when the process is killed.
              if (open.length % 2 === 0) for (const [reservation, final] of open.splice(0)) reservation.settle(final);
            }
            for (const [reservation] of open) reservation.settle(reservation.cost);
            expect(within(budget)).toBe(true);
            spent = budget.spent;
          }
        },
      ),
    );
  });

  test("what a call did not take is there for the next one, which waits for it", async () => {
    const budget = new Budget({ limits: { maximumTokens: 100 } });
    const first = await budget.reserve(cost(50, 40));
    expect(budget.tryReserve(cost(20))).toBeUndefined();
    const second = budget.reserve(cost(20));
    first.settle(cost(50, 10));
    expect((await second).cost).toEqual(cost(20));
    expect(budget.spent.outputTokens).toBe(10);
    await expect(budget.reserve(cost(41))).rejects.toThrow("1 call, 60 tokens, $0 spent, up to 1 call, 20 tokens");
  });

  test("is served in the order of asking: a small call does not overtake", async () => {
    const budget = new Budget({ limits: { maximumTokens: 10 } });
    const order: string[] = [];
    const held = await budget.reserve(cost(8));
    const large = budget.reserve(cost(10)).then((reservation) => {
      order.push("large");
      reservation.settle(noCost);
    });
    const small = budget.reserve(cost(1)).then(() => order.push("small"));
    held.settle(noCost);
    await Promise.all([large, small]);
    expect(order).toEqual(["large", "small"]);
  });

  test("refuses calls without a bound, and without a price, under a cap", async () => {
    await expect(new Budget({ limits: { maximumCalls: 5 } }).reserve(cost(1, Infinity))).rejects.toThrow(
      InvalidArgumentError,
    );
    const unpriced: CallCost = { ...cost(1, 1), nanodollars: undefined };
    expect(() => new Budget({ limits: { maximumUsd: 1 } }).tryReserve(unpriced)).toThrow("--price IN,OUT");
    expect(new Budget({ limits: { maximumTokens: 5 } }).tryReserve(unpriced)).toBeDefined();
    expect(new Budget({ limits: {} }).tryReserve(cost(1, Infinity))).toBeDefined();
  });

  test("refuses limits that are none, and dollars after calls whose price was not known", () => {
    expect(() => new Budget({ limits: { maximumUsd: -1 } })).toThrow(InvalidArgumentError);
    expect(() => new Budget({ limits: { maximumTokens: Number.NaN } })).toThrow(InvalidArgumentError);
    const spent = { ...noSpending, calls: 3, unpricedCalls: 3 };
    expect(() => new Budget({ limits: { maximumUsd: 1 }, spent })).toThrow("3 calls of this run");
  });

  test("says what was reached and how to go on, with the exit code of a pause", () => {
    const budget = new Budget({ limits: { maximumUsd: 0.5, maximumCalls: 9 } });
    budget.charge(cost(100, 20, 4e8));
    const error = (() => {
      try {
        budget.tryReserve(cost(1, 1, 2e8));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(BudgetExceededError);
    expect(error).toMatchObject({ exitCode: 7 });
    expect(String(error)).toContain("the budget of 9 calls, $0.50, but got 1 call, 120 tokens, $0.40 spent");
  });
});
