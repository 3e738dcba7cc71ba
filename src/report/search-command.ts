/** The command that repeats a search over prompts. */
import { programCommand } from "../core/program-command.ts";
import type { ParentSimilarity } from "../rainbow-teaming/parent-similarity.ts";
import type { SearchConfiguration } from "../rainbow-teaming/run/search-configuration.ts";
import { shellWord } from "./run-settings.ts";

/** With those flags alone whose values are not the usual ones. */
export function searchCommand(configuration: SearchConfiguration): string {
  return [programCommand, "search", shellWord(configuration.source), ...searchFlags(configuration)].join(" ");
}

/** The flags that repeat a search, without those that have their defaults. */
export function searchFlags(configuration: SearchConfiguration): string[] {
  const { domain, target, mutator, judge, oracle, heldOutJudge, arms, similarity, seed } = configuration;
  const { classifier, iterations, batchSize, comparisons, heldOutKind, nearDuplicates, calls } = configuration;
  const { rankedMutations, cheapJudge, batchesAhead } = configuration;
  const near = nearDuplicates === true ? { by: "n-grams", threshold: 0.8 } : nearDuplicates || undefined;
  const usual = cosineOrBleu(domain.search.similarity);
  const chosen = similarity === null ? undefined : cosineOrBleu(similarity);
  const isUsual = chosen?.by === usual.by && chosen.threshold === usual.threshold;
  const flags: readonly (readonly [flag: string, value: string | number | undefined, usual?: string | number])[] = [
    ["target", target],
    ["mutator", mutator],
    ["judge", judge],
    ["classifier", classifier],
    ["oracle", oracle],
    ["held-out-judge", heldOutJudge],
    ["held-out-kind", heldOutKind, "rubric"],
    ["judge-labels", configuration.judgeLabels],
    ["iterations", iterations, domain.search.iterations],
    ["batch-size", batchSize, domain.search.batchSize],
    ["comparisons", comparisons, 4],
    ["similarity", similarity === null ? "none" : isUsual ? undefined : chosen?.threshold],
    ["similarity-by", chosen?.by, usual.by],
    ["near-duplicates", near?.by],
    ["near-duplicate-threshold", near?.threshold],
    ["mutations-per-parent", arms.mutationsPerParent, 1],
    ["ranked-mutations", rankedMutations, 1],
    ["cheap-judge", cheapJudge],
    ["parents", arms.parents, "archive"],
    ["cells", arms.cells, "low-fitness"],
    ["replacement", arms.replacement],
    ["memory", arms.memory, 0],
    ["elites-per-cell", arms.elitesPerCell, 1],
    ["batches-ahead", batchesAhead, 0],
    ["seed", seed, 0],
    ["threads", configuration.threads, 2],
    ["max-calls", calls.maxCalls],
    ["max-tokens", calls.maxTokens],
    ["max-usd", calls.maxUsd],
    ["price", calls.price?.join(",")],
    ["concurrency", calls.concurrency, 8],
  ];
  return flags.flatMap(([flag, value, usual]) =>
    value === undefined || value === usual ? [] : [`--${flag} ${shellWord(String(value))}`],
  );
}

function cosineOrBleu(similarity: ParentSimilarity): Exclude<ParentSimilarity, number> {
  return typeof similarity === "number" ? { by: "bleu", threshold: similarity } : similarity;
}
