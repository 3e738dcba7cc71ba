/** How a model that runs here is run: flags of the commands that open one to ask it. */
import { availableParallelism } from "node:os";
import type { ArgsDef } from "citty";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { type WeightPrecision, weightPrecisions } from "../language-models/engine/weight-precision.ts";
import { wholeNumber } from "./whole-number.ts";

export const modelArgs = {
  threads: {
    type: "string",
    valueHint: "N",
    description: "threads of a model that runs here (the machine's cores)",
  },
  precision: {
    type: "string",
    valueHint: "NAME",
    description: `weights of a published model in illume's engine: ${weightPrecisions.join(", ")} (float32)`,
  },
} as const satisfies ArgsDef;

/** As the parser gives them. */
export interface ModelFlags {
  readonly threads?: string | undefined;
  readonly precision?: string | undefined;
}

/** Throws InvalidArgumentError and UnknownNameError for wrong values. */
export function readModelFlags(args: ModelFlags) {
  const { precision } = args;
  const known: readonly string[] = weightPrecisions;
  if (precision !== undefined && !known.includes(precision)) {
    throw new UnknownNameError({ kind: "precision", name: precision, known });
  }
  return {
    threads: wholeNumber("--threads", args.threads, { standard: availableParallelism(), low: 1, high: 1024 }),
    ...(precision !== undefined && { precision: precision as WeightPrecision }),
  };
}
