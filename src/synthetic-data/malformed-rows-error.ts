import { IllumeError } from "../core/errors/illume-error.ts";

/** What is wrong with a row, and where it stands. */
export interface RowFault {
  /** From 1: the line, or the item of a JSON list. */
  readonly line: number;
  readonly fault: string;
}

/** Rows of a file that cannot be read; all of them are listed in `faults`, the message names the first three. */
export class MalformedRowsError extends IllumeError {
  readonly exitCode = 5;
  readonly faults: readonly RowFault[];

  /** @param options `unit` is what a fault's `line` counts, e.g. "line" or "item" */
  constructor(options: { readonly path: string; readonly unit: string; readonly faults: readonly RowFault[] }) {
    const { path, unit, faults } = options;
    const shown = faults.slice(0, 3).map(({ line, fault }) => `${unit} ${line}: ${fault}`);
    const rest = faults.length > shown.length ? `; and ${faults.length - shown.length} more` : "";
    super({
      expected: `rows with text in ${JSON.stringify(path)}`,
      received: `${faults.length} malformed (${shown.join("; ")}${rest})`,
      remedy: "correct them, name the field with the text, or skip malformed rows",
    });
    this.faults = faults;
  }
}
