/**
 * A worker thread with an engine, seen from outside: jobs in, results out, several at a time if need be.
 *
 * A thread is never ended by force: ONNX Runtime would take the whole process with it. It is told to stop, and does so
 * between two steps.
 */
import { Worker } from "node:worker_threads";
import { interrupted } from "../interrupted.ts";
import { failureError } from "./engine-failure.ts";
import type { EngineAnswer, EngineJob, EngineModel, EngineRequest, EngineResult, TokenListener } from "./engine-job.ts";
import { awaitAtExit, createSharedRest, forgetAtExit } from "./thread-exit.ts";

// Sources run as they are; in the published package the worker is compiled like this file.
const workerFile = import.meta.url.endsWith(".ts") ? "./engine-worker.ts" : "./engine-worker.js";

interface Waiting {
  readonly listener: TokenListener | undefined;
  resolve(result: EngineResult): void;
  reject(error: Error): void;
}

export class EngineThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exit: Promise<void>;
  #asked = 0;
  #ended = false;

  constructor(model: EngineModel) {
    const shared = createSharedRest();
    awaitAtExit(shared);
    this.#worker = new Worker(new URL(workerFile, import.meta.url), { workerData: shared });
    this.#worker.on("message", (answer: EngineAnswer) => this.#receive(answer));
    this.#worker.on("error", (error: Error) => this.#end(error));
    this.#exit = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        forgetAtExit(shared);
        this.#end(interrupted());
        resolve();
      });
    });
    // An idle thread keeps no process alive.
    this.#worker.unref();
    this.#tell({ kind: "model", model });
  }

  /** Whether it has crashed or was closed; it takes no more work then. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Does a job. Throws what the job throws, InterruptedError as soon as the signal aborts or the thread is closed. */
  ask(job: EngineJob, signal?: AbortSignal, listener?: TokenListener): Promise<EngineResult> {
    if (this.#ended || signal?.aborted === true) return Promise.reject(interrupted());
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#tell({ kind: "stop", id });
        // Its answer still comes, and keeps the thread until then.
        reject(interrupted());
      };
      const finish = () => signal?.removeEventListener("abort", stop);
      signal?.addEventListener("abort", stop, { once: true });
      this.#waiting.set(id, {
        listener,
        resolve: (result) => {
          finish();
          resolve(result);
        },
        reject: (error) => {
          finish();
          reject(error);
        },
      });
      this.#worker.ref();
      this.#tell({ kind: "job", id, job, listened: listener !== undefined });
    });
  }

  #tell(request: EngineRequest): void {
    this.#worker.postMessage(request);
  }

  #receive(answer: EngineAnswer): void {
    const { id } = answer;
    const waiting = this.#waiting.get(id);
    if ("tokens" in answer) {
      waiting?.listener?.(answer.tokens, (request, sample) => this.#tell({ kind: "end", id, request, sample }));
      return;
    }
    this.#waiting.delete(id);
    if (this.#waiting.size === 0 && !this.#ended) this.#worker.unref();
    if ("failure" in answer) waiting?.reject(failureError(answer.failure));
    else waiting?.resolve(answer);
  }

  #end(error: Error): void {
    this.#ended = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** Ends the thread; jobs that it has are interrupted. */
  async close(): Promise<void> {
    if (!this.#ended) {
      this.#end(interrupted());
      this.#worker.ref();
      this.#tell({ kind: "close" });
    }
    await this.#exit;
  }
}
