import { illumeCommand } from "../command.ts";
import { readConfiguration } from "../read-configuration.ts";
import { startRun } from "../run-loop.ts";

const sections = ["general", "warm", "search", "learn", "measure", "attack", "calls"] as const;

export const improve = illumeCommand({
  name: "improve",
  summary: "The whole loop: search for what a model gets wrong, teach it, measure what that did.",
  examples: [
    { command: "illume improve", explanation: "the shipped model, in a few minutes" },
    {
      command: "illume improve --rounds 3 --seed 7",
      explanation: "three rounds of search and learning, with other random numbers",
    },
    {
      command: "illume improve --config illume.yaml --search-evaluations 500",
      explanation: "settings from a file, one of them overridden",
    },
    {
      command: "illume improve --target illume:SmolLM2-135M-Instruct",
      explanation: "a published model, taught by adapters: about an hour",
    },
    { command: "illume improve --json > result.json", explanation: "the result for a machine" },
  ],
  args: {},
  settings: sections,
  run: (args, context) => startRun("improve", readConfiguration(args, sections), context),
});
