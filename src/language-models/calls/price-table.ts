/**
 * Public list prices of a few well-known models, in US dollars per million tokens, without discounts for batches, cached
 * input or volume. Prices change: each row has the month in which it was read, and `--price IN,OUT` overrides it. Models
 * whose price depends on the prompt's length are left out, because a cap must hold for every prompt.
 *
 * A row's source is the provider's own page where such a page was read. "second-hand" rows agree among several pages of
 * others that quote the provider's (openai.com/api/pricing, ai.google.dev/gemini-api/docs/pricing), which were not read.
 */

/** A row of the table. */
export interface ListedPrice {
  /** Input and output, US dollars per million tokens. */
  readonly price: readonly [input: number, output: number];
  /** Year and month. */
  readonly asOf: string;
  /** The provider's own page, or "second-hand". */
  readonly source: string;
}

const claudePrices = "platform.claude.com/docs/en/about-claude/pricing";
const openaiModels = "developers.openai.com/api/docs/models";

/** By model id without a snapshot's date: "openai:gpt-4.1-mini" stands for "openai:gpt-4.1-mini-2025-04-14" as well. */
export const priceTable: Readonly<Record<string, ListedPrice>> = {
  "openai:gpt-5": { price: [1.25, 10], asOf: "2026-03", source: "second-hand" },
  "openai:gpt-5-mini": { price: [0.25, 2], asOf: "2026-03", source: "second-hand" },
  "openai:gpt-5-nano": { price: [0.05, 0.4], asOf: "2026-03", source: `${openaiModels}/gpt-5-nano` },
  "openai:gpt-4.1": { price: [2, 8], asOf: "2026-06", source: "second-hand" },
  "openai:gpt-4.1-mini": { price: [0.4, 1.6], asOf: "2026-06", source: "second-hand" },
  "openai:gpt-4.1-nano": { price: [0.1, 0.4], asOf: "2026-04", source: "second-hand" },
  "openai:gpt-4o": { price: [2.5, 10], asOf: "2026-04", source: "second-hand" },
  "openai:gpt-4o-2024-05-13": { price: [5, 15], asOf: "2025-08", source: "second-hand" },
  "openai:gpt-4o-mini": { price: [0.15, 0.6], asOf: "2026-04", source: "second-hand" },
  "openai:text-embedding-3-small": {
    price: [0.02, 0],
    asOf: "2026-06",
    source: `${openaiModels}/text-embedding-3-large`,
  },
  "openai:text-embedding-3-large": {
    price: [0.13, 0],
    asOf: "2026-03",
    source: `${openaiModels}/text-embedding-3-large`,
  },
  "anthropic:claude-opus-4-5": { price: [5, 25], asOf: "2026-03", source: claudePrices },
  "anthropic:claude-sonnet-4-5": { price: [3, 15], asOf: "2026-03", source: claudePrices },
  "anthropic:claude-haiku-4-5": { price: [1, 5], asOf: "2026-03", source: claudePrices },
  "anthropic:claude-3-5-haiku": { price: [0.8, 4], asOf: "2026-03", source: claudePrices },
  "google:gemini-2.5-flash": { price: [0.3, 2.5], asOf: "2025-07", source: "second-hand" },
  "google:gemini-2.5-flash-lite": { price: [0.1, 0.4], asOf: "2025-07", source: "second-hand" },
};
