/**
 * How long a search of 100,000 archive entries takes to look at and to export: `illume report`, opening what it wrote in
 * Chromium until a cell of the map can be read, and `illume export` in every format, each in a process of its own, from
 * its start to its end, files on disk. The goal of each is 5 seconds.
 *
 *   node benchmarks/large-archive/measure.ts [ENTRIES] [ROUNDS] [FOLDER]
 *
 * Two runs are made, one of scores and one of comparisons and reviews, for the formats that need them; those in FOLDER are
 * used where they are there, and kept. With 100,000 entries it writes benchmarks/results/large-archive.json, and
 * benchmarks/README.md has its table.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { packageRoot } from "../../src/core/package-root.ts";
import { pageTemplate } from "../../src/report/page-template.ts";
import { circumstances, recordSeconds } from "../record.ts";
import { makeRun } from "./made-run.ts";
import { openReport } from "./open-report.ts";

const usual = 100_000;
const goal = 5;
const entries = Number(process.argv[2] ?? usual);
const rounds = Number(process.argv[3] ?? 5);
const kept = process.argv[4];

/** The run that each format is exported from, and the file that is measured. */
const formats = [
  { name: "jsonl", run: "large", output: "prompts.jsonl" },
  { name: "chat", run: "large", output: "chats.jsonl" },
  { name: "csv", run: "large", output: "prompts.csv" },
  { name: "parquet", run: "large", output: "prompts.parquet" },
  { name: "hugging-face", run: "large", output: "data-set", file: "data-set/data/train-00000-of-00001.parquet" },
  { name: "promptfoo", run: "large", output: "tests.yaml" },
  { name: "sft", run: "reviewed", output: "sft.jsonl" },
  { name: "preference", run: "reviewed", output: "preference.jsonl" },
  { name: "labels", run: "reviewed", output: "labels.jsonl" },
  { name: "comparisons", run: "reviewed", output: "comparisons.jsonl" },
] as const;

const folder = kept ?? mkdtempSync(join(tmpdir(), "illume-large-archive-"));
const program = join(packageRoot, "src", "cli", "main.ts");

function command(...words: readonly string[]): number {
  const start = performance.now();
  execFileSync(process.execPath, [program, ...words], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  return (performance.now() - start) / 1000;
}

function exported({ name, run, output }: (typeof formats)[number]): number {
  const all = name === "labels" || name === "comparisons" ? [] : ["--all"];
  return command("export", run, ...all, "--format", name, "--output", output);
}

try {
  // Built once, when illume is published.
  pageTemplate();
  for (const run of ["large", "reviewed"]) {
    const directory = join(folder, "runs", run);
    if (!existsSync(directory)) makeRun({ directory, entries, reviewed: run === "reviewed" });
  }
  const before = circumstances();
  console.log(`${entries} entries, load ${before.loadBefore.toFixed(1)}`);
  const report = join(folder, "runs", "large", "report.html");
  const made: number[] = [];
  const opened: number[] = [];
  const exports = formats.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    made.push(command("report", "large"));
    opened.push(await openReport(report));
    for (const [index, format] of formats.entries()) exports[index]?.push(exported(format));
  }
  const megabytes = (file: string) => Math.round(statSync(join(folder, file)).size / 1e6);
  const together = made.map((seconds, round) => seconds + (opened[round] as number));
  const rows = [
    { name: "report-made", seconds: made, details: { megabytes: megabytes("runs/large/report.html") } },
    { name: "report-opened", seconds: opened, details: {} },
    { name: "report-made-and-opened", seconds: together, details: {} },
    ...formats.map((format, index) => ({
      name: `export-${format.name}`,
      seconds: exports[index] as number[],
      details: { megabytes: megabytes("file" in format ? format.file : format.output) },
    })),
  ];
  for (const { name, seconds } of rows)
    console.log(name.padEnd(24), seconds.map((one) => one.toFixed(2)).join("  "), "s");
  if (entries === usual) {
    recordSeconds("large-archive", `A search of ${entries} archive entries, looked at and exported`, {
      goal,
      before,
      rows,
    });
  }
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}
