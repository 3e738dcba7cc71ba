/** The calls of a run that keeps nothing: for tests, and for library users. */
import { addSpending, type CallCost, noSpending, type Spending } from "./call-cost.ts";
import type { CallChanges, CallStore, ModelSpending } from "./call-store.ts";

/** A call store in memory. */
export class MemoryCallStore implements CallStore {
  readonly #results = new Map<string, string>();
  /** By model and revision; calls by their key find theirs. */
  readonly #models = new Map<string, ModelSpending>();
  readonly #modelOf = new Map<string, string>();
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
    for (const { key, model, revision, reserved } of started) {
      this.#name(key, model, revision);
      this.#add(key, reserved, 1);
    }
    for (const { key, reserved, cost, result } of ended) {
      this.#add(key, reserved, -1);
      this.#add(key, cost, 1);
      if (result !== undefined && !this.#results.has(key)) this.#results.set(key, result);
    }
    for (const { key, model, revision, result } of reused) {
      this.#name(key, model, revision);
      if (this.#results.has(key)) continue;
      this.#results.set(key, result);
      this.#reused++;
    }
  }

  spending(): Spending {
    return this.#spending;
  }

  spendingByModel(): readonly ModelSpending[] {
    const text = ({ model, revision }: ModelSpending) => JSON.stringify([model, revision]);
    return [...this.#models.values()].sort((a, b) => (text(a) < text(b) ? -1 : 1));
  }

  counts(): { readonly complete: number; readonly reused: number } {
    return { complete: this.#results.size, reused: this.#reused };
  }

  reused(): number {
    return this.#reused;
  }

  #name(key: string, model: string, revision: string): void {
    const name = JSON.stringify([model, revision]);
    this.#modelOf.set(key, name);
    if (!this.#models.has(name)) this.#models.set(name, { model, revision, spending: noSpending });
  }

  #add(key: string, cost: CallCost, sign: 1 | -1): void {
    this.#spending = addSpending(this.#spending, cost, sign);
    const name = this.#modelOf.get(key) ?? "";
    const of = this.#models.get(name);
    if (of !== undefined) this.#models.set(name, { ...of, spending: addSpending(of.spending, cost, sign) });
  }
}
