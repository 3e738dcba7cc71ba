import { resolve } from "node:path";
import { defaultConfiguration } from "../../closed-loop/configuration.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { ChangedSettings } from "../../rainbow-teaming/improve/improvement-configuration.ts";
import type { SearchCalls } from "../../rainbow-teaming/run/search-configuration.ts";
import { illumeCommand } from "../command.ts";
import { queueArg } from "../queue-connection.ts";
import { readConfiguration } from "../read-configuration.ts";
import { changedFilesArg, checkFilesOf, runCodeArg } from "../run-code.ts";
import { runDirectory } from "../run-directory.ts";
import { continueFineTuning, isFineTuningRun } from "../run-fine-tuning.ts";
import { continueRun } from "../run-loop.ts";
import { settingFlags } from "../setting-flags.ts";
import { runArg, runsArg } from "../shared-arguments.ts";

const sections = ["learn", "calls"] as const;

export const resume = illumeCommand({
  name: "resume",
  summary: "Go on with a run that was stopped, to the result that it would have reached.",
  examples: [
    { command: "illume resume", explanation: "the latest run in runs/" },
    { command: "illume resume improve-2026-11-23-001", explanation: "a run of that name" },
    {
      command: "illume resume --learn-learning-rate 0.0005",
      explanation: "with smaller training steps from here, where larger ones led to NaN",
    },
  ],
  args: {
    ...runArg,
    ...runsArg,
    ...runCodeArg,
    ...changedFilesArg,
    queue: { ...queueArg.queue, description: `${queueArg.queue.description}; none: calls are made here` },
  },
  settings: sections,
  run: async (args, context) => {
    // Read once before a run is looked for, so that a wrong setting is told first.
    readConfiguration(args, sections);
    const directory = runDirectory(args.run, args.runs ?? "runs");
    if (isFineTuningRun(directory)) {
      refuseQueue(args.queue);
      return continueFineTuning(directory, context);
    }
    checkFilesOf(directory, args);
    const changeCalls = (calls: SearchCalls) => {
      const { cache, ...caps } = readConfiguration(args, ["calls"], { ...defaultConfiguration, calls }).calls;
      return { ...caps, ...(cache !== undefined && { cache: resolve(cache) }) };
    };
    const { continueRainbow, isRainbowRun } = await import("../run-rainbow.ts");
    if (await isRainbowRun(directory)) {
      refuseLearningFlags(args);
      return continueRainbow(directory, context, changeCalls, args.queue);
    }
    const { continueAttack, isAttackRun } = await import("../run-attack.ts");
    if (await isAttackRun(directory)) {
      refuseLearningFlags(args);
      return continueAttack(directory, context, changeCalls, args.queue);
    }
    const { continueImprovement, isImprovementRun } = await import("../run-improvement.ts");
    if (await isImprovementRun(directory)) {
      const { changedSettings } = await import("../improvement-flags.ts");
      const change = (before: ChangedSettings, target: string) => changedSettings(args, before, target);
      return continueImprovement(directory, context, { change, queueUrl: args.queue });
    }
    refuseQueue(args.queue);
    await continueRun(directory, context, (stored) => readConfiguration(args, sections, stored));
  },
});

function refuseQueue(queue: string | undefined): void {
  if (queue === undefined) return;
  throw new InvalidArgumentError({
    expected: "a search over prompts, an attack or an improvement on prompts with --queue",
    received: "a run of another kind, whose calls are made here",
    remedy: "leave it out",
  });
}

/** A search over prompts teaches nothing, and neither does an attack. */
function refuseLearningFlags(args: Readonly<Record<string, unknown>>): void {
  const given = settingFlags(["learn"]).find(({ flag }) => args[flag] !== undefined);
  if (given === undefined) return;
  throw new InvalidArgumentError({
    expected: "settings of calls alone for a search over prompts or an attack",
    received: `--${given.flag}`,
    remedy: "leave it out",
  });
}
