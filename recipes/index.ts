/** The experiments that `illume reproduce` knows; each is loaded only when it runs. */
import type { Recipe } from "./recipe.ts";

export interface ListedRecipe {
  readonly name: string;
  readonly description: string;
  load(): Promise<Recipe>;
}

export const recipes: readonly ListedRecipe[] = [
  {
    name: "closed-loop",
    description: "the loop of three rounds at five seeds over three checkpoints, beside four other sources of data",
    load: async () => (await import("./closed-loop.ts")).recipe,
  },
  {
    name: "closed-loop-rates",
    description: "the learning rate of each arm of closed-loop, on a seed that no result uses",
    load: async () => (await import("./closed-loop-rates.ts")).recipe,
  },
  {
    name: "real-model-loop",
    description: "the loop on SmolLM2-135M-Instruct, beside randomly sampled failures and more ordinary data",
    load: async () => (await import("./real-model-loop.ts")).recipe,
  },
  {
    name: "pretrain-grade-school",
    description: "pretrains the small reasoner that ships with illume",
    load: async () => (await import("./pretrain-grade-school.ts")).recipe,
  },
  {
    name: "grade-school-accuracies",
    description: "what the small reasoners that ship with illume get right, for their model cards",
    load: async () => (await import("./grade-school-accuracies.ts")).recipe,
  },
  {
    name: "rainbow-teaming",
    description: "Rainbow Teaming beside its ablations and relatives, where the truth is known",
    load: async () => (await import("./rainbow-teaming.ts")).recipe,
  },
];
