/**
 * A large model in threads of its own: one session whose operations use all cores, or several sessions with a share of
 * the requests each.
 */
import { interrupted, throwIfAborted } from "../../interrupted.ts";
import type {
  EmbedJob,
  EngineModel,
  EngineResult,
  SampledTokens,
  SampleJob,
  ScoreJob,
  TextTokens,
  TokenListener,
} from "../engine-job.ts";
import { EngineThread } from "../engine-thread.ts";
import type { CompletionScore } from "../scorer.ts";

export class ContinuousPool {
  readonly #model: EngineModel;
  readonly #sessions: number;
  #threads: EngineThread[] = [];
  #next = 0;

  /** @param sessions threads with a session each; the model says how many threads a session's operations have */
  constructor(model: EngineModel, sessions = 1) {
    this.#model = model;
    this.#sessions = sessions;
  }

  /** Samples by request; as EnginePool's. Listeners are told while it works. */
  async sample(
    job: SampleJob,
    signal?: AbortSignal,
    listener?: TokenListener,
  ): Promise<readonly (readonly SampledTokens[])[]> {
    const results = new Array<readonly SampledTokens[]>(job.requests.length);
    await this.#share(job.requests.length, signal, async (thread, indices) => {
      const part = { ...job, requests: indices.map((index) => job.requests[index] as SampleJob["requests"][number]) };
      const told: TokenListener | undefined = listener && ((tokens, end) => tellOf(tokens, end, indices, listener));
      const result = await thread.ask(part, signal, told);
      if (!("samples" in result)) return;
      indices.forEach((index, place) => {
        results[index] = result.samples[place] as readonly SampledTokens[];
      });
    });
    return results;
  }

  /** Scores by example. */
  async score({ examples }: ScoreJob, signal?: AbortSignal): Promise<readonly CompletionScore[]> {
    const results = new Array<CompletionScore>(examples.length);
    await this.#share(examples.length, signal, async (thread, indices) => {
      const part: ScoreJob = {
        kind: "score",
        examples: indices.map((index) => examples[index] as ScoreJob["examples"][number]),
      };
      const result: EngineResult = await thread.ask(part, signal);
      if (!("scores" in result)) return;
      indices.forEach((index, place) => {
        results[index] = result.scores[place] as CompletionScore;
      });
    });
    return results;
  }

  /** Mean final hidden states by text. */
  async embed({ texts }: EmbedJob, signal?: AbortSignal): Promise<readonly Float32Array[]> {
    const results = new Array<Float32Array>(texts.length);
    await this.#share(texts.length, signal, async (thread, indices) => {
      const part: EmbedJob = { kind: "embed", texts: indices.map((index) => texts[index] as TextTokens) };
      const result: EngineResult = await thread.ask(part, signal);
      if (!("means" in result)) return;
      indices.forEach((index, place) => {
        results[index] = result.means[place] as Float32Array;
      });
    });
    return results;
  }

  /** Deals out `count` items to the threads, beginning at the one whose turn it is. */
  async #share(
    count: number,
    signal: AbortSignal | undefined,
    work: (thread: EngineThread, indices: readonly number[]) => Promise<void>,
  ): Promise<void> {
    throwIfAborted(signal);
    this.#threads = this.#threads.filter((thread) => !thread.ended);
    while (this.#threads.length < this.#sessions) this.#threads.push(new EngineThread(this.#model));
    const threads = this.#threads;
    const first = this.#next;
    this.#next = (first + count) % threads.length;
    const parts = threads.map((_, place) => {
      const indices: number[] = [];
      for (let index = (place - first + threads.length) % threads.length; index < count; index += threads.length)
        indices.push(index);
      return indices;
    });
    const outcomes = await Promise.allSettled(
      threads.map(async (thread, place) => {
        const indices = parts[place] as number[];
        if (indices.length > 0) await work(thread, indices);
      }),
    );
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason ?? interrupted();
  }

  /** Ends the threads; work that is under way is interrupted. */
  async close(): Promise<void> {
    const threads = this.#threads;
    this.#threads = [];
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

/** Passes tokens on whose requests a thread numbers by itself. */
function tellOf(
  tokens: readonly number[],
  end: (request: number, sample: number) => void,
  indices: readonly number[],
  listener: TokenListener,
): void {
  const own = tokens.map((value, place) => (place % 3 === 0 ? (indices[value] as number) : value));
  listener(own, (request, sample) => end(indices.indexOf(request), sample));
}
