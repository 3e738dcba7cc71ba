import { existsSync } from "node:fs";
import { join } from "node:path";
import { runOrigin } from "../../closed-loop/run-configuration.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnknownNameError } from "../../core/errors/unknown-name-error.ts";
import { attackCommand } from "../../rainbow-teaming/attack/attack-configuration.ts";
import { rainbowCommand } from "../../rainbow-teaming/run/search-configuration.ts";
import { writeGsm8k } from "../../reasoning/tasks/gsm8k/row.ts";
import { openRun } from "../../runs/run-database.ts";
import type { RunStore } from "../../runs/run-store.ts";
import { type ExportFormat, exportRows } from "../../synthetic-data/export-rows.ts";
import type { DataRow } from "../../synthetic-data/measures/measure.ts";
import { illumeCommand } from "../command.ts";
import { exportAttack } from "../export-attack.ts";
import { exportPrompts, promptExportArgs, promptFormats } from "../export-prompts.ts";
import { gsm8kRow } from "../gsm8k-rows.ts";
import { runDirectory } from "../run-directory.ts";
import { viewModelOf } from "../run-summary.ts";
import { runArg, runsArg } from "../shared-arguments.ts";
import { writeLines } from "../terminal/terminal.ts";

const rowFormats: Readonly<Record<string, ExportFormat>> = { jsonl: "prompt-completion", chat: "chat", csv: "csv" };
const problemFormats = [...Object.keys(rowFormats), "gsm8k"];
const formats = [...new Set<string>([...promptFormats, ...problemFormats])];

export const exportCommand = illumeCommand({
  name: "export",
  summary: "Write what a run's search found: problems with right solutions, or prompts with responses.",
  examples: [
    {
      command: "illume export improve-2026-11-23-001 --format jsonl --output failures.jsonl",
      explanation: "JSON Lines with prompt and completion",
    },
    {
      command: "illume export search-2026-11-23-001 --output prompts.jsonl --all",
      explanation: "a search over prompts: prompt, response, labels, fitness, votes, lineage",
    },
    {
      command: "illume export RUN --format hugging-face --output data-set --licence cc-by-4.0",
      explanation: "a folder that Hugging Face's datasets loads, with its card",
    },
    {
      command: "illume export improve-2026-11-23-001 --format gsm8k --output all.jsonl --all",
      explanation: "question and answer as in GSM8K, also of problems that the model solves",
    },
  ],
  args: {
    ...runArg,
    ...runsArg,
    format: { type: "string", valueHint: "NAME", description: `${formats.join(", ")} (jsonl)` },
    output: {
      type: "string",
      valueHint: "FILE",
      description: "the file or folder to write; it is replaced when it is there",
    },
    all: { type: "boolean", description: "also problems that the model solves, and prompts that it handles well" },
    ...promptExportArgs,
  },
  run: async (args, context) => {
    const name = args.format ?? "jsonl";
    if (!formats.includes(name)) throw new UnknownNameError({ kind: "format", name, known: formats });
    // A misspelt run is told before anything else.
    if (args.run !== undefined) runDirectory(args.run, args.runs ?? "runs");
    if (args.output === undefined) {
      throw new InvalidArgumentError({
        expected: "the file to write",
        received: "no --output",
        remedy: "add --output problems.jsonl",
      });
    }
    const store = openRun({ directory: runDirectory(args.run, args.runs ?? "runs"), mode: "read" });
    try {
      if (runOrigin(store).command === attackCommand) {
        await exportAttack(store, { file: args.output, format: name, all: args.all === true }, context);
        return;
      }
      if (runOrigin(store).command === rainbowCommand) {
        const selection = {
          all: args.all === true,
          onlyAccepted: args["only-accepted"] === true,
          unreviewed: args.unreviewed === true,
          answered: args.answered === true,
        };
        const { lessons, licence, runs = "runs" } = args;
        await exportPrompts(store, { file: args.output, format: name, ...selection, lessons, licence, runs }, context);
        return;
      }
      refusePromptFlags(args, name, store.directory);
      const rows = await archiveRows(store, args.all === true);
      const format = rowFormats[name];
      if (format === undefined) await writeGsm8k(args.output, rows.map(gsm8kRow));
      else exportRows(args.output, rows, { format });
      writeLines(context.terminal.results, [`Wrote ${rows.length} problems to ${args.output}`]);
      context.writeJson({ command: "export", run: store.directory, file: args.output, rows: rows.length });
    } finally {
      store.close();
    }
  },
});

/** A run of problems with a verifier has no reviews, no teacher, and no card. */
function refusePromptFlags(args: Readonly<Record<string, unknown>>, format: string, directory: string): void {
  const isImproved = existsSync(join(directory, "searches"));
  const flag = Object.keys(promptExportArgs).find((each) => args[each] !== undefined);
  if (flag === undefined && problemFormats.includes(format) && !isImproved) return;
  throw new InvalidArgumentError({
    expected: isImproved
      ? "the run of a search (an improvement's are in its folder searches, what it taught in its folder lessons)"
      : `formats and flags of problems with solutions (${problemFormats.join(", ")})`,
    received: isImproved ? directory : flag === undefined ? format : `--${flag}`,
    remedy: isImproved ? "name one of these folders" : "leave it out, or name the run of a search over prompts",
  });
}

/**
 * The archive's elites, each with its right solution, in the archive's order. Attributes: "correct", the verifier's
 * verdict on that solution, as every measure of data sets reads it; "solved", whether the model had it right.
 */
async function archiveRows(store: RunStore, all: boolean): Promise<DataRow[]> {
  const { archive } = await viewModelOf(store);
  if (archive === undefined) return [];
  const isRight = await solutionVerifier(store);
  return archive.items
    .filter((item) => item.elite && (all || !item.correct))
    .map((item) => ({
      prompt: item.problem,
      completion: item.rightAnswer ?? "",
      attributes: {
        id: item.id,
        correct: isRight(item.id, item.rightAnswer ?? ""),
        solved: item.correct,
        fitness: item.fitness,
        iteration: item.iteration,
        ...Object.fromEntries(
          archive.dimensions.map(({ name, bins }, dimension) => [name, bins[item.bins[dimension] as number] ?? ""]),
        ),
      },
    }));
}

/** Judges a solution of a problem that the run found, by its domain's verifier. */
async function solutionVerifier(store: RunStore): Promise<(id: string, solution: string) => boolean> {
  const [{ domainNamed }, { loadFound }, { runConfiguration }] = await Promise.all([
    import("../../closed-loop/domains.ts"),
    import("../../closed-loop/found-problem.ts"),
    import("../../closed-loop/run-configuration.ts"),
  ]);
  const { task } = domainNamed(runConfiguration(store).domain);
  const problems = new Map(store.entries().map((entry) => [entry.id, loadFound(task, entry).problem]));
  return (id, solution) => {
    const problem = problems.get(id);
    return problem !== undefined && task.verify(problem, solution).correct;
  };
}
