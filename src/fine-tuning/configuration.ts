/** What fine-tuning can be told: one schema, from which checks, the command line's flags and their help are made. */
import { z } from "zod";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { type LoraTarget, loraTargets } from "../nn/lora.ts";

const count = (standard: number, description: string) =>
  z.number().int().min(1).max(100_000_000).default(standard).describe(description);
const countOrNone = (standard: number, description: string) =>
  z.number().int().min(0).max(100_000_000).default(standard).describe(description);

/** The settings of a fine-tuning run: names, ranges, defaults and, as descriptions, the command line's help. */
export const fineTuningSchema = z.strictObject({
  model: z.string().min(1).describe("model to teach: illume:PATH of a folder or GGUF file, or illume:ORG/REPO"),
  data: z
    .string()
    .min(1)
    .describe("examples: JSON Lines, JSON, CSV or Parquet of chats, prompts and completions, or texts"),
  objective: z.enum(["supervised", "preferences"]).default("supervised").describe("what is learnt"),
  method: z.enum(["lora", "full"]).default("lora").describe("low-rank adapters, or all weights"),
  rank: count(8, "rank of the adapters"),
  alpha: z.number().gt(0).max(1e6).optional().describe("adapters count alpha / rank times (twice the rank)"),
  targets: z
    .array(z.enum([...loraTargets, "all-linear"]))
    .min(1)
    .default(["q_proj", "v_proj"])
    .describe(`layers with adapters: ${loraTargets.join(", ")}, or all-linear`),
  epochs: count(1, "passes over the examples"),
  steps: countOrNone(0, "training steps in place of epochs; 0: as many as the epochs have"),
  batchSize: count(4, "rows of a batch: one example each, or with packing as many as fit"),
  accumulate: count(1, "batches of a step"),
  learningRate: z
    .number()
    .gt(0)
    .max(10)
    .optional()
    .describe("highest learning rate (0.0002 for adapters, 0.00002 for all weights; a tenth of that for preferences)"),
  warmUp: z.number().min(0).max(1).default(0.03).describe("share of the steps in which the learning rate rises"),
  finalShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("learning rate at the end of its cosine, as a share of the highest"),
  weightDecay: z.number().min(0).max(1).default(0).describe("decay of AdamW, times the learning rate"),
  clip: z.number().gt(0).default(1).describe("largest norm of a gradient"),
  packing: z.boolean().default(false).describe("put several examples in a row, which do not see each other"),
  maximumLength: z
    .number()
    .int()
    .min(2)
    .max(1_000_000)
    .default(512)
    .describe("tokens of an example, the rest is cut off; with packing, tokens of a row"),
  validation: z.number().min(0).lt(1).default(0.05).describe("share of the examples that is held out to measure on"),
  evaluateEvery: countOrNone(0, "steps between measurements on held-out examples; 0: ten measurements in all"),
  patience: countOrNone(0, "stop after so many measurements without a better one, and keep the best; 0: never"),
  beta: z.number().gt(0).max(100).default(0.1).describe("how strongly preferences are held to the model before (DPO)"),
  checkpointEvery: count(50, "training steps between two checkpoints"),
  merged: z.boolean().default(true).describe("write whole weights beside an adapter"),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe("seed of all random numbers"),
  threads: z.number().int().min(1).max(256).default(2).describe("threads of the tensor engine"),
  skipMalformed: z.boolean().default(false).describe("leave out examples that cannot be read"),
  output: z.string().min(1).optional().describe("folder for what was learnt (model/ and adapter/ in the run's folder)"),
});

/** A complete configuration; plain JSON. */
export type FineTuningConfiguration = z.output<typeof fineTuningSchema>;
/** What a user writes: the model, the data and any subset of the other settings. */
export type FineTuningInput = z.input<typeof fineTuningSchema>;

/**
 * Checks plain JSON and fills in the defaults.
 * @param describe how to call a setting in an error (default: by its name)
 * Throws InvalidArgumentError for the first setting that is unknown or out of range.
 */
export function parseFineTuningConfiguration(
  settings: unknown,
  describe: (name: string) => string = (name) => name,
): FineTuningConfiguration {
  const parsed = fineTuningSchema.safeParse(settings, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0] as z.core.$ZodIssue;
  const name = issue.code === "unrecognized_keys" ? issue.keys.join(", ") : String(issue.path[0] ?? "");
  const received = JSON.stringify((settings as Record<string, unknown> | undefined)?.[name]) ?? "nothing";
  throw new InvalidArgumentError({
    expected: `${describe(name)}: ${issue.message}`,
    received: received.length > 60 ? `${received.slice(0, 57)}...` : received,
    remedy: "illume learn --help has the settings",
  });
}

/** The layers that get adapters. */
export function adaptedTargets({ targets }: Pick<FineTuningConfiguration, "targets">): readonly LoraTarget[] {
  return targets.includes("all-linear") ? loraTargets : (targets as LoraTarget[]);
}

/** The highest learning rate, where none is set one that is usual for the method. */
export function highestLearningRate(configuration: FineTuningConfiguration): number {
  const { learningRate, method, objective } = configuration;
  if (learningRate !== undefined) return learningRate;
  const usual = method === "lora" ? 2e-4 : 2e-5;
  return objective === "preferences" ? usual / 10 : usual;
}
