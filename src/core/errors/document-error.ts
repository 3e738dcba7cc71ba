import { InvalidArgumentError } from "./invalid-argument-error.ts";

/** One fault of a document that people write by hand. */
export interface DocumentFault {
  /** From 1; of the value that is wrong, or of the group where one is missing. */
  readonly line: number;
  readonly column: number;
  /** The place in words, e.g. "descriptors.0.name". */
  readonly path: string;
  readonly expected: string;
  readonly received: string;
  readonly remedy: string;
}

/** A document that is not as its schema has it; `faults` has every one, the message the first. */
export class DocumentError extends InvalidArgumentError {
  /** What errors call the document. */
  readonly file: string;
  readonly faults: readonly DocumentFault[];

  constructor(file: string, faults: readonly DocumentFault[]) {
    const [first] = faults as [DocumentFault];
    const { expected, received, remedy } = first;
    super({ expected, received, remedy });
    this.file = file;
    this.faults = faults;
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
    this.message = `${documentFaultLine(file, first)}${more}`;
  }
}

/** A fault with its place, in one line. */
export function documentFaultLine(file: string, fault: DocumentFault): string {
  const { line, column, path, expected, received, remedy } = fault;
  const place = `${file}, line ${line}, column ${column}${path === "" ? "" : `, ${path}`}`;
  return `${place}: expected ${expected}, but got ${received}: ${remedy}`;
}
