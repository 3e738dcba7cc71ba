/** A thread that checks texts; see exact-thread.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { type ExactResult, exactTest } from "./exact-check.ts";
import type { ExactThreadData } from "./exact-thread.ts";

const { check, finished } = workerData as ExactThreadData;
const test = exactTest(check);

parentPort?.on("message", (text: string) => {
  let result: ExactResult;
  try {
    result = test(text);
  } catch (error) {
    // A text nested so deeply that the stack ends.
    result = { passed: false, reason: error instanceof Error ? error.message : String(error) };
  }
  Atomics.add(finished, 0, 1);
  parentPort?.postMessage(result);
});
parentPort?.postMessage("ready");
