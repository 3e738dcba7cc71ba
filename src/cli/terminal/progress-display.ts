/** Progress for people: one line that is rewritten on a screen, plain lines now and then elsewhere. */
import type { Progress } from "../../closed-loop/progress.ts";
import { padToWidth, shortenToWidth } from "../../core/terminal-text.ts";
import { duration, percentage, wholeNumber } from "./numbers.ts";
import { type Terminal, writeLines } from "./terminal.ts";

/** Milliseconds between two updates of the live line, and between two plain lines of one phase. */
const liveInterval = 100;
const plainInterval = 10_000;

export interface ProgressDisplay {
  update(progress: Progress): void;
  /** Prints a line above the live one. */
  remark(line: string): void;
  /** Leaves the last state on the screen, as done where the run is completed; harmless when called twice. */
  end(completed?: boolean): void;
}

export interface ProgressDisplayOptions {
  readonly terminal: Terminal;
  /** Rounds of the run; the number of the round is shown where there are several. */
  readonly rounds: number;
  /** Milliseconds of a steady clock; default performance.now. */
  readonly now?: () => number;
}

export function progressDisplay(options: ProgressDisplayOptions): ProgressDisplay {
  return options.terminal.live ? liveDisplay(options) : plainDisplay(options);
}

function liveDisplay({ terminal, rounds, now = () => performance.now() }: ProgressDisplayOptions): ProgressDisplay {
  const { remarks, columns } = terminal;
  let shown: Progress | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  const clear = () => remarks.write("\r\u001b[K");
  // The last column stays free: writing into it makes some terminals wrap.
  const draw = (progress: Progress) =>
    remarks.write(`\r\u001b[K${liveLine(progress, rounds, { ...terminal, columns: columns - 1 })}`);
  const leave = (completed = false) => {
    if (shown === undefined) return;
    const { secondsLeft: _, ...last } = shown;
    draw(completed ? { ...last, done: last.total } : last);
    remarks.write("\n");
    shown = undefined;
  };
  return {
    update(progress) {
      const newPhase = shown !== undefined && !samePhase(shown, progress);
      if (newPhase) leave(true);
      if (progress.message !== undefined) {
        clear();
        writeLines(remarks, [shortenToWidth(progress.message, 500)]);
      }
      const due = now() - shownAt >= liveInterval;
      const first = shown === undefined;
      shown = progress;
      if (!(due || first || progress.done >= progress.total)) return;
      shownAt = now();
      draw(progress);
    },
    remark(line) {
      clear();
      writeLines(remarks, [line]);
      if (shown !== undefined) draw(shown);
    },
    end: leave,
  };
}

function plainDisplay({ terminal, rounds, now = () => performance.now() }: ProgressDisplayOptions): ProgressDisplay {
  const { remarks } = terminal;
  let last: Progress | undefined;
  let printedAt = Number.NEGATIVE_INFINITY;
  return {
    update(progress) {
      if (progress.message !== undefined) writeLines(remarks, [shortenToWidth(progress.message, 500)]);
      const started = last === undefined || !samePhase(last, progress);
      const finished = progress.done >= progress.total && (started || (last as Progress).done < progress.total);
      last = progress;
      if (!(started || finished || now() - printedAt >= plainInterval)) return;
      printedAt = now();
      writeLines(remarks, [plainLine(progress, rounds)]);
    },
    remark: (line) => writeLines(remarks, [line]),
    end: () => {},
  };
}

/** "search 2/3: 800 of 2,000, coverage 41.0 %, 512 failures, 1 min 20 s left" */
export function plainLine(progress: Progress, rounds: number): string {
  const done = progress.total > 0 ? [`${wholeNumber(progress.done)} of ${wholeNumber(progress.total)}`] : [];
  const facts = [...done, ...details(progress)];
  return facts.length === 0 ? phaseName(progress, rounds) : `${phaseName(progress, rounds)}: ${facts.join(", ")}`;
}

/** The same with a bar, in exactly the terminal's columns or fewer. */
export function liveLine(progress: Progress, rounds: number, terminal: Pick<Terminal, "columns" | "unicode">): string {
  const name = padToWidth(phaseName(progress, rounds), 15);
  const share = progress.total > 0 ? Math.min(1, Math.max(0, progress.done / progress.total)) : 0;
  const barWidth = 12;
  const filled = Math.round(share * barWidth);
  const bar = terminal.unicode
    ? "█".repeat(filled) + "░".repeat(barWidth - filled)
    : `${"#".repeat(filled)}${"-".repeat(barWidth - filled)}`;
  const percent = `${Math.floor(100 * share)} %`.padStart(5);
  const facts = details(progress).join("  ");
  return shortenToWidth(`${name} ${bar} ${percent}  ${facts}`, terminal.columns, terminal.unicode ? "…" : "").trimEnd();
}

function details(progress: Progress): string[] {
  return [
    ...(progress.coverage === undefined ? [] : [`coverage ${percentage(progress.coverage, 0)} %`]),
    ...(progress.failures === undefined ? [] : [`${wholeNumber(progress.failures)} failures`]),
    ...(progress.facts ?? []),
    ...(progress.secondsLeft === undefined ? [] : [`${duration(progress.secondsLeft)} left`]),
  ];
}

function phaseName(progress: Progress, rounds: number): string {
  return rounds > 1 && progress.round > 0 ? `${progress.phase} ${progress.round}/${rounds}` : progress.phase;
}

function samePhase(a: Progress, b: Progress): boolean {
  return a.phase === b.phase && a.round === b.round;
}
