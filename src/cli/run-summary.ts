/** What a run found: the report's page, and its essence for the terminal or as JSON. */
import { join, relative } from "node:path";
import type { TestSetResult } from "../closed-loop/measurement.ts";
import { runOrigin } from "../closed-loop/run-configuration.ts";
import { wilsonInterval } from "../core/statistics/wilson-interval.ts";
import { wrapToWidth } from "../core/terminal-text.ts";
import { describeCalls } from "../language-models/calls/describe-spending.ts";
import { rainbowCommand } from "../rainbow-teaming/run/search-configuration.ts";
import { writeReport } from "../report/render-report.ts";
import type { ReportViewModel } from "../report/view-model.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { drawAccuracyTable } from "./terminal/accuracy-table.ts";
import { drawArchiveMap } from "./terminal/archive-map.ts";
import { drawComparisonTable } from "./terminal/comparison-table.ts";
import { inTerminal } from "./terminal/numbers.ts";
import { paint, type Terminal, type Tone, writeLines } from "./terminal/terminal.ts";
import { drawTransferTable } from "./terminal/transfer-table.ts";

const tones: Record<ReportViewModel["verdictTone"], Tone> = {
  good: "good",
  mixed: "warning",
  bad: "bad",
  unfinished: "warning",
};

/** Loaded only now: it needs rooms that most commands do not, and a search over prompts needs few of them. */
export async function viewModelOf(store: RunStore): Promise<ReportViewModel> {
  if (runOrigin(store).command === rainbowCommand) {
    const { rainbowView } = await import("../report/rainbow-view.ts");
    return rainbowView(store);
  }
  const { runToViewModel } = await import("../report/run-to-view-model.ts");
  return runToViewModel(store);
}

/**
 * Prints the summary and writes the run's report.html; the summary first, because a folder may refuse the file.
 *
 * @param more further fields of the JSON document
 */
export async function printSummary(
  command: string,
  store: RunStore,
  context: CommandContext,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const viewModel = await viewModelOf(store);
  const file = join(store.directory, "report.html");
  writeLines(context.terminal.results, ["", ...summaryLines(viewModel, context.terminal)]);
  writeReport({ viewModel, file });
  writeLines(context.terminal.results, ["", `Report: ${relative(process.cwd(), file)}`]);
  context.writeJson({
    command,
    run: store.directory,
    report: file,
    ...summaryDocument(viewModel),
    ...(context.json && spent(store)),
    ...more,
  });
}

/** What the run's recorded calls took; nothing where it recorded none. */
function callLines({ modelCalls }: RunStore): string[] {
  const line = describeCalls(modelCalls);
  return line === undefined ? [] : ["", line];
}

function spent({ modelCalls }: RunStore) {
  return describeCalls(modelCalls) === undefined ? {} : { calls: { ...modelCalls.spending(), ...modelCalls.counts() } };
}

/** Prints how much of each test set a model got right. */
export function printAccuracies(
  testSets: readonly TestSetResult[],
  store: RunStore,
  { terminal, writeJson }: CommandContext,
): void {
  const accuracies = testSets.map(({ name, correct }) => {
    const right = correct.reduce((sum, one) => sum + one, 0);
    return { name, problems: correct.length, accuracy: wilsonInterval(right, correct.length) };
  });
  writeLines(terminal.results, ["", ...drawAccuracyTable(accuracies, terminal)]);
  writeLines(terminal.results, callLines(store));
  writeJson({ command: "measure", run: store.directory, testSets: accuracies, ...spent(store) });
}

/** The archive's map, the table of comparisons, the verdict and the remarks. */
export function summaryLines(
  viewModel: ReportViewModel,
  look: Pick<Terminal, "columns" | "colour" | "unicode">,
): string[] {
  const blocks = [
    viewModel.archive === undefined ? [] : drawArchiveMap(viewModel.archive, look),
    viewModel.transfer === undefined ? [] : drawTransferTable(viewModel.transfer, look),
    drawComparisonTable(
      viewModel.comparisons,
      look,
      viewModel.kind === "improvement" ? "handled well, in %" : "right, in %",
    ),
    [
      ...standingLines(viewModel, look.columns),
      ...wrapToWidth(viewModel.verdict, look.columns).map((line) =>
        paint(line, tones[viewModel.verdictTone], look.colour),
      ),
    ],
    viewModel.notes.flatMap((note) => wrapToWidth(`Note: ${note}`, look.columns)),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, index) => (index === 0 ? block : ["", ...block]))
    .map((line) => inTerminal(line, look.unicode));
}

function standingLines({ standing }: ReportViewModel, columns: number): string[] {
  return standing === undefined ? [] : wrapToWidth(`${standing.word}: ${standing.explanation}`, columns);
}

/** The view model without the archive's items, which may be thousands; illume export writes those. */
export function summaryDocument({ archive, command, ...rest }: ReportViewModel) {
  const viewModel = { ...rest, repeat: command };
  if (archive === undefined) return viewModel;
  const sizes = archive.dimensions.map(({ bins }) => bins.length);
  const best = new Map<number, number>();
  for (const item of archive.items) {
    if (!item.elite) continue;
    const cell = item.bins.reduce((place, bin, dimension) => place * (sizes[dimension] ?? 1) + bin, 0);
    const fitness = item.scored === false ? Number.NEGATIVE_INFINITY : item.fitness;
    best.set(cell, Math.max(best.get(cell) ?? Number.NEGATIVE_INFINITY, fitness));
  }
  const cells = archive.dimensions.reduce((product, { bins }) => product * bins.length, 1);
  const unscored = [...best.values()].filter((fitness) => fitness === Number.NEGATIVE_INFINITY).length;
  const weak = [...best.values()].filter((fitness) => fitness < archive.weakBelow).length - unscored;
  return {
    ...viewModel,
    archive: {
      dimensions: archive.dimensions,
      rounds: archive.rounds ?? 1,
      cells,
      filled: best.size,
      weak,
      /** Filled, but no prompt there was scored. */
      unscored,
      failing: best.size - weak - unscored,
      coverage: cells === 0 ? 0 : best.size / cells,
    },
  };
}
