/**
 * Letting threads come to rest before the process ends.
 *
 * A thread that the end of the process finds within ONNX Runtime takes the process down with an abort. So a thread
 * counts its jobs in shared memory, and the process, when it ends, asks for a stop there and waits until all are done.
 */

/** Shared by a thread and the process: [whether to stop, jobs under way]. */
export type SharedRest = Int32Array<SharedArrayBuffer>;

const stopWanted = 0;
const jobs = 1;
/** A step takes milliseconds, making a graph up to a second. */
const longestWaitMilliseconds = 5000;

export function createSharedRest(): SharedRest {
  return new Int32Array(new SharedArrayBuffer(8));
}

const resting = new Set<SharedRest>();

function waitForRest(): void {
  for (const shared of resting) Atomics.store(shared, stopWanted, 1);
  for (const shared of resting) {
    for (let left = Atomics.load(shared, jobs); left > 0; left = Atomics.load(shared, jobs)) {
      if (Atomics.wait(shared, jobs, left, longestWaitMilliseconds) === "timed-out") break;
    }
  }
}

/** The process: from now on its end waits for this thread. */
export function awaitAtExit(shared: SharedRest): void {
  if (resting.size === 0) process.on("exit", waitForRest);
  resting.add(shared);
}

/** The process: the thread has ended. */
export function forgetAtExit(shared: SharedRest): void {
  resting.delete(shared);
  if (resting.size === 0) process.off("exit", waitForRest);
}

/** The thread: does a job that the end of the process waits for. */
export async function countedJob<Result>(shared: SharedRest, job: () => Promise<Result>): Promise<Result> {
  Atomics.add(shared, jobs, 1);
  try {
    return await job();
  } finally {
    Atomics.sub(shared, jobs, 1);
    Atomics.notify(shared, jobs);
  }
}

/** The thread: a signal that is aborted as the given one is, or by the end of the process. */
export function signalWithExit(shared: SharedRest, signal: AbortSignal): { readonly aborted: boolean } {
  return {
    get aborted() {
      return signal.aborted || Atomics.load(shared, stopWanted) === 1;
    },
  };
}
