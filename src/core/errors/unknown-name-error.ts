import { IllumeError } from "./illume-error.ts";
import { nearestName } from "./nearest-name.ts";

/** A name that is not among the known ones (a flag, a command, a domain, a model); the nearest known one is offered. */
export class UnknownNameError extends IllumeError {
  readonly exitCode = 2;
  readonly nearest: string | undefined;

  constructor(options: { readonly kind: string; readonly name: string; readonly known: readonly string[] }) {
    const nearest = nearestName(options.name, options.known);
    const known = options.known.length > 0 ? `one of ${options.known.join(", ")}` : "none (nothing is registered)";
    super({
      expected: `a known ${options.kind} (${known})`,
      received: JSON.stringify(options.name),
      remedy: nearest === undefined ? "choose one of these" : `did you mean ${JSON.stringify(nearest)}?`,
    });
    this.nearest = nearest;
  }
}
