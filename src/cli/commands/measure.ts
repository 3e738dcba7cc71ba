import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnknownNameError } from "../../core/errors/unknown-name-error.ts";
import { RandomStream } from "../../core/random.ts";
import { annotationAccuracy } from "../../reasoning/tasks/gsm8k/annotation-accuracy.ts";
import { dataCard } from "../../synthetic-data/card.ts";
import { compareDataSets } from "../../synthetic-data/compare-data-sets.ts";
import type { DataRow, Measure } from "../../synthetic-data/measures/measure.ts";
import { standardMeasures } from "../../synthetic-data/measures/standard-measures.ts";
import { type ReadRows, readRows } from "../../synthetic-data/read-rows.ts";
import { illumeCommand } from "../command.ts";
import type { CommandContext } from "../command-context.ts";
import { readConfiguration } from "../read-configuration.ts";
import { startRun } from "../run-loop.ts";
import { settingFlags } from "../setting-flags.ts";
import { drawDataCard, drawDataComparison } from "../terminal/data-card.ts";
import { writeLines } from "../terminal/terminal.ts";

const sections = ["general", "measure", "calls"] as const;
const parts = ["completion", "prompt"] as const;
type Part = (typeof parts)[number];

export const measure = illumeCommand({
  name: "measure",
  summary: "Measure a data set (quality, diversity, complexity), compare two, or evaluate a model.",
  examples: [
    { command: "illume measure data.jsonl", explanation: "the card of a data set (JSON Lines, JSON, CSV or TSV)" },
    {
      command: "illume measure data.jsonl --part prompt",
      explanation: "the same of its problems, as a run's report has it, in place of its solutions",
    },
    { command: "illume measure old.jsonl new.jsonl", explanation: "which differences are beyond noise" },
    { command: "illume measure --model grade-school", explanation: "a model on the test sets of its domain" },
  ],
  args: {
    file: { type: "positional", required: false, description: "a data set; of the settings it takes --seed alone" },
    file2: { type: "positional", required: false, description: "another one to compare it with" },
    part: {
      type: "string",
      valueHint: "NAME",
      description: `whose words and lengths to measure in a data set: ${parts.join(" or ")} (completion)`,
    },
    "skip-malformed": { type: "boolean", description: "leave out rows of a data set that cannot be read" },
  },
  settings: sections,
  run: async (args, context) => {
    const configuration = readConfiguration(args, sections);
    const { file, file2 } = args;
    if (file === undefined) {
      refuseFlags(args, ["part", "skip-malformed"], "a data set with this flag", "name one, or leave the flag out");
      return startRun("measure", configuration, context);
    }
    const settings = settingFlags(sections).map(({ flag }) => flag);
    refuseFlags(
      args,
      settings.filter((flag) => flag !== "seed"),
      "a data set or a model to measure, and of the settings --seed alone with a data set",
      "leave the flag out, or the data set",
    );
    const part = partNamed(args.part ?? "completion");
    const random = new RandomStream(configuration.seed, ["measure"]);
    const malformed = args["skip-malformed"] ? "skip" : "throw";
    const first = await readSomeRows(file, malformed, context);
    if (file2 === undefined) {
      const card = await dataCard(first.rows, { random, measures: measuresOf(part, first.rows) });
      writeLines(context.terminal.results, drawDataCard(card, context.terminal, part));
      context.writeJson({ command: "measure", file, part, skipped: first.skipped, ...card });
      return;
    }
    const second = await readSomeRows(file2, malformed, context);
    const measures = measuresOf(part, [...first.rows, ...second.rows]);
    const comparison = await compareDataSets(first.rows, second.rows, { random, measures });
    writeLines(context.terminal.results, drawDataComparison(comparison, context.terminal, part));
    context.writeJson({ command: "measure", files: [file, file2], part, ...comparison });
  },
});

/** GSM8K's annotations are verified where a data set has them. */
function measuresOf(part: Part, rows: readonly DataRow[]): readonly Measure[] {
  const annotated = rows.some(({ completion }) => completion.includes("<<"));
  return [...(annotated ? [annotationAccuracy()] : []), ...standardMeasures(part)];
}

function partNamed(name: string): Part {
  const part = parts.find((known) => known === name);
  if (part === undefined) throw new UnknownNameError({ kind: "part of a row", name, known: parts });
  return part;
}

/** Flags that would have no effect are a misunderstanding. */
function refuseFlags(args: object, flags: readonly string[], expected: string, remedy: string): void {
  const given = flags.find((flag) => (args as Readonly<Record<string, unknown>>)[flag] !== undefined);
  if (given !== undefined) throw new InvalidArgumentError({ expected, received: `--${given}`, remedy });
}

async function readSomeRows(file: string, malformed: "skip" | "throw", context: CommandContext): Promise<ReadRows> {
  const read = await readRows(file, { malformed });
  const skipped = read.skipped.length;
  if (skipped > 0) writeLines(context.terminal.remarks, [`${file}: left out ${skipped} malformed rows`]);
  if (read.rows.length > 0) return read;
  throw new InvalidArgumentError({
    expected: `rows to measure in ${file}`,
    received: skipped > 0 ? `none but ${skipped} malformed ones` : "none",
    remedy: "name a data set with rows",
  });
}
