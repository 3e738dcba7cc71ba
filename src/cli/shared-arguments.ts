/** Arguments that several commands have. */
import type { ArgsDef } from "citty";

export const runArg = {
  run: {
    type: "positional",
    required: false,
    description: "name or folder of the run, or search, attack, ... for the latest of these; default: the latest one",
  },
} as const satisfies ArgsDef;

export const runsArg = {
  runs: { type: "string", valueHint: "FOLDER", description: "where the runs are (runs)" },
} as const satisfies ArgsDef;
