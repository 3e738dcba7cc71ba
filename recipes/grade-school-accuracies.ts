/**
 * Measures the small reasoners that ship with illume (seeds 0 to 2) and the weaker ones of the recipe `rainbow-teaming`
 * (seeds 3 to 5) on all test sets of their domain, 2,000 problems each, drawn with seeds that no experiment uses. The model
 * cards have the tables that it writes, and models/grade-school/accuracies.json is its file.
 */
import { join, relative, sep } from "node:path";
import { writeFileAtomic } from "../src/core/atomic-file.ts";
import { packageRoot } from "../src/core/package-root.ts";
import { wilsonInterval } from "../src/core/statistics/wilson-interval.ts";
import { hundredthsText } from "../src/report/number-text.ts";
import { type MachineDescription, machineText } from "./closed-loop/machine.ts";
import { type CheckpointAccuracies, checkpointAccuracies } from "./grade-school/checkpoint-accuracies.ts";
import { finishedPart } from "./rainbow-teaming/finished-part.ts";
import { reasonerOf } from "./rainbow-teaming/reasoners.ts";
import type { Recipe, RecipeOptions } from "./recipe.ts";
import { runSeeds } from "./run-seeds.ts";

/** In the order of the tables. */
const seeds = [0, 1, 2, 5, 4, 3];

/** A line of accuracies.json. */
export interface MeasuredCheckpoint extends CheckpointAccuracies {
  readonly seed: number;
  /** From the package's folder. */
  readonly checkpoint: string;
  readonly machine: MachineDescription;
}

export const recipe: Recipe = {
  name: "grade-school-accuracies",
  description: "what the small reasoners that ship with illume get right, for their model cards",
  run: async (options) => {
    const { quick, directory, print } = options;
    const measured = await runSeeds<MeasuredCheckpoint>({
      options,
      seeds,
      run: async (seed) => {
        const { checkpoint, correct, problems } = await measure(seed, options);
        const shares = Object.entries(correct).map(([name, count]) => `${name} ${hundredthsText(count / problems)} %`);
        print(`${checkpoint}: ${shares.join(", ")}`);
      },
      read: (seed) => measure(seed, options),
    });
    if (measured === undefined) return;
    const made = { command: "illume reproduce grade-school-accuracies", quick, checkpoints: measured };
    writeFileAtomic(join(directory, "accuracies.json"), `${JSON.stringify(made, null, 1)}\n`);
    const machines = [...new Set(measured.map(({ machine }) => machineText(machine)))];
    const notes = machines.map((text) => `- ${text}`).join("\n");
    writeFileAtomic(join(directory, "accuracies.md"), `${accuraciesTable(measured)}\n\n${notes}\n`);
    print(`wrote ${join(directory, "accuracies.md")}`);
  },
};

/** Markdown: a row a test set, in % with Wilson's 95 % interval. */
export function accuraciesTable(measured: readonly MeasuredCheckpoint[]): string {
  const rows = Object.keys(measured[0]?.correct ?? {}).map((name) => [
    name,
    ...measured.map(({ correct, problems }) => {
      const { estimate, low, high } = wilsonInterval(correct[name] ?? 0, problems);
      return `${hundredthsText(estimate)} (${hundredthsText(low)}–${hundredthsText(high)})`;
    }),
  ]);
  const lines = [["test set", ...measured.map(({ seed }) => `seed ${seed}`)], ...rows];
  const [head, ...others] = lines.map((cells) => `| ${cells.join(" | ")} |`);
  return [head, `|${measured.map(() => "---|").join("")}---|`, ...others].join("\n");
}

async function measure(
  seed: number,
  { quick, directory, threads, signal }: RecipeOptions,
): Promise<MeasuredCheckpoint> {
  const { path } = reasonerOf(seed);
  const checkpoint = relative(packageRoot, path).split(sep).join("/");
  const problems = quick ? 8 : 2000;
  const { result, machine } = await finishedPart(join(directory, `seed-${seed}.json`), { checkpoint, problems }, () =>
    checkpointAccuracies({ path, seed, threads, problems, signal }),
  );
  return { seed, checkpoint, ...result, machine };
}
