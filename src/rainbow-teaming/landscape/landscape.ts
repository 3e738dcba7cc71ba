/**
 * A synthetic landscape: prompts whose category, style and effect on the target are defined by rules, so that what a
 * search claims can be checked exactly.
 *
 * A prompt is a style's phrase, a category's subject and L details, each one of V words:
 *   "As a letter to an old friend, tell me about roses with babobo, ..., and gigago."
 * In the cell (category, style) w of the V words of each position are weak; the hits of a prompt are its weak words. The
 * target fails from m(cell) hits on, and how badly grows with the hits:
 *   severity = hits / (2 m)                       where hits < m,  below 1/2
 *   severity = 1/2 + (hits - m) / (2 (L - m))     from there on, 1 with all hits
 * `sharing` is the chance that a weak word is one of the whole target's, category's or style's (a third each) rather than
 * of this cell alone: it is what a solution of one cell is worth in another one. Bait words make a response look worse than it is, which a judge of
 * single responses may fall for.
 *
 * Under uniform sampling hits are binomial (L, w / V), so rates have a closed form; landscape.test.ts holds the rules to
 * it and to the enumeration of all prompts of a small landscape.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { categoryWords, detailLimits, detailWord, stylePhrases } from "./landscape-vocabulary.ts";

/** Sizes and rules of a landscape. */
export interface LandscapeOptions {
  readonly seed: number;
  /** 1 to 10 each; default 10 x 10, as the safety archive. */
  readonly categories?: number;
  readonly styles?: number;
  /** L; default 8. */
  readonly details?: number;
  /** V; default 12. */
  readonly words?: number;
  /** w; default 2. */
  readonly weakWords?: number;
  /** In [0, 1]; default 0.7. */
  readonly sharing?: number;
  /** Least and greatest m of a cell, drawn uniformly; default 3 to 6. */
  readonly hitsToFail?: readonly [number, number];
  /** Bait words a position, the same in all cells; default 1. */
  readonly baitWords?: number;
}

/** A prompt of the landscape, taken apart. */
export interface LandscapePrompt {
  readonly category: number;
  readonly style: number;
  /** Which of the category's subjects and of the style's phrases; without effect. */
  readonly subject: number;
  readonly phrase: number;
  /** One word's number for each position; -1 where the text has none. */
  readonly details: readonly number[];
}

/** What is true of a prompt. */
export interface LandscapeTruth {
  readonly category: number;
  readonly style: number;
  /** category * styles + style */
  readonly cell: number;
  readonly hits: number;
  /** In [0, 1]. */
  readonly severity: number;
  /** severity >= 1/2 */
  readonly fails: boolean;
  /** What a response seems to be worth to those who fall for bait; in [severity, 1]. */
  readonly appearance: number;
}

/** The rules, and texts that they hold for. */
export class Landscape {
  readonly categories: readonly string[];
  readonly styles: readonly string[];
  readonly cells: number;
  readonly details: number;
  readonly words: number;
  readonly weakWords: number;
  /** By cell: m. */
  readonly hitsToFail: readonly number[];
  /** [cell][position] -> weak words. */
  readonly #weak: readonly (readonly ReadonlySet<number>[])[];
  readonly #bait: readonly ReadonlySet<number>[];
  readonly #subjects = new Map<string, readonly [category: number, subject: number]>();
  readonly #words = new Map<string, readonly [position: number, word: number]>();

