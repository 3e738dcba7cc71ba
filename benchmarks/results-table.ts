/** The table of all recorded rows, as benchmarks/README.md has it: `node benchmarks/results-table.ts` prints it. */
import { fileURLToPath } from "node:url";
import { type RecordedRow, recordedBenchmarks } from "./recorded-results.ts";

/** Markdown, a row for each recorded one, benchmarks by name. Throws BenchmarkError for a file that is not understood. */
export function resultsTable(folder: string = fileURLToPath(new URL("results/", import.meta.url))): string {
  const rows = recordedBenchmarks(folder).flatMap(({ name, rows }) =>
    rows.map((row) => `| ${name} | ${row.name} | ${measured(row)} | ${goal(row)} | ${verdict(row)} |`),
  );
  return ["| benchmark | row | measured (range of rounds) | goal | |", "|---|---|---|---|---|", ...rows].join("\n");
}

function measured(row: RecordedRow): string {
  if ("seconds" in row) {
    const [least, greatest] = [Math.min(...row.rounds), Math.max(...row.rounds)];
    return `${row.seconds.toFixed(2)} s (${least.toFixed(2)}–${greatest.toFixed(2)})`;
  }
  const { ratio, ratios, unit } = row;
  if (unit !== undefined) return `${ratio.toFixed(2)} ms`;
  if (ratios === undefined) return `${(100 * ratio).toFixed(1)} %`;
  const [least, greatest] = [Math.min(...ratios), Math.max(...ratios)];
  const digits = ratio < 10 ? 2 : 0;
  return `${ratio.toFixed(digits)}x (${least.toFixed(digits)}–${greatest.toFixed(digits)})`;
}

function verdict({ goal, holds }: RecordedRow): string {
  if (goal === 0) return "recorded";
  return holds ? "holds" : "falls short";
}

/** Rows with the goal 0 are recorded beside the others. */
function goal(row: RecordedRow): string {
  const { goal } = row;
  if (goal === 0) return "none";
  if ("unit" in row) return `under ${row.goal} ms`;
  if ("seconds" in row) return `under ${goal} s`;
  return row.ratios === undefined ? `under ${100 * goal} %` : `${goal}x`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(resultsTable());
