/** Flags of `illume search DOMAIN` that make a variant of the search: how it mutates, aims, filters and keeps. */
import type { ArgsDef } from "citty";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { type ArmPreset, armNames, armPresets } from "../rainbow-teaming/arm-presets.ts";
import type { Domain } from "../rainbow-teaming/domain-schema.ts";
import type { ParentSimilarity } from "../rainbow-teaming/parent-similarity.ts";
import type { SearchConfigurationInput } from "../rainbow-teaming/run/search-configuration.ts";
import { wholeNumber } from "./whole-number.ts";

const parents = ["archive", "same-cell", "none"] as const;
const cells = ["low-fitness", "uniform"] as const;
const replacements = ["comparison", "score"] as const;
/** The cosine from which use-lite's texts are alike; those of other embedders mean other things. */
const useLiteThreshold = 0.85;

export const armArgs = {
  arm: {
    type: "string",
    valueHint: "NAME",
    description: `prompts: a published variant, as flags that are not given: ${armNames.join(", ")}`,
  },
  similarity: {
    type: "string",
    valueHint: "N",
    description: "prompts: discard children that are at least so much like their parent; none: keep all (the domain's)",
  },
  "similarity-by": {
    type: "string",
    valueHint: "NAME",
    description: "prompts: by bleu, n-grams, use-lite or the ID of a model that embeds (the domain's)",
  },
  "near-duplicates": {
    type: "string",
    valueHint: "NAME",
    description:
      "prompts: discard what nearly stands in the archive, by n-grams (letters), use-lite, or the ID of a model that embeds",
  },
  "near-duplicate-threshold": {
    type: "string",
    valueHint: "N",
    description: `prompts: similarity from which it does (n-grams 0.8, use-lite ${useLiteThreshold})`,
  },
  parents: {
    type: "string",
    valueHint: "NAME",
    description: `prompts: what is mutated: ${parents.join(", ")} (archive)`,
  },
  "mutations-per-parent": {
    type: "string",
    valueHint: "N",
    description: "prompts: children of one parent towards one cell, each judged (1)",
  },
  "ranked-mutations": {
    type: "string",
    valueHint: "N",
    description: "prompts: mutations of which the best by a cheap score becomes the child (1)",
  },
  "cheap-judge": {
    type: "string",
    valueHint: "ID",
    description:
      "prompts: the model that gives it, from the prompt alone; --arm ferret needs it (unlikeness, which costs nothing)",
  },
  cells: {
    type: "string",
    valueHint: "NAME",
    description: `prompts: cells aimed at: ${cells.join(", ")} (low-fitness)`,
  },
  replacement: {
    type: "string",
    valueHint: "NAME",
    description: `prompts: what decides who stays: ${replacements.join(", ")} (the judge's best)`,
  },
  memory: {
    type: "string",
    valueHint: "N",
    description: "prompts: successes of a cell shown to the mutator (0)",
  },
  "elites-per-cell": { type: "string", valueHint: "N", description: "prompts: the most that one cell keeps (1)" },
  "batches-ahead": {
    type: "string",
    valueHint: "N",
    description: "prompts: batches that begin before one is complete: faster, from an older archive (0)",
  },
} as const satisfies ArgsDef;

type Flags = Readonly<Record<string, unknown>>;
type ArmSettings = Pick<
  SearchConfigurationInput,
  "similarity" | "nearDuplicates" | "arms" | "rankedMutations" | "cheapJudge" | "batchesAhead"
>;

