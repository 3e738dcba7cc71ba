/** A thread with an engine of its own; see engine-pool.ts. */
import { parentPort } from "node:worker_threads";
import { Engine } from "./engine.ts";
import type { EngineAnswer, EngineRequest } from "./engine-job.ts";

let engine: Engine | undefined;

async function answer(request: EngineRequest): Promise<EngineAnswer | undefined> {
  if (request.kind === "model") {
    await engine?.close();
    engine = new Engine(request.model);
    return undefined;
  }
  if (engine === undefined) return { failure: new Error("the engine was asked before it had a model") };
  return request.kind === "sample"
    ? { samples: await engine.sample(request) }
    : { scores: await engine.score(request) };
}

parentPort?.on("message", async (request: EngineRequest) => {
  try {
    const result = await answer(request);
    if (result !== undefined) parentPort?.postMessage(result);
  } catch (failure) {
    parentPort?.postMessage({ failure });
  }
});
