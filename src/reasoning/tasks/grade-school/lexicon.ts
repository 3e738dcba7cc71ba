/**
 * The open words of the stories: people, things and containers.
 *
 * Common words occur in every chapter of the pretraining corpus, rare ones in a single chapter (chapters.ts), so that
 * the test of unseen wording uses words that have trained embeddings but that were never seen in the other chapters.
 */
export const commonNames = [
  "Mia",
  "Ben",
  "Ana",
  "Tom",
  "Lily",
  "Sam",
  "Zoe",
  "Max",
  "Eva",
  "Leo",
  "Nora",
  "Jack",
  "Ruth",
  "Omar",
  "Kate",
  "Ivan",
] as const;

export const rareNames = ["Priya", "Hugo", "Yuki", "Amara", "Felix", "Greta", "Diego", "Salma"] as const;

export const commonObjects = [
  "apples",
  "stickers",
  "marbles",
  "books",
  "pencils",
  "coins",
  "cards",
  "cookies",
  "balloons",
  "crayons",
  "buttons",
  "beads",
  "toys",
  "flowers",
  "eggs",
  "pears",
] as const;

export const rareObjects = ["shells", "stamps", "ribbons", "lemons", "candles", "tickets", "kites", "acorns"] as const;

export const containers = ["boxes", "bags", "baskets", "jars", "crates", "trays"] as const;

export interface WordPool {
  readonly names: readonly string[];
  readonly objects: readonly string[];
}

export type WordPoolName = "common" | "rare" | "any";

export const wordPools: Readonly<Record<WordPoolName, WordPool>> = {
  common: { names: commonNames, objects: commonObjects },
  rare: { names: rareNames, objects: rareObjects },
  any: { names: [...commonNames, ...rareNames], objects: [...commonObjects, ...rareObjects] },
};
