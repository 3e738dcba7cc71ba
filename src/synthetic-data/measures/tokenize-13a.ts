/**
 * The tokenisation "13a" of BLEU: the rules of NIST's mteval-v13a.pl, as sacreBLEU (Post 2018, 1804.08771) applies them.
 *
 * Rules in order: line ends become spaces (a hyphen at a line end joins), four HTML entities are decoded, ASCII
 * punctuation other than ' , - . is set apart, full stop and comma unless between digits, hyphen after a digit.
 * "-" inside a word stays. Each pattern consumes what it matches, so a run of full stops is set apart in pairs;
 * three passes over one string keep this exact.
 */
import { splitWords, stripEnd } from "../../core/words.ts";

const ENTITIES: readonly (readonly [string, string])[] = [
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
];
const PUNCTUATION = /[!-&(-+/:-@[-`{-~]/g;
const MARK_AFTER_NO_DIGIT = /([^0-9])([.,])/g;
const MARK_BEFORE_NO_DIGIT = /([.,])([^0-9])/g;
const HYPHEN_AFTER_DIGIT = /([0-9])-/g;

/** The tokens of a text under mteval-v13a; none for a blank text. */
export function tokenize13a(text: string): string[] {
  // The end is stripped first, so that a hyphen before the last line end stays.
  let line = stripEnd(text).replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  if (line.includes("&")) {
    for (const [entity, character] of ENTITIES) line = line.replaceAll(entity, character);
  }
  line = ` ${line} `
    .replace(PUNCTUATION, " $& ")
    .replace(MARK_AFTER_NO_DIGIT, "$1 $2 ")
    .replace(MARK_BEFORE_NO_DIGIT, " $1 $2")
    .replace(HYPHEN_AFTER_DIGIT, "$1 - ");
  return splitWords(line);
}
