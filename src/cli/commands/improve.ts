import { domains } from "../../closed-loop/configuration.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { programCommand } from "../../core/program-command.ts";
import { illumeCommand } from "../command.ts";
import type { CommandContext } from "../command-context.ts";
import { givenImprovementFlag, improvementArgs, readImprovementFlags } from "../improvement-flags.ts";
import { givenRainbowFlags, rainbowArgs } from "../rainbow-flags.ts";
import { readConfiguration } from "../read-configuration.ts";
import { changedFilesArg, checkFilesOf, runCodeArg } from "../run-code.ts";
import { runDirectory } from "../run-directory.ts";
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
    {
      command: "illume improve mine.yaml --target A --mutator B --judge C --teacher D",
      explanation: "on prompts that it handles badly (Rainbow Teaming); also safety, question-answering, cybersecurity",
    },
    {
      command: "illume improve --after openai:NAME improve-2026-11-23-001",
      explanation: "go on once a target that runs elsewhere was trained on what the run wrote",
    },
    { command: "illume improve --json > result.json", explanation: "the result for a machine" },
  ],
  args: {
    family: {
      type: "positional",
      required: false,
      valueHint: "DOMAIN",
      description:
        "question-answering, cybersecurity, safety, or a YAML file: prompts, with --mutator, --judge and --teacher; with --after a run; grade-school: problems with a verifier (grade-school)",
    },
    ...rainbowArgs,
    ...improvementArgs,
    ...runCodeArg,
    ...changedFilesArg,
  },
  settings: sections,
  run: async (args, context) => {
    if (args.after !== undefined) return goOn(args, args.after, context);
    const domain = args.family ?? (domains[0] as string);
    if (domains.some((known) => known === domain)) {
      refusePromptFlags(args, domain);
      return startRun("improve", readConfiguration(args, sections), context);
    }
    const { startImprovement } = await import("../run-improvement.ts");
    const { output } = readConfiguration(args, ["general"]);
    return startImprovement(await readImprovementFlags(domain, args), output, context, { queueUrl: args.queue });
  },
});

/** With a target that was trained elsewhere. */
async function goOn(args: Readonly<Record<string, unknown>>, after: string, context: CommandContext): Promise<void> {
  const { queue, ...settings } = args;
  const flags = [...givenRainbowFlags(settings), givenImprovementFlag({ ...settings, after: undefined })];
  const other = flags.find((flag) => flag !== undefined);
  const { output } = readConfiguration(args, ["general"]);
  const directory = runDirectory((args.family as string | undefined) ?? "improve", output);
  const { continueImprovement, isImprovementRun } = await import("../run-improvement.ts");
  if (other !== undefined || !(await isImprovementRun(directory))) {
    throw new InvalidArgumentError({
      expected: "a run of illume improve on prompts with --after, and no other settings",
      received: other === undefined ? directory : `--${other}`,
      remedy:
        other === undefined
          ? `begin one: ${programCommand} improve --help has examples`
          : "leave it out: the run has its own",
    });
  }
  checkFilesOf(directory, args);
  await continueImprovement(directory, context, { after, queueUrl: queue as string | undefined });
}

function refusePromptFlags(args: Readonly<Record<string, unknown>>, domain: string): void {
  const [flag] = [...givenRainbowFlags(args), givenImprovementFlag(args)].filter((each) => each !== undefined);
  if (flag === undefined) return;
  throw new InvalidArgumentError({
    expected: `a domain of prompts with --${flag}`,
    received: `${domain}, whose problems need no mutator, judge or teacher`,
    remedy: "name one (illume improve question-answering ...), or leave the flag out",
  });
}
