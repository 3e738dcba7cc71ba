/** The protocol of README.md for a side that is written in TypeScript. */

import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";

/** What is asked: the row's settings and how many operations to time; `warmUp` marks the first request. */
export type Request = Readonly<Record<string, unknown>> & { readonly operations: number; readonly warmUp?: boolean };

/** `seconds` is of one operation. */
export type TimedAnswer = Readonly<Record<string, unknown>> & { readonly seconds: number; readonly operations: number };

/** Answers each line of standard input by one line; an error is answered too, and ends the process. */
export async function serve(answer: (request: Request) => Promise<Readonly<Record<string, unknown>>>): Promise<void> {
  for await (const line of createInterface({ input: stdin })) {
    try {
      stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
    } catch (error) {
      stdout.write(
        `${JSON.stringify({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) })}\n`,
      );
      process.exitCode = 1;
      return;
    }
  }
}

/** Runs `operation` that many times and tells the seconds of one. */
export async function timed(operations: number, operation: () => unknown): Promise<TimedAnswer> {
  const [start, processorStart] = [performance.now(), process.cpuUsage()];
  for (let index = 0; index < operations; index++) {
    const pending = operation();
    // Awaiting what is not a promise would cost a turn of the event loop an operation.
    if (pending instanceof Promise) await pending;
  }
  const seconds = (performance.now() - start) / 1000 / operations;
  const { user, system } = process.cpuUsage(processorStart);
  // Of all threads; steadier than the clock's where other programs want the processor.
  return { seconds, operations, processorSeconds: (user + system) / 1e6 / operations };
}
