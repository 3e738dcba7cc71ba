import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";

/** One fault of a domain's file. */
export interface DomainFault {
  /** From 1; of the value that is wrong, or of the group where one is missing. */
  readonly line: number;
  readonly column: number;
  /** The place in words, e.g. "descriptors.0.name". */
  readonly path: string;
  readonly expected: string;
  readonly received: string;
  readonly remedy: string;
}

/** A domain's file that is not as the schema has it; `faults` has every one, the message the first. */
export class DomainError extends InvalidArgumentError {
  readonly faults: readonly DomainFault[];

  constructor(file: string, faults: readonly DomainFault[]) {
    const { line, column, path, expected, received, remedy } = faults[0] as DomainFault;
    super({ expected, received, remedy });
    this.faults = faults;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
    const place = `${file}, line ${line}, column ${column}${path === "" ? "" : `, ${path}`}`;
    this.message = `${place}: expected ${expected}, but got ${received}: ${remedy}${more}`;
  }
}
