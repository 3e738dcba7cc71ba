/** The small reasoners of the recipe: separately pretrained, three of them for a shorter time. */
import { join } from "node:path";
import { packageRoot } from "../../src/core/package-root.ts";
import { loadTransformer } from "../../src/language-models/engine/transformer-file.ts";
import { TransformerLanguageModel } from "../../src/language-models/engine/transformer-language-model.ts";
import type { LanguageModel } from "../../src/language-models/language-model.ts";
import { gradeSchoolTokenizer } from "../../src/reasoning/tasks/grade-school/grade-school-tokenizer.ts";

/** A reasoner and its file. */
export interface Reasoner {
  readonly name: string;
  /** Of its pretraining. */
  readonly seed: number;
  readonly path: string;
}

/** By the steps that they were trained (recipes/pretrain-grade-school.ts has the seeds). */
export const reasoners: readonly Reasoner[] = [
  ...[0, 1, 2].map((seed) => reasoner(`steps-3200-seed-${seed}`, join("models", "grade-school"), seed)),
  ...[["steps-2400-seed-5", 5] as const, ["steps-1600-seed-4", 4] as const, ["steps-800-seed-3", 3] as const].map(
    ([name, seed]) => reasoner(name, join("recipes", "rainbow-teaming", "reasoners"), seed),
  ),
];

/** The reasoner of a seed of the pretraining, 0 to 5. */
export function reasonerOf(seed: number): Reasoner {
  return reasoners.find((one) => one.seed === seed) as Reasoner;
}

/** Opened from its file; `close` it after use. Throws as loadTransformer. */
export function openReasoner({ path }: Reasoner, threads: number): LanguageModel {
  const { shape, parameters } = loadTransformer(path);
  return new TransformerLanguageModel({
    id: `illume:${path}`,
    tokenizer: gradeSchoolTokenizer,
    threads,
    shape,
    parameters,
  });
}

function reasoner(name: string, folder: string, seed: number): Reasoner {
  return { name, seed, path: join(packageRoot, folder, `seed-${seed}.safetensors`) };
}
