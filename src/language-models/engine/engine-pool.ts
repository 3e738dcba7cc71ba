/**
 * A transformer in several threads: jobs are cut into pieces that fit a batch, and whichever thread is free takes the
 * next one. Small products gain more from threads with a session each than from threads within one session.
 */
import { Worker } from "node:worker_threads";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { Engine } from "./engine.ts";
import type { EngineAnswer, EngineModel, EngineRequest, SampledTokens, SampleJob, ScoreJob } from "./engine-job.ts";
import type { CompletionScore } from "./scorer.ts";

/** Sequences in one piece of work. */
const pieceSize = 64;

// Sources run as they are; in the published package the worker is compiled like this file.
const workerFile = import.meta.url.endsWith(".ts") ? "./engine-worker.ts" : "./engine-worker.js";

export class EnginePool {
  readonly #model: EngineModel;
  readonly #threads: number;
  #engine: Engine | undefined;
  #workers: Worker[] = [];

  /** With one thread the calling one does the work. */
  constructor(model: EngineModel, threads: number) {
    this.#model = model;
    this.#threads = threads;
  }

  /** Samples by request. Throws InterruptedError where the signal aborts between pieces. */
  async sample(job: SampleJob, signal?: AbortSignal): Promise<readonly (readonly SampledTokens[])[]> {
    const pieces = piecesOf(
      job.requests.map(({ prompt, streams }, index) => ({ index, length: prompt.length, rows: streams.length })),
    );
    const results = new Array<readonly SampledTokens[]>(job.requests.length);
    await this.#each(
      pieces,
      (piece) => ({ ...job, requests: piece.map((index) => job.requests[index] as SampleJob["requests"][number]) }),
      (piece, answer) => {
        if (!("samples" in answer)) return;
        piece.forEach((index, row) => {
          results[index] = answer.samples[row] as readonly SampledTokens[];
        });
      },
      signal,
    );
    return results;
  }

  /** Scores by example. Throws InterruptedError where the signal aborts between pieces. */
  async score(job: ScoreJob, signal?: AbortSignal): Promise<readonly CompletionScore[]> {
    const pieces = piecesOf(job.examples.map(({ tokens }, index) => ({ index, length: tokens.length, rows: 1 })));
    const results = new Array<CompletionScore>(job.examples.length);
    await this.#each(
      pieces,
      (piece) => ({
        kind: "score",
        examples: piece.map((index) => job.examples[index] as ScoreJob["examples"][number]),
      }),
      (piece, answer) => {
        if (!("scores" in answer)) return;
        piece.forEach((index, row) => {
          results[index] = answer.scores[row] as CompletionScore;
        });
      },
      signal,
    );
    return results;
  }

  async #each(
    pieces: readonly (readonly number[])[],
    request: (piece: readonly number[]) => SampleJob | ScoreJob,
    receive: (piece: readonly number[], answer: EngineAnswer) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    let next = 0;
    const drain = async (ask: (request: SampleJob | ScoreJob) => Promise<EngineAnswer>): Promise<void> => {
      for (let piece = pieces[next++]; piece !== undefined; piece = pieces[next++]) {
        // Lets timers and signals be heard: a session holds the event loop while it runs.
        await new Promise((resume) => setImmediate(resume));
        if (signal?.aborted === true) throw interrupted();
        const answer = await ask(request(piece));
        if ("failure" in answer) throw answer.failure;
        receive(piece, answer);
      }
    };
    if (this.#threads === 1) {
      this.#engine ??= new Engine(this.#model);
      const engine = this.#engine;
      await drain(async (job) =>
        job.kind === "sample" ? { samples: await engine.sample(job) } : { scores: await engine.score(job) },
      );
      return;
    }
    while (this.#workers.length < this.#threads) this.#workers.push(this.#startWorker());
    const outcomes = await Promise.allSettled(this.#workers.map((worker) => drain((job) => askWorker(worker, job))));
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL(workerFile, import.meta.url));
    // An idle pool keeps no process alive.
    worker.unref();
    worker.postMessage({ kind: "model", model: this.#model } satisfies EngineRequest);
    return worker;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    await Promise.all(workers.map((worker) => worker.terminate()));
    await this.#engine?.close();
    this.#engine = undefined;
  }
}

function askWorker(worker: Worker, request: EngineRequest): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    worker.ref();
    const finish = (act: () => void) => {
      worker.off("message", answered).off("error", failed).off("exit", ended);
      worker.unref();
      act();
    };
    const answered = (answer: EngineAnswer) => finish(() => resolve(answer));
    const failed = (error: Error) => finish(() => reject(error));
    const ended = () => finish(() => reject(interrupted()));
    worker.on("message", answered).on("error", failed).on("exit", ended);
    worker.postMessage(request);
  });
}

function interrupted(): InterruptedError {
  return new InterruptedError({
    expected: "the model's work to be finished",
    received: "a request to stop",
    remedy: "start it again: what was committed is kept",
  });
}

/** Indices by piece: alike lengths together, about pieceSize rows each. */
function piecesOf(
  items: readonly { readonly index: number; readonly length: number; readonly rows: number }[],
): number[][] {
  const order = [...items].sort((a, b) => a.length - b.length || a.index - b.index);
  const pieces: number[][] = [];
  let rows = pieceSize;
  for (const item of order) {
    if (rows + item.rows > pieceSize) {
      pieces.push([]);
      rows = 0;
    }
    pieces.at(-1)?.push(item.index);
    rows += item.rows;
  }
  // Long ones first, so that no thread is left alone with them at the end.
  return pieces.reverse();
}
