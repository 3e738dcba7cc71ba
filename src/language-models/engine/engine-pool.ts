/**
 * A transformer in several threads: jobs are cut into pieces that fill a batch, and whichever thread is free takes the
 * next one. Small products gain more from threads with a session each than from threads within one session.
 */

import { throwIfAborted } from "../interrupted.ts";
import { Engine } from "./engine.ts";
import type {
  EmbedJob,
  EngineJob,
  EngineModel,
  EngineResult,
  SampledTokens,
  SampleJob,
  ScoreJob,
  TextTokens,
  TokenListener,
} from "./engine-job.ts";
import { EngineThread } from "./engine-thread.ts";
import { groupsOf } from "./groups.ts";
import { paddedLength } from "./hidden-means.ts";
import { groupRequests } from "./sampling-batches.ts";
import type { CompletionScore } from "./scorer.ts";
import { paddedPositions } from "./training-batches.ts";

/** Examples that are scored in one piece. */
const scoredTogether = 32;

type Ask = (job: EngineJob, signal: AbortSignal) => Promise<EngineResult>;

export class EnginePool {
  readonly #model: EngineModel;
  readonly #threads: number;
  #engine: Engine | undefined;
  #workers: EngineThread[] = [];
  #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /** With one thread the calling one does the work. */
  constructor(model: EngineModel, threads: number) {
    this.#model = model;
    this.#threads = threads;
  }

  /** Samples by request. Throws InterruptedError where the signal aborts or the pool is closed before. */
  async sample(
    job: SampleJob,
    signal?: AbortSignal,
    // Small models are done before it would be worth telling.
    _listener?: TokenListener,
  ): Promise<readonly (readonly SampledTokens[])[]> {
    const { requests } = job;
    const lengths = requests.map(({ prompt, streams }) => ({ promptLength: prompt.length, samples: streams.length }));
    const results = new Array<readonly SampledTokens[]>(requests.length);
    const jobOf = (piece: readonly number[]): EngineJob => ({
      ...job,
      requests: piece.map((index) => requests[index] as (typeof requests)[number]),
    });
    const receive = (piece: readonly number[], result: EngineResult) => {
      if (!("samples" in result)) return;
      piece.forEach((index, row) => {
        results[index] = result.samples[row] as readonly SampledTokens[];
      });
    };
    const lengthOf = (index: number) => (lengths[index] as (typeof lengths)[number]).promptLength;
    await this.#each(longestFirst(groupRequests(lengths, this.#threads), lengthOf), jobOf, receive, signal);
    return results;
  }

  /** Scores by example. Throws InterruptedError where the signal aborts or the pool is closed before. */
  async score(job: ScoreJob, signal?: AbortSignal): Promise<readonly CompletionScore[]> {
    const { examples } = job;
    const results = new Array<CompletionScore>(examples.length);
    const exampleAt = (index: number) => examples[index] as (typeof examples)[number];
    const jobOf = (piece: readonly number[]): EngineJob => ({ kind: "score", examples: piece.map(exampleAt) });
    const receive = (piece: readonly number[], result: EngineResult) => {
      if (!("scores" in result)) return;
      piece.forEach((index, row) => {
        results[index] = result.scores[row] as CompletionScore;
      });
    };
    const pieces = groupsOf(examples, paddedPositions, () => scoredTogether);
    await this.#each(
      longestFirst(pieces, (index) => exampleAt(index).tokens.length),
      jobOf,
      receive,
      signal,
    );
    return results;
  }

  /** Mean final hidden states by text. Throws as score does. */
  async embed({ texts }: EmbedJob, signal?: AbortSignal): Promise<readonly Float32Array[]> {
    const results = new Array<Float32Array>(texts.length);
    const textAt = (index: number) => texts[index] as TextTokens;
    const jobOf = (piece: readonly number[]): EngineJob => ({ kind: "embed", texts: piece.map(textAt) });
    const receive = (piece: readonly number[], result: EngineResult) => {
      if (!("means" in result)) return;
      piece.forEach((index, row) => {
        results[index] = result.means[row] as Float32Array;
      });
    };
    const pieces = groupsOf(texts, paddedLength, () => scoredTogether);
    await this.#each(
      longestFirst(pieces, (index) => textAt(index).tokens.length),
      jobOf,
      receive,
      signal,
    );
    return results;
  }

  async #each(
    pieces: readonly (readonly number[])[],
    jobOf: (piece: readonly number[]) => EngineJob,
    receive: (piece: readonly number[], result: EngineResult) => void,
    callerSignal?: AbortSignal,
  ): Promise<void> {
    const closing = this.#closing.signal;
    const signal = callerSignal === undefined ? closing : AbortSignal.any([callerSignal, closing]);
    let next = 0;
    const drain = async (ask: Ask): Promise<void> => {
      for (let piece = pieces[next++]; piece !== undefined; piece = pieces[next++]) {
        // Lets timers and signals be heard: a session holds the event loop while it runs.
        await new Promise((resume) => setImmediate(resume));
        throwIfAborted(signal);
        receive(piece, await ask(jobOf(piece), signal));
      }
    };
    const asked = this.#threads === 1 ? [this.#askHere()] : this.#askThreads(pieces.length);
    const work = Promise.allSettled(
      asked.map(async (ask) => {
        try {
          await drain(ask);
        } catch (error) {
          // Nobody will look at the pieces that are left.
          next = pieces.length;
          throw error;
        }
      }),
    );
    this.#running.add(work);
    const outcomes = await work;
    this.#running.delete(work);
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  #askHere(): Ask {
    this.#engine ??= new Engine(this.#model);
    const engine = this.#engine;
    return async (job, signal) => {
      if (job.kind === "sample") return { samples: await engine.sample(job, signal) };
      if (job.kind === "score") return { scores: await engine.score(job, signal) };
      return { means: await engine.embed(job, signal) };
    };
  }

  #askThreads(pieces: number): Ask[] {
    this.#workers = this.#workers.filter((worker) => !worker.ended);
    while (this.#workers.length < Math.min(this.#threads, pieces)) this.#workers.push(new EngineThread(this.#model));
    return this.#workers.map((worker) => (job, signal) => worker.ask(job, signal));
  }

  /** Ends the threads; work that is under way is interrupted. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#closing = new AbortController();
    const workers = this.#workers;
    this.#workers = [];
    const engine = this.#engine;
    this.#engine = undefined;
    await Promise.all(workers.map((worker) => worker.close()));
    // Sessions must not go while a step still runs.
    await Promise.all(this.#running);
    await engine?.close();
  }
}

/** Pieces of long texts first, so that no thread is left alone with them at the end. */
function longestFirst(pieces: readonly number[][], lengthOf: (index: number) => number): number[][] {
  const longest = (piece: readonly number[]) => lengthOf(piece[0] as number);
  return [...pieces].sort((a, b) => longest(b) - longest(a));
}
