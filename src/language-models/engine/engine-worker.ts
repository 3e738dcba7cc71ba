/** A thread with an engine of its own; see engine-thread.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { Engine } from "./engine.ts";
import { describeFailure } from "./engine-failure.ts";
import type { EngineAnswer, EngineRequest, EngineResult, SampleJob, ScoreJob } from "./engine-job.ts";
import { countedJob, type SharedRest, signalWithExit } from "./thread-exit.ts";

const shared = workerData as SharedRest;
let engine: Engine | undefined;
const running = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>();

async function work(job: SampleJob | ScoreJob, stop: AbortSignal): Promise<EngineResult> {
  if (engine === undefined) throw new Error("the engine was asked before it had a model");
  const signal = signalWithExit(shared, stop);
  return job.kind === "sample"
    ? { samples: await engine.sample(job, signal) }
    : { scores: await engine.score(job, signal) };
}

async function answer(id: number, job: SampleJob | ScoreJob, signal: AbortSignal): Promise<void> {
  let result: EngineAnswer;
  try {
    result = { id, ...(await countedJob(shared, () => work(job, signal))) };
  } catch (error) {
    result = { id, failure: describeFailure(error) };
  }
  running.delete(id);
  parentPort?.postMessage(result);
}

async function close(): Promise<void> {
  const jobs = [...running.values()];
  for (const { stop } of jobs) stop.abort();
  for (const { done } of jobs) await done;
  await engine?.close();
  // With its port closed nothing keeps the thread, and it ends by itself.
  parentPort?.close();
}

parentPort?.on("message", async (request: EngineRequest) => {
  if (request.kind === "model") engine = new Engine(request.model);
  else if (request.kind === "stop") running.get(request.id)?.stop.abort();
  else if (request.kind === "close") await close();
  else {
    const stop = new AbortController();
    const done = answer(request.id, request.job, stop.signal);
    running.set(request.id, { stop, done });
  }
});
