import { runConfiguration, sourceKey } from "../../closed-loop/run-configuration.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { programCommand } from "../../core/program-command.ts";
import { openRun } from "../../runs/run-database.ts";
import { illumeCommand } from "../command.ts";
import type { CommandContext } from "../command-context.ts";
import { fineTuningArgs, readFineTuningFlags } from "../fine-tuning-flags.ts";
import { lessonArgs } from "../improvement-flags.ts";
import { readConfiguration } from "../read-configuration.ts";
import { requireRunCode, runCodeArg } from "../run-code.ts";
import { runDirectory, runReference } from "../run-directory.ts";
import { startFineTuning } from "../run-fine-tuning.ts";
import { startRun } from "../run-loop.ts";
import { runArg, runsArg } from "../shared-arguments.ts";

const sections = ["learn"] as const;

export const learn = illumeCommand({
  name: "learn",
  summary:
    "Teach a model: what the search of a run found, or what a file holds (--data, --preferences). The result is a run of its own.",
  examples: [
    { command: "illume learn", explanation: "from the latest run in runs/" },
    {
      command: "illume learn search-2026-11-23-001 --learn-epochs 2",
      explanation: "from a run of that name, with another setting than it had",
    },
    {
      command: "illume learn search-2026-11-23-002 --teacher ollama:A",
      explanation: "better answers to prompts that a search found, written by a teacher and checked by the judge",
    },
    {
      command: "illume learn --model illume:SmolLM2-135M-Instruct --data examples.jsonl",
      explanation: "adapters for a model in Hugging Face's format, from chats, prompts and completions, or texts",
    },
    {
      command: "illume learn --model illume:model.gguf --preferences pairs.jsonl --rank 16",
      explanation: "larger adapters, from pairs of a chosen and a rejected answer",
    },
  ],
  args: { ...runArg, ...runsArg, ...runCodeArg, ...lessonArgs, ...fineTuningArgs },
  settings: sections,
  run: async (args, context) => {
    const fineTuning = readFineTuningFlags(args);
    if (fineTuning !== undefined) {
      requireNoRun(args);
      return startFineTuning(fineTuning, args.runs ?? "runs", context);
    }
    // Read once before a run is looked for, so that a wrong setting is told first.
    readConfiguration(args, sections);
    const [{ searchName }, { searchState }] = await Promise.all([
      import("../../closed-loop/improve.ts"),
      import("../../closed-loop/search-state.ts"),
    ]);
    const directory = runDirectory(args.run, args.runs ?? "runs");
    if (await isSearchOverPrompts(directory)) return learnFromPrompts(directory, args, context);
    await refuseImprovement(directory);
    refuseLessonFlags(args);
    const source = openRun({ directory, mode: "read" });
    try {
      const configuration = readConfiguration(args, sections, runConfiguration(source));
      const found = source.entries(searchName(1));
      if (found.length === 0) {
        throw new InvalidArgumentError({
          expected: "a run that has searched",
          received: `${directory}, in which no problem was evaluated`,
          remedy: `search first: ${programCommand} search`,
        });
      }
      const { complete, evaluations, budget } = searchState(source, runConfiguration(source), 1);
      if (!complete) {
        throw new InvalidArgumentError({
          expected: "a run whose search is complete",
          received: `${directory}, with ${evaluations} of ${budget} evaluations`,
          remedy: `finish it first: ${programCommand} resume ${runReference(directory)}`,
        });
      }
      await startRun("learn", configuration, context, (store) => {
        store.addEntries(found);
        store.setState(sourceKey, directory);
      });
    } finally {
      source.close();
    }
  },
});

/** Lessons from what a search over prompts found, in a run beside it. */
async function learnFromPrompts(
  directory: string,
  args: Readonly<Record<string, unknown>>,
  context: CommandContext,
): Promise<void> {
  const [
    { readLessonFlags },
    { startImprovement },
    { failedPrompts },
    { promptRecords },
    { foundPrompts },
    { searchConfiguration },
  ] = await Promise.all([
    import("../improvement-flags.ts"),
    import("../run-improvement.ts"),
    import("../../rainbow-teaming/improve/improve-prompts.ts"),
    import("../../rainbow-teaming/run/prompt-records.ts"),
    import("../../rainbow-teaming/run/found-prompts.ts"),
    import("../../rainbow-teaming/run/search-configuration.ts"),
  ]);
  const source = openRun({ directory, mode: "read" });
  try {
    const search = searchConfiguration(source);
    requireRunCode(search, args);
    const configuration = await readLessonFlags(search, args);
    const { iterations } = foundPrompts(search, source, 0);
    if (iterations < search.iterations) {
      throw new InvalidArgumentError({
        expected: "a run whose search is complete",
        received: `${directory}, with ${iterations} of ${search.iterations} iterations`,
        remedy: `finish it first: ${programCommand} resume ${runReference(directory)}`,
      });
    }
    const prompts = failedPrompts(promptRecords(source, false));
    const runs = (args.runs as string | undefined) ?? "runs";
    await startImprovement(configuration, runs, context, { source: { directory, prompts } });
  } finally {
    source.close();
  }
}

async function isSearchOverPrompts(directory: string): Promise<boolean> {
  const { isRainbowRun } = await import("../run-rainbow.ts");
  return isRainbowRun(directory);
}

async function refuseImprovement(directory: string): Promise<void> {
  const { isImprovementRun } = await import("../run-improvement.ts");
  if (!(await isImprovementRun(directory))) return;
  throw new InvalidArgumentError({
    expected: "the run of a search to learn from",
    received: `${directory}, an improvement on prompts`,
    remedy: "name one of its searches, in its folder searches",
  });
}

function refuseLessonFlags(args: Readonly<Record<string, unknown>>): void {
  const flag = Object.keys(lessonArgs).find((name) => args[name] !== undefined);
  if (flag === undefined) return;
  throw new InvalidArgumentError({
    expected: `a run of a search over prompts with --${flag}`,
    received: "a search for problems, whose verifier knows the right answers",
    remedy: "leave it out",
  });
}

/** A file is learnt from without a run, and with settings of its own. */
function requireNoRun(args: Readonly<Record<string, unknown>>): void {
  const loop = Object.keys(args).find((name) => name.startsWith("learn-") && args[name] !== undefined);
  if (args.run === undefined && loop === undefined && args.config === undefined) return;
  throw new InvalidArgumentError({
    expected: "a run, or a file to learn from with settings of its own",
    received: args.run === undefined ? `a file and --${loop ?? "config"}` : "both",
    remedy: "leave one out; illume learn --help has the settings",
  });
}
