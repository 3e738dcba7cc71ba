import { illumeCommand } from "../command.ts";
import { readConfiguration } from "../read-configuration.ts";
import { runDirectory } from "../run-directory.ts";
import { continueRun } from "../run-loop.ts";
import { runArg, runsArg } from "../shared-arguments.ts";

const sections = ["learn"] as const;

export const learn = illumeCommand({
  name: "learn",
  summary: "Teach the model of a run what its search found.",
  examples: [
    { command: "illume learn", explanation: "from the latest run in runs/" },
    {
      command: "illume learn search-2026-11-23-001 --learn-epochs 2",
      explanation: "from a run of that name, with another setting",
    },
  ],
  args: { ...runArg, ...runsArg },
  settings: sections,
  run: (args, context) => {
    // Read first, so that a wrong setting is told before a run is looked for.
    const { learn: settings } = readConfiguration(args, sections);
    return continueRun(runDirectory(args.run, args.runs ?? "runs"), context, {
      name: "learn",
      settings: (stored) => ({ ...stored, learn: settings }),
    });
  },
});
