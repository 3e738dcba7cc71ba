/**
 * The base of every error that illume raises on purpose.
 *
 * A message is one line made of three parts: what was expected, what came instead, what to do about it.
 * `exitCode` is what the command line ends with (docs/guide/exit-codes.md).
 */
export interface IllumeErrorOptions {
  /** What the code needed, e.g. "a shape [batch, 3]". */
  readonly expected: string;
  /** What it got instead, e.g. "[4, 5]". */
  readonly received: string;
  /** What the user can do, e.g. "reshape the input". */
  readonly remedy: string;
  readonly cause?: unknown;
}

/** The base of every error that illume raises on purpose; its message is one line made of the three parts. */
export abstract class IllumeError extends Error {
  abstract readonly exitCode: number;
  readonly expected: string;
  readonly received: string;
  readonly remedy: string;

  constructor(options: IllumeErrorOptions) {
    super(`expected ${options.expected}, but got ${options.received}: ${options.remedy}`, { cause: options.cause });
    this.name = new.target.name;
    this.expected = options.expected;
    this.received = options.received;
    this.remedy = options.remedy;
  }
}
