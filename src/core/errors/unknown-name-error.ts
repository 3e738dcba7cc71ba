import { IllumeError } from "./illume-error.ts";
import { nearestName } from "./nearest-name.ts";

/** More names than this are not listed in a message. */
const listed = 12;

/** A name that is not among the known ones (a flag, a command, a domain, a model); the nearest known one is offered. */
export class UnknownNameError extends IllumeError {
  readonly exitCode = 2;
  readonly nearest: string | undefined;

  /** @param options `nearest` replaces the known name with the fewest different letters */
  constructor(options: {
    readonly kind: string;
    readonly name: string;
    readonly known: readonly string[];
    readonly nearest?: string;
  }) {
    const nearest = options.nearest ?? nearestName(options.name, options.known);
    const more = options.known.length > listed ? ` and ${options.known.length - listed} more` : "";
    const names = options.known.slice(0, listed).join(", ");
    const known = options.known.length > 0 ? `one of ${names}${more}` : "none (nothing is registered)";
    super({
      expected: `a known ${options.kind} (${known})`,
      received: JSON.stringify(options.name),
      remedy: nearest === undefined ? "choose one of these" : `did you mean ${JSON.stringify(nearest)}?`,
    });
    this.nearest = nearest;
  }
}
