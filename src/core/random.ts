/**
 * Seeded random streams that split.
 *
 * A stream is named by a seed and a path of labels ("search", 3, "mutation"). Splitting depends on the name alone,
 * never on how much was drawn, so a change in one part of a program leaves the numbers of all other parts alone, and
 * any iteration of a long run can be replayed without its predecessors. Generator: xoroshiro128+ (pure-rand), its
 * 128-bit state the SHA-256 of the name.
 */
import { hash } from "node:crypto";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import type { JumpableRandomGenerator } from "pure-rand/types/JumpableRandomGenerator";
import { InvalidArgumentError } from "./errors/invalid-argument-error.ts";

/** A part of a stream's name: what it is for, or which one of several. */
export type RandomLabel = string | number;

/** A mutable source of random numbers; equal seeds and paths give equal numbers on every machine. */
export class RandomStream {
  readonly seed: number;
  readonly path: readonly RandomLabel[];
  /** Made at the first draw: many streams are only split. */
  #made: JumpableRandomGenerator | undefined;

  /** @param seed any finite number @param path labels that name this stream's use */
  constructor(seed: number, path: readonly RandomLabel[] = []) {
    if (!Number.isFinite(seed)) {
      throw new InvalidArgumentError({
        expected: "a finite number as random seed",
        received: String(seed),
        remedy: "pass an integer such as 0",
      });
    }
    this.seed = seed;
    this.path = path;
  }

  get #generator(): JumpableRandomGenerator {
    if (this.#made !== undefined) return this.#made;
    const digest = hash("sha256", JSON.stringify([this.seed, ...this.path]), "buffer");
    this.#made = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
    return this.#made;
  }

  /** The stream named by this one's path and more labels; independent of what was drawn from this one. */
  split(...labels: RandomLabel[]): RandomStream {
    return new RandomStream(this.seed, [...this.path, ...labels]);
  }

  /** A double in [0, 1), 53 random bits. */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** An integer in [low, high): `high` is not drawn. Throws InvalidArgumentError where the range is empty. */
  integer(low: number, high: number): number {
    if (!(Number.isInteger(low) && Number.isInteger(high) && low < high)) {
      throw new InvalidArgumentError({
        expected: "integers low < high",
        received: `low ${low}, high ${high}`,
        remedy: "check the range (high is not drawn)",
      });
    }
    return uniformInt(this.#generator, low, high - 1);
  }

  /** A standard normal double (Box-Muller; two uniforms a draw). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** One item, uniformly. Throws InvalidArgumentError where there is none. */
  choice<Item>(items: readonly Item[]): Item {
    if (items.length === 0) {
      throw new InvalidArgumentError({
        expected: "at least one item to choose from",
        received: "an empty list",
        remedy: "check for emptiness before choosing",
      });
    }
    return items[this.integer(0, items.length)] as Item;
  }

  /**
   * An index with probability proportional to its weight.
   * Throws InvalidArgumentError where a weight is negative or not finite, or all are zero.
   */
  weightedIndex(weights: ArrayLike<number>): number {
    let total = 0;
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index] as number;
      if (!(weight >= 0 && weight < Infinity)) {
        throw new InvalidArgumentError({
          expected: "weights that are finite and not negative",
          received: `${weight} at index ${index}`,
          remedy: "clip the weights first",
        });
      }
      total += weight;
    }
    if (!(total > 0)) {
      throw new InvalidArgumentError({
        expected: "at least one weight above zero",
        received: `${weights.length} weights that sum to ${total}`,
        remedy: "choose uniformly where nothing has weight",
      });
    }
    let remaining = this.uniform() * total;
    let last = 0;
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index] as number;
      if (weight > 0) {
        last = index;
        if (remaining < weight) return index;
        remaining -= weight;
      }
    }
    return last;
  }

  /** A new array with the items in a uniformly random order (Fisher-Yates). */
  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items];
    for (let index = shuffled.length - 1; index > 0; index--) {
      const other = this.integer(0, index + 1);
      const item = shuffled[index] as Item;
      shuffled[index] = shuffled[other] as Item;
      shuffled[other] = item;
    }
    return shuffled;
  }
}
