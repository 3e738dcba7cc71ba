/** A thread with an engine of its own; see engine-thread.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { Engine } from "./engine.ts";
import { describeFailure } from "./engine-failure.ts";
import type { EngineAnswer, EngineRequest, EngineResult, TokenListener } from "./engine-job.ts";
import { countedJob, type SharedRest, signalWithExit } from "./thread-exit.ts";

const shared = workerData as SharedRest;
let engine: Engine | undefined;
type JobRequest = Extract<EngineRequest, { kind: "job" }>;
const running = new Map<number, { readonly stop: AbortController; readonly done: Promise<void> }>();
/** How to end samples of jobs that are listened to. */
const ends = new Map<number, (request: number, sample: number) => void>();

async function work({ id, job, listened }: JobRequest, stop: AbortSignal): Promise<EngineResult> {
  if (engine === undefined) throw new Error("the engine was asked before it had a model");
  const signal = signalWithExit(shared, stop);
  if (job.kind === "score") return { scores: await engine.score(job, signal) };
  if (job.kind === "embed") return { means: await engine.embed(job, signal) };
  const listener: TokenListener = (tokens, end) => {
    ends.set(id, end);
    tell({ id, tokens });
  };
  return { samples: await engine.sample(job, signal, listened ? listener : undefined) };
}

function tell(answer: EngineAnswer): void {
  parentPort?.postMessage(answer);
}

async function answer(request: JobRequest, signal: AbortSignal): Promise<void> {
  const { id } = request;
  let result: EngineAnswer;
  try {
    result = { id, ...(await countedJob(shared, () => work(request, signal))) };
  } catch (error) {
    result = { id, failure: describeFailure(error) };
  }
  running.delete(id);
  ends.delete(id);
  tell(result);
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
  else if (request.kind === "end") ends.get(request.id)?.(request.request, request.sample);
  else if (request.kind === "close") await close();
  else {
    const stop = new AbortController();
    const done = answer(request, stop.signal);
    running.set(request.id, { stop, done });
  }
});
