/**
 * What a run of the closed loop can be told: one schema, from which the config file's checks, the command line's flags
 * and their help are made. The defaults were chosen on seeds that no result uses (docs/experiment-log.md).
 */
import { z } from "zod";
import { loraTargets } from "../nn/lora.ts";
import { ConfigurationError, configurationProblems } from "./configuration-error.ts";
import { targetKind } from "./targets/target-kind.ts";

/** Where the examples to learn from come from; equal numbers of target evaluations in every arm. */
export const searchArms = [
  "quality-diversity",
  "no-stepping-stones",
  "full-sampler-failures",
  "full-sampler",
  "in-distribution",
] as const;

/** Those of them that draw what is taught, and search for nothing. */
export const armsWithoutSearch: readonly string[] = ["full-sampler", "in-distribution"] satisfies SearchArm[];

/** The families of problems that the loop knows, by the names that settings give. */
export const domains = ["grade-school"] as const;

const count = (description: string, standard: number) =>
  z.number().int().min(1).max(100_000_000).default(standard).describe(description);
const share = (description: string, standard: number) =>
  z.number().min(0).max(1).default(standard).describe(description);

const searchSchema = z.strictObject({
  evaluations: count("evaluations of the target model, a round", 2000),
  batchSize: count("problems that are evaluated at once", 100),
  elitesPerCell: count("the most problems that one cell of the archive keeps", 10),
  seeds: count("seed problems that the search starts from", 200),
  arm: z.enum(searchArms).default("quality-diversity").describe("how problems are proposed and kept"),
});

const learnSchema = z.strictObject({
  examples: count("new examples learnt, a round", 1200),
  tokens: count("the most tokens of new examples, a round: to compare arms at equal tokens", 100_000_000),
  replay: z
    .number()
    .int()
    .min(0)
    .max(100_000_000)
    .default(2000)
    .describe("examples of the original distribution mixed in, a round"),
  epochs: count("passes over the examples", 3),
  batchSize: count("examples in one training step", 16),
  learningRate: z.number().gt(0).max(10).default(7e-4).describe("highest learning rate"),
  warmupSteps: z
    .number()
    .int()
    .min(0)
    .max(100_000_000)
    .default(10)
    .describe("steps in which the learning rate rises from zero"),
  weightDecay: share("decay of AdamW, times the learning rate", 0.01),
  betas: z
    .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .default([0.9, 0.98])
    .describe("decay of AdamW's two averages"),
  clip: z.number().gt(0).default(1).describe("largest norm of a gradient"),
  finalLearningRateShare: share("learning rate of the last step, as a share of the highest", 0.05),
  checkpointEvery: count("training steps between two checkpoints", 50),
  rank: count("rank of the adapters that a published model learns by", 8),
  targets: z
    .array(z.enum([...loraTargets, "all-linear"]))
    .min(1)
    .default(["all-linear"])
    .describe("its layers with adapters, or all-linear"),
});

const warmSchema = z.strictObject({
  examples: z
    .number()
    .int()
    .min(0)
    .max(100_000_000)
    .default(0)
    .describe("ordinary problems of few steps that are taught before anything is measured"),
  epochs: count("passes over them", 1),
});

/** The test sets of the domain grade-school (a test holds that these are its names). */
export const testSetNames = [
  "in-distribution",
  "unseen-sequences",
  "more-steps",
  "distractors",
  "unseen-wording",
  "everything",
  "seven-steps",
  "whole-space",
] as const;

const measureSchema = z.strictObject({
  sets: z
    .array(z.enum(testSetNames))
    .min(1)
    .default(testSetNames.filter((name) => name !== "whole-space"))
    .describe(`test sets to measure on, of ${testSetNames.join(", ")}`),
  problems: count("problems in each test set", 2000),
  gsm8k: z
    .string()
    .min(1)
    .exactOptional()
    .describe("a file of GSM8K's rows to measure on as well (right final answers)"),
  gsm8kRows: count("the first rows of it that are used", 200),
  resamples: count("bootstrap resamples behind an interval", 2000),
});

const attackSchema = z.strictObject({
  renewed: z.boolean().default(true).describe("search again, at an equal budget, against the taught model"),
});

const most = (description: string) =>
  z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).exactOptional().describe(description);
const pricePart = z.number().min(0).max(1_000_000);

