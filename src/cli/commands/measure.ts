import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { dataCard } from "../../synthetic-data/card.ts";
import { compareDataSets } from "../../synthetic-data/compare-data-sets.ts";
import { readRows } from "../../synthetic-data/read-rows.ts";
import { illumeCommand } from "../command.ts";
import type { CommandContext } from "../command-context.ts";
import { readConfiguration } from "../read-configuration.ts";
import { startRun } from "../run-loop.ts";
import { drawDataCard, drawDataComparison } from "../terminal/data-card.ts";
import { writeLines } from "../terminal/terminal.ts";

const sections = ["general", "measure", "calls"] as const;

export const measure = illumeCommand({
  name: "measure",
  summary: "Measure a data set (quality, diversity, complexity), compare two, or evaluate a model.",
  examples: [
    { command: "illume measure data.jsonl", explanation: "the card of a data set (JSON Lines, JSON, CSV or TSV)" },
    { command: "illume measure old.jsonl new.jsonl", explanation: "which differences are beyond noise" },
    { command: "illume measure --model grade-school", explanation: "a model on the test sets of its domain" },
  ],
  args: {
    file: { type: "positional", required: false, description: "a data set" },
    file2: { type: "positional", required: false, description: "another one to compare it with" },
    "skip-malformed": { type: "boolean", description: "leave out rows that cannot be read" },
  },
  settings: sections,
  run: async (args, context) => {
    const configuration = readConfiguration(args, sections);
    const { file, file2 } = args;
    if (file === undefined) return startRun("measure", configuration, context);
    if (args.model !== undefined) {
      throw new InvalidArgumentError({
        expected: "a data set or a model to measure",
        received: "both",
        remedy: "leave one out",
      });
    }
    const malformed = args["skip-malformed"] ? "skip" : "throw";
    const random = new RandomStream(configuration.seed, ["measure"]);
    const first = await readRows(file, { malformed });
    tellSkipped(file, first.skipped.length, context);
    if (file2 === undefined) {
      const card = await dataCard(first.rows, { random });
      writeLines(context.terminal.results, drawDataCard(card, context.terminal));
      context.writeJson({ command: "measure", file, skipped: first.skipped, ...card });
      return;
    }
    const second = await readRows(file2, { malformed });
    tellSkipped(file2, second.skipped.length, context);
    const comparison = await compareDataSets(first.rows, second.rows, { random });
    writeLines(context.terminal.results, drawDataComparison(comparison, context.terminal));
    context.writeJson({ command: "measure", files: [file, file2], ...comparison });
  },
});

function tellSkipped(file: string, count: number, { terminal }: CommandContext): void {
  if (count > 0) writeLines(terminal.remarks, [`${file}: left out ${count} malformed rows`]);
}
