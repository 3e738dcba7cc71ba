/** What a command is given besides its arguments. */
import type { Terminal } from "./terminal/terminal.ts";

export interface CommandContext {
  readonly terminal: Terminal;
  /** Whether the result goes to standard output as one JSON document. */
  readonly json: boolean;
  /** Writes the JSON document; does nothing without --json. */
  writeJson(document: unknown): void;
}
