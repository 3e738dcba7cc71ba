/** What a run of Rainbow Teaming is started with: its domain whole, its models by id, its arms. Kept in the run store. */
import { z } from "zod";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { Json, RunStore } from "../../runs/run-store.ts";
import { domainSchema } from "../domain-schema.ts";
import { cosineSchema, parentSimilaritySchema } from "../parent-similarity.ts";

/** What the state of such a run says of the command that began it. */
export const rainbowCommand = "rainbow search";

/** The archive's name in the run store. */
export const archiveName = "search";

/** Caps and cache, with which a run may go on changed. */
const changedCallsKey = "changed calls";

const cap = z.number().int().min(0).exactOptional();
/** Caps, prices, cache and concurrency of the calls of a run. */
export const callsSchema = z.strictObject({
  maxCalls: cap,
  maxTokens: cap,
  maxUsd: z.number().min(0).exactOptional(),
  /** Dollars per million tokens of input and output, for models whose price is not known. */
  price: z.tuple([z.number().min(0), z.number().min(0)]).exactOptional(),
  cache: z.string().min(1).exactOptional(),
  /** Iterations under way, and requests at once to each endpoint. */
  concurrency: z.number().int().min(1).default(8),
});

/** Caps, prices and the cache of calls. */
export type SearchCalls = z.output<typeof callsSchema>;

const model = z.string().min(1);
/** The settings of a search for prompts: names, ranges, defaults. */
export const rainbowSchema = z.strictObject({
  domain: domainSchema,
  /** The name or file that the domain was read from, for people. */
  source: z.string(),
  target: model,
  mutator: model,
  /** Missing where the domain's judge asks no model. */
  judge: model.exactOptional(),
  /** Places prompts in dimensions that a model reads off them; default: the judge. */
  classifier: model.exactOptional(),
  /** Answers the questions of a domain whose judge is an oracle; default: the judge. */
  oracle: model.exactOptional(),
  /** Scores the final archive and takes no other part. */
  heldOutJudge: model.exactOptional(),
  heldOutKind: z.enum(["rubric", "guard", "llama-guard"]).default("rubric"),
  /** File of people's labels by which the judge is measured before the search. */
  judgeLabels: z.string().min(1).exactOptional(),
  iterations: z.number().int().min(1),
  batchSize: z.number().int().min(1),
  /** Votes at most of a comparison. */
  comparisons: z.number().int().min(1).max(99).default(4),
  /** Pairs that one call of a pairwise judge compares; with more than one a batch is decided together. */
  comparisonsPerCall: z.number().int().min(1).max(32).default(1),
  /** "drawn": votes come from the probabilities that the judge tells of its letters, one call an order. */
  votes: z.enum(["asked", "drawn"]).default("asked"),
  /** Children whose BLEU with their parent, or cosine by an embedder, is at least this are discarded; null: no filter. */
  similarity: parentSimilaritySchema.nullable(),
  /** Whether what nearly stands in the archive already is discarded. */
  nearDuplicates: z
    .union([
      z.boolean(),
      /** "n-grams", or an embedder's id; Jaccard similarity of n-grams or cosine from which texts are near-duplicates. */
      cosineSchema,
    ])
    .default(false),
  /** Mutations of which the best by a cheap score becomes the child (Ferret). */
  rankedMutations: z.number().int().min(1).default(1),
  /** Gives that score; without it the proposals' unlikeness does. */
  cheapJudge: model.exactOptional(),
  /** Batches that begin before one is complete. */
  batchesAhead: z.number().int().min(0).default(0),
  arms: z.strictObject({
    parents: z.enum(["archive", "same-cell", "none"]).default("archive"),
    cells: z.enum(["low-fitness", "uniform"]).default("low-fitness"),
    replacement: z.enum(["comparison", "score"]).exactOptional(),
    memory: z.number().int().min(0).default(0),
    elitesPerCell: z.number().int().min(1).default(1),
    mutationsPerParent: z.number().int().min(1).default(1),
  }),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  threads: z.number().int().min(1).default(2),
  calls: callsSchema.prefault({}),
});

/** A complete configuration; plain JSON. */
export type SearchConfiguration = z.output<typeof rainbowSchema>;
/** The same with what has a default left out. */
export type SearchConfigurationInput = z.input<typeof rainbowSchema>;

/** Checks plain JSON and fills in the defaults. Throws InvalidArgumentError for the first setting that is wrong. */
export function parseSearchConfiguration(settings: unknown): SearchConfiguration {
  const parsed = rainbowSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InvalidArgumentError({
    expected: "settings of a search over prompts",
    received: `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "something else"}`,
    remedy: "correct it, or leave it out",
  });
}

/** The settings with which a run goes on. Throws InvalidArgumentError for a run of something else. */
export function searchConfiguration(store: Pick<RunStore, "configuration" | "state">): SearchConfiguration {
  const configuration = parseSearchConfiguration(store.configuration);
  const changed = store.state(changedCallsKey);
  return changed === undefined ? configuration : { ...configuration, calls: callsSchema.parse(changed) };
}

/** Goes on with other caps, prices or cache from here; nothing of the result depends on them. */
export function changeSearchCalls(store: RunStore, calls: SearchCalls): void {
  store.setState(changedCallsKey, calls as unknown as Json);
}
