/** `illume export` of a search over prompts: one file or folder in the format that is asked for. */
import { writeFileAtomic } from "../core/atomic-file.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { programCommand } from "../core/program-command.ts";
import { quotedText } from "../core/quoted-text.ts";
import { terminalLine } from "../core/terminal-text.ts";
import { openRun } from "../runs/run-database.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { runDirectory } from "./run-directory.ts";
import { writeLines } from "./terminal/terminal.ts";

/** Formats of prompts, in the order in which they are told. */
export const promptFormats = [
  "jsonl",
  "chat",
  "csv",
  "parquet",
  "hugging-face",
  "sft",
  "preference",
  "promptfoo",
  "labels",
  "comparisons",
] as const;
type PromptFormat = (typeof promptFormats)[number];

/** Flags that only a search over prompts has. */
export const promptExportArgs = {
  "only-accepted": { type: "boolean", description: "prompts: what illume review accepted or corrected, alone" },
  unreviewed: { type: "boolean", description: "prompts: what nobody has reviewed, alone" },
  answered: {
    type: "boolean",
    description: "prompts: with sft and preference, leave out what has no good answer in place of refusing",
  },
  lessons: {
    type: "string",
    valueHint: "RUN",
    description: "prompts: with sft and preference, answers of the teacher of that run of illume improve or learn",
  },
  licence: { type: "string", valueHint: "ID", description: "prompts: with hugging-face, e.g. cc-by-4.0 (unknown)" },
} as const;

export interface PromptExport {
  readonly file: string;
  readonly format: string;
  readonly all: boolean;
  readonly onlyAccepted: boolean;
  readonly unreviewed: boolean;
  readonly answered: boolean;
  readonly lessons: string | undefined;
  readonly licence: string | undefined;
  /** Where runs are. */
  readonly runs: string;
}

/** Throws InvalidArgumentError for a wrong format or flag, and as the formats do. */
export async function exportPrompts(
  store: RunStore,
  options: PromptExport,
  { terminal, writeJson }: CommandContext,
): Promise<void> {
  const { file } = options;
  const format = formatOf(options.format);
  refuseIdleFlags(options, format);
  const rows = await written(store, options, format);
  const [{ searchConfiguration }, { searchRemaining }] = await Promise.all([
    import("../rainbow-teaming/run/search-configuration.ts"),
    import("../rainbow-teaming/run/search-remaining.ts"),
  ]);
  const { domain, ...configuration } = searchConfiguration(store);
  const what = format === "labels" || format === "comparisons" ? "pairs" : "prompts";
  writeLines(terminal.results, [`Wrote ${rows} ${what} to ${terminalLine(file)}`]);
  const { done, complete } = searchRemaining(store, configuration);
  if (!complete) {
    writeLines(terminal.remarks, [
      `The search is not finished: ${done} of ${configuration.iterations} iterations. ${programCommand} resume goes on with it.`,
    ]);
  }
  if (domain.sensitive) {
    writeLines(terminal.remarks, [
      `Their texts are those of the sensitive domain ${terminalLine(domain.name)}, not hidden there.`,
    ]);
  }
  writeJson({ command: "export", run: store.directory, file, format, rows });
}

