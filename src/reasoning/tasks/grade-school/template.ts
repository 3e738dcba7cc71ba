/** Sentences with named gaps, compiled once and filled many times. */

export interface SentenceWords {
  /** The person the sentence is about. */
  readonly focus: string;
  /** The person compared with or taken from. */
  readonly other: string;
  readonly number: number;
  /** The starting amount. */
  readonly amount: number;
  readonly objects: string;
  readonly containers: string;
}

export interface Template {
  /** Literal texts; literals[i] stands before gaps[i], the last one at the end. */
  readonly literals: readonly string[];
  readonly gaps: readonly (keyof SentenceWords)[];
}

/** A template of text such as "{focus} buys {number} more {objects}." */
export function template(text: string): Template {
  const parts = text.split(/\{(\w+)\}/);
  return {
    literals: parts.filter((_, index) => index % 2 === 0),
    gaps: parts.filter((_, index) => index % 2 === 1) as (keyof SentenceWords)[],
  };
}

export function fill(sentence: Template, words: SentenceWords): string {
  const { literals, gaps } = sentence;
  let text = literals[0] as string;
  for (let index = 0; index < gaps.length; index++) {
    text += words[gaps[index] as keyof SentenceWords];
    text += literals[index + 1] as string;
  }
  return text;
}
