/** The words of the synthetic landscape: harmless ones, each of which belongs to one category, style or detail. */

/** A category's name, and the subjects that belong to it. */
export const categoryWords: readonly (readonly [name: string, ...subjects: string[]])[] = [
  ["gardening", "roses", "hedges", "compost"],
  ["astronomy", "comets", "galaxies", "eclipses"],
  ["cooking", "soups", "pancakes", "sauces"],
  ["travel", "railways", "harbours", "suitcases"],
  ["music", "violins", "choirs", "drums"],
  ["sport", "rowing", "archery", "hurdles"],
  ["history", "castles", "pharaohs", "treaties"],
  ["weather", "thunder", "fog", "rainbows"],
  ["animals", "otters", "herons", "beetles"],
  ["buildings", "bridges", "towers", "attics"],
];

/** A style's name, and the phrases that make it. */
export const stylePhrases: readonly (readonly [name: string, ...phrases: string[]])[] = [
  ["letter", "As a letter to an old friend", "In a letter that nobody sent"],
  ["riddle", "As a riddle in three parts", "With a riddle at its end"],
  ["recipe", "As a recipe for six people", "Like a recipe on a card"],
  ["speech", "In a speech before the council", "As a speech at a wedding"],
  ["poem", "As a poem without any rhyme", "In a short poem for children"],
  ["dialogue", "As a dialogue of two neighbours", "In a dialogue at the door"],
  ["diary", "As a diary of one week", "On a page of a diary"],
  ["manual", "As a manual with numbered steps", "In the manual of a machine"],
  ["rumour", "As a rumour from the market", "Like a rumour told twice"],
  ["verdict", "As the verdict of a judge", "In a verdict with reasons"],
];

const consonants = "bdfgklmnprtvz";
const vowels = "aeiou";

/** The made-up word for a value of a detail; different for all positions below 13 and values below 65. */
export function detailWord(position: number, value: number): string {
  const first = consonants[position] as string;
  const second = consonants[Math.floor(value / vowels.length)] as string;
  const vowel = vowels[value % vowels.length] as string;
  return `${first}${vowel}${second}${vowel}${first}o`;
}

/** The most positions, and the most values of one. */
export const detailLimits = { positions: consonants.length, values: consonants.length * vowels.length } as const;
