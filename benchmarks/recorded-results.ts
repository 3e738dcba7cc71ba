/** What results/ holds, read strictly: a file that is damaged, or of a form that nobody has told this file about, is an error. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { quotedText } from "../src/core/quoted-text.ts";
import { BenchmarkError } from "./benchmark-error.ts";

const goal = z.number().nonnegative();
const measured = z.number().nonnegative();

const ratioRow = z.object({
  name: z.string().min(1),
  /** 0: recorded beside the others. */
  goal,
  holds: z.boolean(),
  ratio: measured,
  /** Of what is no share. */
  unit: z.literal("milliseconds").exactOptional(),
  /** By round; a share is measured once. */
  ratios: z.array(measured).min(1).exactOptional(),
});

/** Of a benchmark without a peer. */
const secondsRow = z.object({
  name: z.string().min(1),
  goal,
  holds: z.boolean(),
  seconds: measured,
  rounds: z.array(measured).min(1),
});

/** Most files: rows of one benchmark. */
const rowsFile = z.object({ name: z.string().min(1), rows: z.array(z.union([secondsRow, ratioRow])).min(1) });

/** One measure of a script of its own (queue-throughput/takeover.ts). */
const takeoverFile = z.object({
  goal,
  holds: z.boolean(),
  median: measured,
  seconds: z.array(measured).min(1),
});

/** A comparison of numbers and not of times (real-training/check-written.ts): it has no row. */
const writtenFile = z.object({ allowed: z.number().positive(), differences: z.record(z.string(), measured) });

export type RecordedRow = z.output<typeof ratioRow> | z.output<typeof secondsRow>;

/** The rows of one file. */
export interface RecordedBenchmark {
  readonly name: string;
  readonly rows: readonly RecordedRow[];
}

/** By the names of the files; `rows` of benchmarks have their file's name. Throws BenchmarkError for the first file that is none of these. */
export function recordedBenchmarks(folder: string): RecordedBenchmark[] {
  return readdirSync(folder)
    .sort()
    .map((file) => readBenchmark(join(folder, file), file));
}

function readBenchmark(path: string, file: string): RecordedBenchmark {
  const name = file.replace(/\.json$/u, "");
  if (name === file) throw unknownFile(path, "a name that does not end in .json");
  let contents: unknown;
  try {
    contents = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw unknownFile(path, error instanceof Error ? error.message : String(error));
  }
  if (name === "queue-takeover") {
    const { seconds, median, ...rest } = parsed(takeoverFile, contents, path);
    return {
      name,
      rows: [{ goal: rest.goal, holds: rest.holds, name: "call-of-a-killed-worker", seconds: median, rounds: seconds }],
    };
  }
  if (name === "real-training-written") {
    parsed(writtenFile, contents, path);
    return { name, rows: [] };
  }
  const { name: told, rows } = parsed(rowsFile, contents, path);
  if (told !== name) throw unknownFile(path, `results of ${quotedText(told)}`);
  return { name, rows };
}

function parsed<Contents>(schema: z.ZodType<Contents>, contents: unknown, path: string): Contents {
  const result = schema.safeParse(contents);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw unknownFile(path, `${issue?.path.map(String).join(".") || "the file"}: ${issue?.message ?? "something else"}`);
}

function unknownFile(path: string, received: string): BenchmarkError {
  return new BenchmarkError({
    expected: `results of a benchmark in ${quotedText(path, 1000)}`,
    received,
    remedy: "measure again, or tell benchmarks/recorded-results.ts about files of this form",
  });
}