/** What the flags make of a search. Throws InvalidArgumentError and UnknownNameError. */
export function readArmFlags(domain: Pick<Domain, "search">, args: Flags): ArmSettings {
  const arm = args.arm as string | undefined;
  const preset = presetOf(arm);
  const presetFlags: Flags = preset?.flags ?? {};
  const text = (flag: keyof typeof armArgs) => (args[flag] ?? presetFlags[flag]) as string | undefined;
  const number = (flag: keyof typeof armArgs, standard: number, low: number, high: number) =>
    wholeNumber(`--${flag}`, text(flag), { standard, low, high });
  const replacement = text("replacement");
  const rankedMutations = number("ranked-mutations", 1, 1, 100);
  const cheapJudge = text("cheap-judge");
  if (cheapJudge !== undefined && rankedMutations === 1) {
    throw new InvalidArgumentError({
      expected: "--ranked-mutations of at least 2 with --cheap-judge",
      received: "one mutation, of which nothing can be chosen",
      remedy: "add --ranked-mutations 3, or leave the flag out",
    });
  }
  if (preset?.needs === "cheap-judge" && cheapJudge === undefined && rankedMutations > 1) {
    throw new InvalidArgumentError({
      expected: `--cheap-judge with --arm ${arm}, whose mutations are ranked by a model's scores`,
      received: "no such model",
      remedy: `add --cheap-judge ID, or write --ranked-mutations ${rankedMutations} without --arm ${arm} to rank them by unlikeness`,
    });
  }
  return {
    // A measure that is given has precedence over an arm without a filter.
    similarity: similarityOf(
      args["similarity-by"] === undefined ? text("similarity") : (args.similarity as string | undefined),
      text("similarity-by"),
      domain.search.similarity,
    ),
    nearDuplicates: nearDuplicatesOf(text("near-duplicates"), text("near-duplicate-threshold")),
    rankedMutations,
    ...(cheapJudge !== undefined && { cheapJudge }),
    batchesAhead: number("batches-ahead", 0, 0, 100),
    arms: {
      parents: oneOf("parents", text("parents") ?? "archive", parents),
      cells: oneOf("cells", text("cells") ?? "low-fitness", cells),
      ...(replacement !== undefined && { replacement: oneOf("replacement", replacement, replacements) }),
      memory: number("memory", 0, 0, 100),
      elitesPerCell: number("elites-per-cell", 1, 1, 1000),
      mutationsPerParent: number("mutations-per-parent", 1, 1, 1000),
    },
  };
}

function presetOf(name: string | undefined): ArmPreset | undefined {
  if (name === undefined) return undefined;
  const found = armNames.find((known) => known === name);
  if (found === undefined) throw new UnknownNameError({ kind: "arm", name, known: armNames });
  return armPresets[found];
}

/** The name among those that a flag takes. Throws UnknownNameError. */
export function oneOf<Name extends string>(flag: string, name: string, known: readonly Name[]): Name {
  const found = known.find((each) => each === name);
  if (found === undefined) throw new UnknownNameError({ kind: `value of --${flag}`, name, known });
  return found;
}

function similarityOf(
  text: string | undefined,
  by: string | undefined,
  standard: ParentSimilarity,
): ParentSimilarity | null {
  if (text === "none") {
    if (by === undefined) return null;
    throw new InvalidArgumentError({
      expected: "one of --similarity none and --similarity-by",
      received: "both",
      remedy: "leave one of them out",
    });
  }
  const usual = typeof standard === "number" ? { by: "bleu", threshold: standard } : standard;
  const embedder = by ?? usual.by;
  const threshold = text ?? (embedder === usual.by ? String(usual.threshold) : usualSimilarity(embedder));
  if (threshold === undefined) throw noThreshold("similarity", "similarity-by", embedder);
  const value = shareOf("similarity", threshold, "none, or a number", "0.6");
  return embedder === "bleu" ? value : { by: embedder, threshold: value };
}

/** Undefined where it depends on the model. */
function usualSimilarity(by: string): string | undefined {
  return by === "bleu" ? "0.6" : by === "use-lite" ? String(useLiteThreshold) : undefined;
}

function noThreshold(flag: string, by: string, embedder: string): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: `--${flag} with --${by} ${quotedText(embedder)}`,
    received: "none",
    remedy: "add a cosine: what unrelated texts have differs from embedder to embedder (src/language-models/README.md)",
  });
}

function nearDuplicatesOf(by: string | undefined, threshold: string | undefined): ArmSettings["nearDuplicates"] {
  if (by === undefined && threshold === undefined) return false;
  const standard =
    by === undefined || by === "n-grams" ? "0.8" : by === "use-lite" ? String(useLiteThreshold) : undefined;
  const given = threshold ?? standard;
  if (given === undefined) throw noThreshold("near-duplicate-threshold", "near-duplicates", by ?? "");
  return { by: by ?? "n-grams", threshold: shareOf("near-duplicate-threshold", given, "a number", "0.8") };
}

function shareOf(flag: string, text: string, kind: string, example: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value <= 1) return value;
  throw new InvalidArgumentError({
    expected: `${kind} above 0 and at most 1 after --${flag}`,
    received: quotedText(text),
    remedy: `write --${flag} ${example}`,
  });
}
