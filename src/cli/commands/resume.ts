import { illumeCommand } from "../command.ts";
import { runDirectory } from "../run-directory.ts";
import { continueRun } from "../run-loop.ts";
import { runArg, runsArg } from "../shared-arguments.ts";

export const resume = illumeCommand({
  name: "resume",
  summary: "Go on with a run that was stopped, to the result that it would have reached.",
  examples: [
    { command: "illume resume", explanation: "the latest run in runs/" },
    { command: "illume resume improve-2026-11-23-001", explanation: "a run of that name" },
  ],
  args: { ...runArg, ...runsArg },
  run: (args, context) => continueRun(runDirectory(args.run, args.runs ?? "runs"), context),
});
