/**
 * The closed vocabulary, built from the lexicon and the templates in their order.
 *
 * Token ids are part of every checkpoint: a word that is added moves those behind it, so a checkpoint must be
 * pretrained anew (a test holds the vocabulary's digest).
 */
import { distractorKinds, distractorTemplates } from "./distractors.ts";
import { commonNames, commonObjects, containers, rareNames, rareObjects } from "./lexicon.ts";
import { operationKinds } from "./operations.ts";
import { surfaceNames, surfaces } from "./surfaces.ts";
import type { Template } from "./template.ts";

/** Special tokens; none of them has a text. */
export const padToken = 0;
export const beginToken = 1;
export const endToken = 2;

const specials = ["<pad>", "<begin>", "<end>"];
/** The line break parts problem from solution, and the lines of a solution. */
const symbols = ["\n", ".", ",", "?", "%", "'s", "+", "-", "*", "/", "=", "####"];
const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/** Token id of the digit 0; the others follow it. */
export const firstDigitToken = specials.length + symbols.length;

function* templates(): Generator<Template> {
  for (const name of surfaceNames) {
    const surface = surfaces[name];
    yield* surface.start;
    for (const kind of operationKinds) yield* surface.steps[kind];
    yield* surface.question;
  }
  for (const kind of distractorKinds) yield* distractorTemplates[kind];
}

function templateWords(): string[] {
  const words = new Set<string>(["of"]);
  for (const { literals } of templates()) {
    for (const literal of literals) {
      for (const [word] of literal.replaceAll("'s", " ").matchAll(/[A-Za-z]+/g)) words.add(word.toLowerCase());
    }
  }
  return [...words];
}

/** The text of each token id; words are in lower case, names are not. */
export const vocabulary: readonly string[] = [
  ...new Set([
    ...specials,
    ...symbols,
    ...digits,
    ...templateWords(),
    ...containers,
    ...commonObjects,
    ...rareObjects,
    ...commonNames,
    ...rareNames,
  ]),
];