/** No cap, and no cache, unless one is given. */
const callsSchema = z.strictObject({
  maxCalls: most("the most calls of language models; recorded ones are free"),
  maxTokens: most("the most tokens of all calls, input and output together"),
  maxUsd: z.number().min(0).max(1_000_000).exactOptional().describe("the most US dollars of all calls"),
  price: z
    .tuple([pricePart, pricePart])
    .exactOptional()
    .describe("dollars per million tokens of input and output, for a model whose price is not known"),
  cache: z.string().min(1).exactOptional().describe("file or folder of results that several runs share"),
  concurrency: count("requests at once to a model behind an endpoint", 8),
});

/** The settings of a run as a zod schema: names, ranges, defaults and, as descriptions, the command line's help. */
export const configurationSchema = z.strictObject({
  domain: z.enum(domains).default("grade-school").describe("family of problems"),
  model: z
    .string()
    .min(1)
    .default("grade-school")
    .describe("model: the name of a shipped one, illume:PATH, illume:ORG/REPO, or one behind an endpoint"),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe("seed of all random numbers"),
  rounds: z.number().int().min(1).max(1000).default(1).describe("rounds of search and learning"),
  threads: z.number().int().min(1).max(256).default(2).describe("threads of the tensor engine"),
  output: z.string().min(1).default("runs").describe("folder in which each run gets its own folder"),
  warm: warmSchema.prefault({}).describe("first lessons for a model that has never seen such problems"),
  search: searchSchema.prefault({}).describe("search for problems that the model gets wrong"),
  learn: learnSchema.prefault({}).describe("learning from verified solutions of them"),
  measure: measureSchema.prefault({}).describe("measuring before and after"),
  attack: attackSchema.prefault({}).describe("the attack renewed against the taught model"),
  calls: callsSchema.prefault({}).describe("what calls of language models may take, and where results are shared"),
});

/** A complete configuration: every setting has a value. Plain JSON. */
export type Configuration = z.output<typeof configurationSchema>;
/** What a user writes: any subset of the settings. */
export type ConfigurationInput = z.input<typeof configurationSchema>;
/** A way of searching, one of `searchArms`. */
export type SearchArm = Configuration["search"]["arm"];

/**
 * What stands in place of the defaults where the model is a published one: a hundred times as large, it learns and answers
 * a hundred times as slowly, and it has never seen problems of this form.
 */
const publishedStandards = {
  warm: { examples: 400 },
  search: { evaluations: 400, batchSize: 50, seeds: 100 },
  learn: { examples: 300, replay: 100, epochs: 1, batchSize: 4, learningRate: 1e-3, checkpointEvery: 10 },
  measure: {
    problems: 100,
    sets: ["in-distribution", "unseen-sequences", "more-steps", "distractors", "unseen-wording"],
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Settings with those of publishedStandards where they leave them out; anything but an object stays as it is. */
function withStandards(settings: unknown): unknown {
  if (!isGroup(settings) || typeof settings.model !== "string" || !isPublished(settings.model)) return settings;
  const completed: Record<string, unknown> = { ...settings };
  for (const [name, standards] of Object.entries(publishedStandards)) {
    const group = settings[name] ?? {};
    if (isGroup(group)) completed[name] = { ...standards, ...group };
  }
  return completed;
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is no model's id is refused where the model is opened. */
function isPublished(model: string): boolean {
  try {
    return targetKind(model) === "published";
  } catch {
    return false;
  }
}

export const defaultConfiguration: Configuration = configurationSchema.parse({});

/** What a run has that names nothing but its model; the model as the default has it, so that it is told apart. */
export function standardConfiguration(model: string): Configuration {
  return { ...parseConfiguration({ model }), model: defaultConfiguration.model };
}

/**
 * Checks plain JSON and fills in the defaults.
 *
 * @param settings any subset of the settings
 * @param describePath how to call a setting in an error, given its path; default "search.batchSize"
 * @throws ConfigurationError that names every wrong setting
 */
export function parseConfiguration(
  settings: unknown,
  describePath: (path: readonly PropertyKey[]) => string = (path) => path.map(String).join("."),
): Configuration {
  const parsed = configurationSchema.safeParse(withStandards(settings ?? {}), { reportInput: true });
  if (parsed.success) return parsed.data;
  const schema = z.toJSONSchema(configurationSchema, { io: "input" });
  throw new ConfigurationError(configurationProblems(parsed.error.issues, schema, settings, describePath));
}
