/** How far a model's rounded weights take its probabilities from those of the weights as they are. */
import type { EncodedExample } from "../training-batches.ts";
import type { ContinuousPool } from "./continuous-pool.ts";

export interface PrecisionDivergence {
  /** Tokens that were compared. */
  readonly tokens: number;
  /** Mean of |difference of a token's log probability|, in nats. */
  readonly meanDifference: number;
  readonly largestDifference: number;
  /** Share of tokens, all of them the most probable ones without rounding, that are so with rounding too. */
  readonly equalGreedy: number;
}

/** Tokens that are compared after each prompt. */
const comparedTokens = 32;

/**
 * Compares two models, the first without rounding, on its own greedy continuations of prompts (token ids).
 * Throws as the pools do.
 */
export async function precisionDivergence(
  exact: ContinuousPool,
  rounded: ContinuousPool,
  prompts: readonly (readonly number[])[],
): Promise<PrecisionDivergence> {
  const continued = await exact.sample({
    kind: "sample",
    requests: prompts.map((prompt) => ({ prompt, streams: [{ seed: 0, path: [] }] })),
    maximumTokens: comparedTokens,
    temperature: 0,
    topP: 1,
    stopTokens: [],
  });
  const examples = prompts.map((prompt, index): EncodedExample => {
    const tokens = continued[index]?.[0]?.tokens ?? [];
    return { tokens: [...prompt, ...tokens], promptLength: prompt.length };
  });
  const [right, changed] = await Promise.all(
    [exact, rounded].map(async (pool) => {
      const scores = await pool.score({ kind: "score", examples });
      return scores.flatMap(({ byToken = [] }) => byToken);
    }),
  );
  let [sum, largest, equal] = [0, 0, 0];
  const tokens = right?.length ?? 0;
  right?.forEach((token, index) => {
    const other = changed?.[index];
    if (other === undefined) return;
    const difference = Math.abs(token.logProbability - other.logProbability);
    sum += difference;
    largest = Math.max(largest, difference);
    if (other.greedy) equal++;
  });
  return { tokens, meanDifference: sum / tokens, largestDifference: largest, equalGreedy: equal / tokens };
}
