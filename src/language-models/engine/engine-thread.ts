/** A worker thread with an engine, seen from outside: jobs in, results out, several at a time if need be. */
import { Worker } from "node:worker_threads";
import { interrupted } from "../interrupted.ts";
import { failureError } from "./engine-failure.ts";
import type { EngineAnswer, EngineModel, EngineRequest, EngineResult, SampleJob, ScoreJob } from "./engine-job.ts";

// Sources run as they are; in the published package the worker is compiled like this file.
const workerFile = import.meta.url.endsWith(".ts") ? "./engine-worker.ts" : "./engine-worker.js";

interface Waiting {
  resolve(result: EngineResult): void;
  reject(error: Error): void;
}

export class EngineThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #ended = false;

  constructor(model: EngineModel) {
    this.#worker = new Worker(new URL(workerFile, import.meta.url));
    this.#worker.on("message", (answer: EngineAnswer) => this.#receive(answer));
    this.#worker.on("error", (error: Error) => this.#end(error));
    this.#worker.on("exit", () => this.#end(interrupted()));
    // An idle thread keeps no process alive.
    this.#worker.unref();
    this.#worker.postMessage({ kind: "model", model } satisfies EngineRequest);
  }

  /** Whether it has crashed or was closed; it takes no more work then. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Does a job. Throws what the job throws, InterruptedError where the thread ends before. */
  ask(job: SampleJob | ScoreJob): Promise<EngineResult> {
    if (this.#ended) return Promise.reject(interrupted());
    const id = this.#asked++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ kind: "job", id, job } satisfies EngineRequest);
    });
  }

  #receive(answer: EngineAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ("failure" in answer) waiting?.reject(failureError(answer.failure));
    else waiting?.resolve(answer);
  }

  #end(error: Error): void {
    this.#ended = true;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** Ends the thread; jobs that it had are interrupted. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
