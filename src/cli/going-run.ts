/** A run under way in a command: what is told of it, Ctrl-C, how an end before its end is told, and what is closed. */
import { basename, relative } from "node:path";
import { terminalLine, wrapToWidth } from "../core/terminal-text.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { listenForInterruption } from "./interruption.ts";
import { goOnCommand } from "./run-code.ts";
import { isStop, isUnfinished, stoppedRun } from "./stopped-run.ts";
import { type ProgressDisplay, progressDisplay } from "./terminal/progress-display.ts";
import { writeLines } from "./terminal/terminal.ts";

/** What the work is done with. */
export interface GoingRun {
  /** Tells people; a command has a line of its own, whatever its length: broken over two it could not be copied. */
  readonly say: (text: string, command?: string) => void;
  readonly display: ProgressDisplay;
  /** Aborts with Ctrl-C. */
  readonly signal: AbortSignal;
  /** The command that goes on with the run. */
  readonly resume: string;
  /** Tells where the run is kept. */
  readonly tellFolder: () => void;
}

/** The run, and how its work is called. */
export interface GoingRunOptions {
  /** Closed when the work has ended. */
  readonly store: RunStore;
  readonly context: CommandContext;
  /** Of the progress display. */
  readonly rounds: number;
  /** When it stops after Ctrl-C: "after the calls under way". */
  readonly stops: string;
}

/**
 * Does the work of a run. Throws InterruptedError with the command that goes on where Ctrl-C ended it, and what the work
 * throws, after telling that command where it can be gone on with.
 */
export async function goingRun(
  { store, context, rounds, stops }: GoingRunOptions,
  work: (going: GoingRun) => Promise<void>,
): Promise<void> {
  const { terminal } = context;
  const resume = goOnCommand(store);
  const say = (text: string, command?: string) =>
    writeLines(terminal.remarks, [
      ...wrapToWidth(terminalLine(text), terminal.columns),
      ...(command === undefined ? [] : [`  ${command}`]),
    ]);
  const tellFolder = () =>
    say(`Run folder: ${relative(process.cwd(), store.directory) || "."}. Ctrl-C stops it; it goes on with`, resume);
  const display = progressDisplay({ terminal, rounds });
  const interruption = listenForInterruption(() => display.remark(`Stopping ${stops}; Ctrl-C again ends at once.`));
  try {
    await work({ say, display, signal: interruption.signal, resume, tellFolder });
  } catch (error) {
    display.end();
    if (interruption.signal.aborted && isStop(error)) throw stoppedRun(resume);
    if (isUnfinished(error)) {
      say(`What was done before is kept in ${basename(store.directory)}; it goes on with`, resume);
    }
    throw error;
  } finally {
    interruption.end();
    store.close();
  }
}
