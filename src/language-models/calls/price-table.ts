/**
 * Public list prices of a few well-known models, in US dollars per million tokens, without discounts for batches, cached
 * input or volume. Prices change: each row has the month in which it was read, and `--price IN,OUT` overrides it. Models
 * whose price depends on the prompt's length are left out, because a cap must hold for every prompt.
 *
 * Sources: openai.com/api/pricing, platform.claude.com/docs/en/about-claude/pricing, ai.google.dev/gemini-api/docs/pricing.
 */

/** A row of the table. */
export interface ListedPrice {
  /** Input and output, US dollars per million tokens. */
  readonly price: readonly [input: number, output: number];
  /** Year and month. */
  readonly asOf: string;
}

/** By model id without a snapshot's date: "openai:gpt-4.1-mini" stands for "openai:gpt-4.1-mini-2025-04-14" as well. */
export const priceTable: Readonly<Record<string, ListedPrice>> = {
  "openai:gpt-5": { price: [1.25, 10], asOf: "2026-03" },
  "openai:gpt-5-mini": { price: [0.25, 2], asOf: "2026-03" },
  "openai:gpt-5-nano": { price: [0.05, 0.4], asOf: "2026-03" },
  "openai:gpt-4.1": { price: [2, 8], asOf: "2026-06" },
  "openai:gpt-4.1-mini": { price: [0.4, 1.6], asOf: "2026-06" },
  "openai:gpt-4.1-nano": { price: [0.1, 0.4], asOf: "2026-04" },
  "openai:gpt-4o": { price: [2.5, 10], asOf: "2026-04" },
  "openai:gpt-4o-2024-05-13": { price: [5, 15], asOf: "2025-08" },
  "openai:gpt-4o-mini": { price: [0.15, 0.6], asOf: "2026-04" },
  "openai:text-embedding-3-small": { price: [0.02, 0], asOf: "2026-06" },
  "openai:text-embedding-3-large": { price: [0.13, 0], asOf: "2026-03" },
  "anthropic:claude-opus-4-5": { price: [5, 25], asOf: "2026-03" },
  "anthropic:claude-sonnet-4-5": { price: [3, 15], asOf: "2026-03" },
  "anthropic:claude-haiku-4-5": { price: [1, 5], asOf: "2026-03" },
  "anthropic:claude-3-5-haiku": { price: [0.8, 4], asOf: "2026-03" },
  "google:gemini-2.5-flash": { price: [0.3, 2.5], asOf: "2025-07" },
  "google:gemini-2.5-flash-lite": { price: [0.1, 0.4], asOf: "2025-07" },
};