  /** Throws InvalidArgumentError for sizes out of range. */
  constructor(options: LandscapeOptions) {
    const { categories = 10, styles = 10, details = 8, words = 12, weakWords = 2, sharing = 0.7 } = options;
    const { hitsToFail = [Math.min(3, details), Math.min(6, details)], baitWords = 1 } = options;
    const [least, most] = hitsToFail;
    require("1 to 10 categories", within(categories, 1, categoryWords.length), categories);
    require("1 to 10 styles", within(styles, 1, stylePhrases.length), styles);
    require("1 to 13 details", within(details, 1, detailLimits.positions), details);
    require("1 to 65 words", within(words, 1, detailLimits.values), words);
    require("at least 1 weak word, and not more than there are", within(weakWords, 1, words), weakWords);
    require("sharing in [0, 1]", sharing >= 0 && sharing <= 1, sharing);
    require("0 bait words or more, and not more than there are", within(baitWords, 0, words), baitWords);
    require("hits to fail from 1 to the number of details", within(least, 1, most) && within(most, 1, details), least);
    this.categories = categoryWords.slice(0, categories).map(([name]) => name);
    this.styles = stylePhrases.slice(0, styles).map(([name]) => name);
    this.cells = categories * styles;
    this.details = details;
    this.words = words;
    this.weakWords = weakWords;
    const random = new RandomStream(options.seed, ["landscape"]);
    const numbers = Array.from({ length: words }, (_, word) => word);
    const positions = Array.from({ length: details }, (_, position) => position);
    const cells = Array.from({ length: this.cells }, (_, cell) => cell);
    this.hitsToFail = cells.map((cell) => random.split("hits", cell).integer(least, most + 1));
    this.#weak = cells.map((cell) =>
      positions.map((position) => {
        const order = (...name: (string | number)[]) => random.split(...name, position).shuffle(numbers);
        const [category, style] = [Math.floor(cell / styles), cell % styles];
        const shared = [order("target"), order("category", category), order("style", style)] as const;
        const own = order("cell", cell);
        const draw = random.split("source", cell, position);
        const weak = new Set<number>();
        while (weak.size < weakWords) {
          const source = draw.uniform() < sharing ? draw.choice(shared) : own;
          weak.add(source.find((word) => !weak.has(word)) as number);
        }
        return weak;
      }),
    );
    this.#bait = positions.map(
      (position) => new Set(random.split("bait", position).shuffle(numbers).slice(0, baitWords)),
    );
    for (const [category, [, ...subjects]] of categoryWords.slice(0, categories).entries()) {
      for (const [subject, word] of subjects.entries()) this.#subjects.set(word, [category, subject]);
    }
    for (const position of positions) {
      for (const word of numbers) this.#words.set(detailWord(position, word), [position, word]);
    }
  }

  /** A uniformly random prompt; of a given category or style where one is asked for. */
  randomPrompt(
    random: RandomStream,
    fixed: { readonly category?: number; readonly style?: number } = {},
  ): LandscapePrompt {
    const category = random.integer(0, this.categories.length);
    const style = random.integer(0, this.styles.length);
    return {
      category: fixed.category ?? category,
      style: fixed.style ?? style,
      subject: random.integer(0, 3),
      phrase: random.integer(0, 2),
      details: Array.from({ length: this.details }, () => random.integer(0, this.words)),
    };
  }

  /** The prompt as text. */
  write({ category, style, subject, phrase, details }: LandscapePrompt): string {
    const words = details.flatMap((word, position) => (word < 0 ? [] : [detailWord(position, word)]));
    const list = words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : (words[0] ?? "nothing");
    return `${stylePhrases[style]?.[phrase + 1]}, tell me about ${categoryWords[category]?.[subject + 1]} with ${list}.`;
  }

  /** The prompt of a text, by the first words that it knows; undefined where subject or style are missing. */
  read(text: string): LandscapePrompt | undefined {
    let category: number | undefined;
    let subject = 0;
    const details = new Array<number>(this.details).fill(-1);
    for (const [token] of text.toLowerCase().matchAll(/[a-z]+/gu)) {
      const found = this.#subjects.get(token);
      if (found !== undefined && category === undefined) [category, subject] = found;
      const word = this.#words.get(token);
      if (word !== undefined && details[word[0]] === -1) details[word[0]] = word[1];
    }
    for (let style = 0; style < this.styles.length; style++) {
      const phrase = stylePhrases[style]?.slice(1).findIndex((each) => text.includes(each)) ?? -1;
      if (phrase >= 0 && category !== undefined) return { category, style, subject, phrase, details };
    }
    return undefined;
  }

  /** What is true of a text; undefined where it is no prompt of the landscape. */
  truth(text: string): LandscapeTruth | undefined {
    const prompt = this.read(text);
    return prompt && this.truthOf(prompt);
  }

  truthOf({ category, style, details }: LandscapePrompt): LandscapeTruth {
    const cell = category * this.styles.length + style;
    let hits = 0;
    let baits = 0;
    for (const [position, word] of details.entries()) {
      if (this.#weak[cell]?.[position]?.has(word)) hits++;
      if (this.#bait[position]?.has(word)) baits++;
    }
    const severity = this.severityOf(cell, hits);
    const appearance = Math.min(1, severity + baits / this.details);
    return { category, style, cell, hits, severity, fails: severity >= 0.5, appearance };
  }

  /** Of a number of hits in a cell. */
  severityOf(cell: number, hits: number): number {
    const needed = this.hitsToFail[cell] as number;
    if (hits < needed) return hits / (2 * needed);
    return needed === this.details ? 1 : 0.5 + (hits - needed) / (2 * (this.details - needed));
  }

  /** Share of a cell's prompts that the target fails: P(B >= m), B binomial (L, w / V). */
  successRate(cell: number): number {
    return this.#expectation((hits) => Number(this.severityOf(cell, hits) >= 0.5));
  }

  /** Mean severity of a cell's prompts. */
  meanSeverity(cell: number): number {
    return this.#expectation((hits) => this.severityOf(cell, hits));
  }

  /** The mean of a function of the hits under uniform sampling. */
  #expectation(value: (hits: number) => number): number {
    const chance = this.weakWords / this.words;
    let sum = 0;
    let combinations = 1;
    for (let hits = 0; hits <= this.details; hits++) {
      sum += combinations * chance ** hits * (1 - chance) ** (this.details - hits) * value(hits);
      combinations = (combinations * (this.details - hits)) / (hits + 1);
    }
    return sum;
  }
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

function require(expected: string, holds: boolean, received: number): void {
  if (!holds) throw new InvalidArgumentError({ expected, received: String(received), remedy: "correct the landscape" });
}
