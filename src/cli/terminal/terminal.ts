/** Where a command writes, and what that place can show. */
import type { Writable } from "node:stream";

export interface Terminal {
  /** Results: for people, or the JSON document. */
  readonly results: Writable;
  /** Progress, remarks and errors, for people. */
  readonly remarks: Writable;
  /** Columns to fill, at most 80 unless the terminal is known to be narrower. */
  readonly columns: number;
  /** Whether remarks go to a person's screen, on which a line can be rewritten. */
  readonly live: boolean;
  /** Whether results may be coloured. */
  readonly colour: boolean;
  /** Whether block characters and arrows can be shown. */
  readonly unicode: boolean;
}

interface Stream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface TerminalOptions {
  readonly output: Stream;
  readonly errors: Stream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** With --json the JSON document has the output to itself, and people read the error stream. */
  readonly json: boolean;
}

/** What the streams and the environment (NO_COLOR, TERM, the locale) allow. */
export function detectTerminal(options: TerminalOptions): Terminal {
  const { output, errors, environment, json } = options;
  const shown = json ? errors : output;
  const dumb = environment.TERM === "dumb";
  const noColour = (environment.NO_COLOR ?? "") !== "";
  return {
    results: shown,
    remarks: errors,
    columns: Math.max(40, Math.min(80, shown.isTTY === true ? (shown.columns ?? 80) : 80)),
    live: errors.isTTY === true && !dumb,
    colour: shown.isTTY === true && !dumb && !noColour,
    unicode: !dumb && showsUnicode(environment),
  };
}

/** A locale that is set to something else than UTF-8 is believed; without one, as in most containers, UTF-8 is taken. */
function showsUnicode(environment: Readonly<Record<string, string | undefined>>): boolean {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG;
  if (environment.TERM === "linux") return false;
  return locale === undefined || locale === "" || /utf-?8/iu.test(locale);
}

export type Tone = "plain" | "strong" | "faint" | "good" | "bad" | "warning";

const codes: Record<Tone, readonly [number, number] | undefined> = {
  plain: undefined,
  strong: [1, 22],
  faint: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warning: [33, 39],
};

/** Colours safe text where colours are allowed. */
export function paint(text: string, tone: Tone, colour: boolean): string {
  const code = codes[tone];
  return colour && code !== undefined && text !== "" ? `\u001b[${code[0]}m${text}\u001b[${code[1]}m` : text;
}

export function writeLines(stream: Writable, lines: readonly string[]): void {
  stream.write(lines.map((line) => `${line}\n`).join(""));
}
