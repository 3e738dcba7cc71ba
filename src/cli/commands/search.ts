import { illumeCommand } from "../command.ts";
import { readConfiguration } from "../read-configuration.ts";
import { startRun } from "../run-loop.ts";

const sections = ["general", "search", "calls"] as const;

export const search = illumeCommand({
  name: "search",
  summary: "Search for a diverse set of problems that a model gets wrong, and teach it nothing yet.",
  examples: [
    { command: "illume search", explanation: "what the shipped model gets wrong" },
    {
      command: "illume search --model illume:my-model --search-evaluations 5000",
      explanation: "a model of your own, with more evaluations",
    },
    { command: "illume search --search-arm full-sampler-failures", explanation: "sampling in place of mutation" },
  ],
  args: {},
  settings: sections,
  run: (args, context) => startRun("search", readConfiguration(args, sections), context),
});
