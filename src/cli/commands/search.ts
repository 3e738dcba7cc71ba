import { armsWithoutSearch, type Configuration, searchArms } from "../../closed-loop/configuration.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
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
      command: "illume search --model illume:model.safetensors --search-evaluations 5000",
      explanation: "a model of your own, with more evaluations",
    },
    {
      command: "illume search --target http://localhost:8080/v1#NAME --max-calls 500",
      explanation: "a model behind an endpoint, with a cap on its calls",
    },
    { command: "illume search --search-arm full-sampler-failures", explanation: "sampling in place of mutation" },
  ],
  args: {},
  settings: sections,
  run: async (args, context) => {
    const configuration = readConfiguration(args, sections);
    checkSearches(configuration);
    await startRun("search", configuration, context);
  },
});

function checkSearches({ search: { arm } }: Configuration): void {
  if (!armsWithoutSearch.includes(arm)) return;
  const searching = searchArms.filter((each) => !armsWithoutSearch.includes(each));
  throw new InvalidArgumentError({
    expected: `an arm that searches (${searching.join(", ")})`,
    received: `${arm}, which draws what illume improve teaches and evaluates nothing before`,
    remedy: "choose one of these with --search-arm",
  });
}
