/** A thread with an engine of its own; see engine-thread.ts. */
import { parentPort } from "node:worker_threads";
import { Engine } from "./engine.ts";
import { describeFailure } from "./engine-failure.ts";
import type { EngineAnswer, EngineRequest, EngineResult, SampleJob, ScoreJob } from "./engine-job.ts";

let engine: Engine | undefined;

async function work(job: SampleJob | ScoreJob): Promise<EngineResult> {
  if (engine === undefined) throw new Error("the engine was asked before it had a model");
  return job.kind === "sample" ? { samples: await engine.sample(job) } : { scores: await engine.score(job) };
}

parentPort?.on("message", async (request: EngineRequest) => {
  if (request.kind === "model") {
    engine = new Engine(request.model);
    return;
  }
  const { id, job } = request;
  let answer: EngineAnswer;
  try {
    answer = { id, ...(await work(job)) };
  } catch (error) {
    answer = { id, failure: describeFailure(error) };
  }
  parentPort?.postMessage(answer);
});
