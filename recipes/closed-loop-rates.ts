/**
 * The learning rate that each arm of `closed-loop` gets, so that all are tuned alike: three rates on one tuning seed, whose
 * problems no result uses, from the checkpoint that this seed stands for. The rate with the highest accuracy on the whole
 * space is taken; budgets and everything else are the recipe's own.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SearchArm } from "../src/closed-loop/configuration.ts";
import { writeFileAtomic } from "../src/core/atomic-file.ts";
import { packageRoot } from "../src/core/package-root.ts";
import { describeMachine } from "./closed-loop/machine.ts";
import { runArm } from "./closed-loop/seed-run.ts";
import { closedLoopArms, closedLoopSettings } from "./closed-loop.ts";
import type { Recipe, RecipeOptions } from "./recipe.ts";

export const tuningSeeds = [1001];
const rates = [2e-4, 5e-4, 1e-3];
const measure = { problems: 800, sets: ["in-distribution", "whole-space"] } as const;

interface RateRow {
  readonly seed: number;
  readonly arm: SearchArm;
  readonly learningRate: number;
  readonly accuracies: Readonly<Record<string, number>>;
}

export const recipe: Recipe = {
  name: "closed-loop-rates",
  description: "the learning rate of each arm of closed-loop, on a seed that no result uses",
  run: async (options) => {
    mkdirSync(options.directory, { recursive: true });
    const rows: RateRow[] = [];
    for (const seed of options.seeds ?? tuningSeeds) {
      for (const arm of closedLoopArms) {
        for (const learningRate of options.quick ? rates.slice(-1) : rates) {
          if (options.signal?.aborted === true) return;
          const { accuracies } = await runRate(seed, arm, learningRate, options);
          rows.push({ seed, arm, learningRate, accuracies });
          options.print(`seed ${seed} ${arm} at ${learningRate}: ${describe(accuracies)}`);
        }
      }
    }
    const path = join(options.directory, "closed-loop-rates.json");
    writeFileAtomic(path, `${JSON.stringify({ quick: options.quick, rows, machine: describeMachine() }, null, 2)}\n`);
    options.print(`wrote ${path}`);
  },
};

async function runRate(seed: number, arm: SearchArm, learningRate: number, options: RecipeOptions) {
  const { learn, search } = closedLoopSettings;
  const settings = options.quick
    ? {
        rounds: 1,
        search: { evaluations: 20, batchSize: 20, seeds: 20 },
        learn: { ...learn, tokens: 500, replay: 4, epochs: 1 },
        measure: { ...measure, problems: 56 },
      }
    : { rounds: closedLoopSettings.rounds, search, learn, measure };
  const run = {
    directory: join(options.directory, `seed-${seed}`),
    seed,
    model: `illume:${join(packageRoot, "models", "grade-school", `seed-${seed % 3}.safetensors`)}`,
    settings: {
      ...settings,
      learn: { ...settings.learn, learningRate },
      measure: { ...settings.measure, sets: [...measure.sets] },
      attack: { renewed: false },
    },
    threads: options.threads,
    ...(options.signal && { signal: options.signal }),
  };
  return (await runArm(run, arm, `${arm}-${learningRate}`)).result;
}

function describe(accuracies: RateRow["accuracies"]): string {
  return Object.entries(accuracies)
    .map(([name, share]) => `${name} ${(100 * share).toFixed(1)} %`)
    .join(", ");
}