/** The number of rows that were written. */
async function written(store: RunStore, options: PromptExport, format: PromptFormat): Promise<number> {
  const { file } = options;
  if (format === "labels" || format === "comparisons") {
    const { comparisonRows, labelledPairRows } = await import("../rainbow-teaming/export/pair-rows.ts");
    return writeLinesOf(file, format === "labels" ? labelledPairRows(store) : comparisonRows(store));
  }
  const [{ promptRow, searchRecords }, { searchConfiguration }] = await Promise.all([
    import("../rainbow-teaming/run/prompt-records.ts"),
    import("../rainbow-teaming/run/search-configuration.ts"),
  ]);
  const configuration = searchConfiguration(store);
  const { domain, target } = configuration;
  const only = options.onlyAccepted ? "accepted" : options.unreviewed ? "unreviewed" : undefined;
  const { records, facts } = searchRecords(store, options.all, only === undefined ? {} : { only });
  switch (format) {
    case "jsonl": {
      const { recordsAsJson } = await import("../rainbow-teaming/export/lineage-json.ts");
      writeFileAtomic(file, ended(recordsAsJson(records)));
      return records.length;
    }
    case "chat":
    case "csv": {
      const { exportRows } = await import("../synthetic-data/export-rows.ts");
      exportRows(file, records.map(promptRow), { format });
      return records.length;
    }
    case "parquet": {
      const { writePromptTable } = await import("../rainbow-teaming/export/prompt-table.ts");
      writePromptTable(file, records, domain.descriptors);
      return records.length;
    }
    case "hugging-face": {
      const [{ writeDataSetFolder }, { searchCommand }] = await Promise.all([
        import("../rainbow-teaming/export/data-set-folder.ts"),
        import("../report/search-command.ts"),
      ]);
      const licence = licenceOf(options.licence);
      const command = searchCommand(configuration);
      await writeDataSetFolder({ folder: file, store, facts, records, licence, command });
      return records.length;
    }
    case "sft":
    case "preference": {
      const { answeredPrompts, chatRow, preferenceRow } = await import("../rainbow-teaming/export/good-answers.ts");
      const lessons = options.lessons === undefined ? [] : await lessonsOf(options.lessons, options.runs);
      const betterOnly = format === "preference";
      const answers = answeredPrompts(records, { lessons, answered: options.answered, betterOnly });
      return writeLinesOf(
        file,
        answers.map((each) => (format === "sft" ? chatRow(domain, each) : preferenceRow(domain, each))),
      );
    }
    case "promptfoo": {
      const [{ promptfooLines }, { searchCommand }] = await Promise.all([
        import("../rainbow-teaming/export/promptfoo.ts"),
        import("../report/search-command.ts"),
      ]);
      const made = { targetId: target, command: searchCommand(configuration) };
      writeFileAtomic(file, ended(promptfooLines(domain, records, made)));
      return records.length;
    }
  }
}

function formatOf(name: string): PromptFormat {
  const found = promptFormats.find((each) => each === name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError({
    expected: `a format for prompts (${promptFormats.join(", ")})`,
    received: `${quotedText(name)}, which is for problems with solutions`,
    remedy: "choose --format jsonl",
  });
}

/** Flags that would have no effect are a misunderstanding. */
function refuseIdleFlags(options: PromptExport, format: PromptFormat): void {
  const { onlyAccepted, unreviewed, answered, lessons, licence } = options;
  const isTaught = format === "sft" || format === "preference";
  const isPairs = format === "labels" || format === "comparisons";
  const refuse = (expected: string, received: string) => {
    throw new InvalidArgumentError({ expected, received, remedy: "leave it out" });
  };
  if (onlyAccepted && unreviewed) refuse("one of --only-accepted and --unreviewed", "both");
  if (isPairs && (onlyAccepted || unreviewed)) refuse("flags of pairs", "a choice of items by their reviews");
  if (!isTaught && (answered || lessons !== undefined))
    refuse("--format sft or preference beside --answered and --lessons", format);
  if (format === "promptfoo" && !/\.ya?ml$/iu.test(options.file)) {
    throw new InvalidArgumentError({
      expected: "a file that ends with .yaml, or promptfoo does not read it",
      received: quotedText(options.file, 1000),
      remedy: "rename it after --output",
    });
  }
  if (format !== "hugging-face" && licence !== undefined) refuse("--format hugging-face beside --licence", format);
}

function licenceOf(licence: string | undefined): string | undefined {
  if (licence === undefined || licence === "unknown") return undefined;
  if (/^[a-z0-9][a-z0-9.+-]*$/u.test(licence)) return licence;
  throw new InvalidArgumentError({
    expected: "a licence by its identifier at Hugging Face, such as cc-by-4.0, mit or other",
    received: quotedText(licence),
    remedy: "correct it, or leave it out: the card says unknown then",
  });
}

/** Lessons of a run that made some. */
async function lessonsOf(run: string, runs: string) {
  const { lessonsKey } = await import("../rainbow-teaming/improve/make-lessons.ts");
  const source = openRun({ directory: runDirectory(run, runs), mode: "read" });
  try {
    const made = source.state(lessonsKey) as unknown as
      | import("../rainbow-teaming/improve/lesson.ts").Lessons
      | undefined;
    if (made !== undefined) return made.lessons;
    throw new InvalidArgumentError({
      expected: "a run of illume improve or learn whose teacher has written answers",
      received: source.directory,
      remedy: "name another one after --lessons, or leave it out",
    });
  } finally {
    source.close();
  }
}

function writeLinesOf(file: string, rows: readonly object[]): number {
  writeFileAtomic(file, ended(documents(rows)));
  return rows.length;
}

function* documents(rows: readonly object[]): Generator<string> {
  for (const row of rows) yield JSON.stringify(row);
}

/** Lines with their ends. */
function* ended(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
