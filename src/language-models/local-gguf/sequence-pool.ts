/** The sequences of a llama.cpp context, each of which works for one caller at a time. */
import type { LlamaSequence } from "./llama-types.ts";

export class SequencePool {
  readonly #free: LlamaSequence[];
  readonly #waiting: ((sequence: LlamaSequence) => void)[] = [];

  constructor(sequences: readonly LlamaSequence[]) {
    this.#free = [...sequences];
  }

  /** Runs the work with a sequence of its own, as soon as one is free. */
  async use<Result>(work: (sequence: LlamaSequence) => Promise<Result>): Promise<Result> {
    const sequence = this.#free.pop() ?? (await new Promise<LlamaSequence>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(sequence);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(sequence);
      else next(sequence);
    }
  }
}
