/**
 * Checks of hostile texts under a time limit: a regular expression can take years on a text that is made for it. They
 * run in a thread that is ended where a text takes too long; the next text gets a new one.
 */
import { Worker } from "node:worker_threads";
import { interrupted, throwIfAborted } from "../language-models/interrupted.ts";
import type { ExactCheck, ExactResult } from "./exact-check.ts";

// Sources run as they are; in the published package the worker is compiled like this file.
const workerFile = import.meta.url.endsWith(".ts") ? "./exact-worker.ts" : "./exact-worker.js";

/** What the thread begins with. */
export interface ExactThreadData {
  readonly check: ExactCheck;
  /** Texts that it has finished. */
  readonly finished: Int32Array;
}

/** A check in a thread of its own, which starts with the first text. */
export class ExactThread {
  readonly #check: ExactCheck;
  readonly #timeLimit: number;
  #worker: Worker | undefined;
  #finished = new Int32Array(new SharedArrayBuffer(4));
  /** Texts are checked one after the other, also those of calls at the same time. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param timeLimit milliseconds for one text */
  constructor(check: ExactCheck, timeLimit: number) {
    this.#check = check;
    this.#timeLimit = timeLimit;
  }

  /** The results by text; undefined where the time limit was reached. Throws InterruptedError where the signal aborts. */
  test(texts: readonly string[], signal?: AbortSignal): Promise<readonly (ExactResult | undefined)[]> {
    const work = this.#last.then(async () => {
      const results: (ExactResult | undefined)[] = [];
      for (const text of texts) {
        throwIfAborted(signal);
        results.push(await this.#testOne(text, signal));
      }
      return results;
    });
    this.#last = work.catch(() => undefined);
    return work;
  }

  /** Ends the thread; a later text starts a new one. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #testOne(text: string, signal: AbortSignal | undefined): Promise<ExactResult | undefined> {
    const worker = await this.#started();
    const before = Atomics.load(this.#finished, 0);
    const { promise, resolve, reject } = Promise.withResolvers<ExactResult | undefined>();
    const stop = () => reject(interrupted());
    const ended = () => reject(interrupted());
    const timer = setTimeout(() => {
      // This thread may have been busy while the other one finished: then the message is on its way.
      if (Atomics.load(this.#finished, 0) === before) resolve(undefined);
    }, this.#timeLimit);
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", ended);
    signal?.addEventListener("abort", stop, { once: true });
    worker.ref();
    worker.postMessage(text);
    let result: ExactResult | undefined;
    try {
      result = await promise;
    } finally {
      clearTimeout(timer);
      worker.off("message", resolve);
      worker.off("error", reject);
      worker.off("exit", ended);
      signal?.removeEventListener("abort", stop);
      // Whatever did not answer is still at it.
      if (result === undefined) await this.close();
      else worker.unref();
    }
    return result;
  }

  /** The thread, once it says that it is ready: its start is not counted against a text's time. */
  async #started(): Promise<Worker> {
    if (this.#worker !== undefined) return this.#worker;
    const finished = new Int32Array(new SharedArrayBuffer(4));
    const workerData: ExactThreadData = { check: this.#check, finished };
    const worker = new Worker(new URL(workerFile, import.meta.url), { workerData });
    this.#worker = worker;
    this.#finished = finished;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const ended = () => reject(interrupted());
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", ended);
    await promise;
    worker.off("error", reject);
    worker.off("exit", ended);
    return worker;
  }
}
