/** The part of the recipe about a published model over HTTP: its seeds, settings and files. */
import { randomModel, smollm2Name, smollm2Weights } from "../../real-model/smollm2.ts";
import type { RecipeOptions } from "../../recipe.ts";
import { type RecipePart, readSeeds } from "../part.ts";
import { type Reasoner, reasoners } from "../reasoners.ts";
import { judgeServed } from "./claims.ts";
import { servedSection } from "./section.ts";
import { questionSources, readServed, runServed, type ServedRunOptions, type ServedSettings } from "./seed-run.ts";

const seeds = [60, 61, 62, 63, 64];

const settings: ServedSettings = {
  iterations: 150,
  batchSize: 16,
  seeds: 20,
  easy: 30,
  reasonerIterations: 300,
  problems: 24,
  answerTokens: 64,
};

const quickSettings: ServedSettings = {
  iterations: 4,
  batchSize: 4,
  seeds: 4,
  easy: 2,
  reasonerIterations: 12,
  problems: 2,
  answerTokens: 4,
};

export function servedPart({ quick, directory, threads, signal, print }: RecipeOptions): RecipePart {
  const partSeeds = quick ? seeds.slice(0, 1) : seeds;
  const modelName = quick ? "a random model" : smollm2Name;
  const partSettings = quick ? quickSettings : settings;
  const runOptions = (seed: number): ServedRunOptions => ({
    directory,
    seed,
    model: `illume:${quick ? randomModel : smollm2Weights()}`,
    reasoner: reasoners.find(({ name }) => name === "steps-3200-seed-2") as Reasoner,
    settings: partSettings,
    threads,
    ...(signal && { signal }),
  });
  return {
    name: "11. A published model over HTTP",
    seeds: partSeeds,
    settings: partSettings,
    run: async (seed) => {
      const { sources } = (await runServed(runOptions(seed))).result;
      const cells = questionSources.map((source) => `${source} ${sources[source].failingCells}`);
      print(`seed ${seed} cells in which ${modelName} fails: ${cells.join(", ")}`);
    },
    read: () =>
      readSeeds({
        seeds: partSeeds,
        read: async (seed) => {
          const read = await readServed(runOptions(seed));
          return read && { seed, ...read };
        },
        judge: judgeServed,
        section: (finished) => servedSection(finished, modelName, partSettings),
      }),
  };
}
