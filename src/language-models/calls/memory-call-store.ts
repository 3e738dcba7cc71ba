/** The calls of a run that keeps nothing: for tests, and for library users. */
import { addSpending, type CallCost, noSpending, type Spending } from "./call-cost.ts";
import type { CallChanges, CallStore } from "./call-store.ts";

/** A call store in memory. */
export class MemoryCallStore implements CallStore {
  readonly #results = new Map<string, string>();
  #spending: Spending = noSpending;
  #reused = 0;

  results(keys: readonly string[]): Map<string, string> {
    return new Map(
      keys.flatMap((key) => {
        const result = this.#results.get(key);
        return result === undefined ? [] : [[key, result] as const];
      }),
    );
  }

  commit({ started, ended, reused }: CallChanges): void {
    for (const { reserved } of started) this.#add(reserved, 1);
    for (const { key, reserved, cost, result } of ended) {
      this.#add(reserved, -1);
      this.#add(cost, 1);
      if (result !== undefined && !this.#results.has(key)) this.#results.set(key, result);
    }
    for (const { key, result } of reused) {
      if (this.#results.has(key)) continue;
      this.#results.set(key, result);
      this.#reused++;
    }
  }

  spending(): Spending {
    return this.#spending;
  }

  counts(): { readonly complete: number; readonly reused: number } {
    return { complete: this.#results.size, reused: this.#reused };
  }

  #add(cost: CallCost, sign: 1 | -1): void {
    this.#spending = addSpending(this.#spending, cost, sign);
  }
}
