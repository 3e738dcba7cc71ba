import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { renderProblem } from "./render-problem.ts";
import { randomProblem } from "./samplers.ts";
import { surfaceNames } from "./surfaces.ts";
import { drawTestSet } from "./test-sets.ts";
import { answerOf } from "./trace.ts";

/** What each sentence says, read anew from the text: amounts by person, and whom the last sentence is about. */
interface Reading {
  readonly amounts: Map<string, number>;
  focus: string;
}

type Rule = readonly [RegExp, (reading: Reading, groups: string[]) => void];

function setAmount(reading: Reading, person: string, amount: number): void {
  reading.amounts.set(person, amount);
  reading.focus = person;
}

function amountOf(reading: Reading, person: string): number {
  return reading.amounts.get(person) as number;
}

/** Changes the amount of the sentence's person, or of the person in focus where it names none. */
function changing(change: (amount: number, number: number) => number): Rule[1] {
  return (reading, [number, person = reading.focus]) =>
    setAmount(reading, person, change(amountOf(reading, person), Number(number)));
}

const comparing =
  (change: (amount: number, number: number) => number): Rule[1] =>
  (reading, [number, person, other]) =>
    setAmount(reading, person as string, change(amountOf(reading, other as string), Number(number)));

const taking: Rule[1] = (reading, [person, other]) => {
  setAmount(reading, person as string, amountOf(reading, person as string) + amountOf(reading, other as string));
};
const losing: Rule[1] = (reading, [person, other]) => {
  setAmount(reading, person as string, amountOf(reading, person as string) - amountOf(reading, other as string));
};

/** A pattern with <n> and <m> for numbers, <p> the person, <o> the other one, <t> a thing; groups come as n, m, p, o. */
function rule(pattern: string, read: Rule[1]): Rule {
  const source = pattern
    .replaceAll(/<([nm])>/g, "(?<$1>\\d+)")
    .replaceAll(/<([po])>/g, "(?<$1>[A-Z][a-z]+)")
    .replaceAll("<t>", "[a-z]+");
  return [new RegExp(`^${source}$`), read];
}

const starting: Rule[1] = (reading, [number, person]) => setAmount(reading, person as string, Number(number));
const boxing: Rule[1] = (reading, [count, each, person]) =>
  setAmount(reading, person as string, Number(count) * Number(each));

const plus = (amount: number, number: number): number => amount + number;
const minus = (amount: number, number: number): number => amount - number;
const product = (amount: number, number: number): number => amount * number;
const quotient = (amount: number, number: number): number => amount / number;
const percent = (amount: number, percentage: number): number => (amount * percentage) / 100;

const rules: readonly Rule[] = [
  rule("(?:<p> also (?:has|sees) <n> <t>|[A-Z][a-z]+ is \\d+ years old|The bus (?:comes|leaves) at \\d+)", () => {}),
  rule("(?:There are <n> <t> in <p>'s room)", starting),
  rule("<p> (?:starts with a supply of|has) <n> <t>", starting),
  rule("<p> (?:has|starts with) <n> <t> (?:with|of) <m> <t>(?: each)?", boxing),
  rule("There are <n> <t> of <m> <t> in <p>'s room", boxing),
  rule("<p> (?:buys|finds|gets|earns) <n> (?:more|extra) <t>", changing(plus)),
  rule("Then <n> more <t> (?:come|are brought) to <p>", changing(plus)),
  rule("<p>'s supply grows by <n> <t>", changing(plus)),
  rule("<p> (?:gives away|loses|sells|spends) <n> <t>", changing(minus)),
  rule("Then <n> of <p>'s <t> are (?:lost|sold|taken away)", changing(minus)),
  rule("<p>'s supply shrinks by <n> <t>", changing(minus)),
  rule("(?:Soon|A week later) <p> has <n> times as many <t>", changing(product)),
  rule("Then <p>'s <t> become <n> times as many", changing(product)),
  rule("<p>'s supply grows to <n> times as many <t>", changing(product)),
  rule("<p> (?:makes|fills) <n> equal (?:piles|bags) and keeps one", changing(quotient)),
  rule("Then only one of <n> equal parts is kept", changing(quotient)),
  rule("<p>'s supply shrinks to one of <n> equal parts", changing(quotient)),
  rule("<p> keeps (?:only )?<n>%(?: of the <t>| and gives away the rest)", changing(percent)),
  rule("Then only <n>% of the <t> are kept", changing(percent)),
  rule("<p>'s supply shrinks to <n>%", changing(percent)),
  rule("<p> (?:has|owns) <n> more <t> than <o>", comparing(plus)),
  rule("Compared with <o>, <p> has <n> more <t>", comparing(plus)),
  rule("<p>'s supply is <n> more than <o>'s", comparing(plus)),
  rule("<p> (?:has|owns) <n> fewer <t> than <o>", comparing(minus)),
  rule("Compared with <o>, <p> has <n> fewer <t>", comparing(minus)),
  rule("<p>'s supply is <n> fewer than <o>'s", comparing(minus)),
  rule("<p> (?:has|owns) <n> times as many <t> as <o>", comparing(product)),
  rule("Compared with <o>, <p> has <n> times as many <t>", comparing(product)),
  rule("<p>'s supply is <n> times <o>'s", comparing(product)),
  rule("<p> (?:gets|takes) all of <o>'s <t>", taking),
  rule("Then all of <o>'s <t> (?:come|are brought) to <p>", taking),
  rule("<p>'s supply grows by all of <o>'s <t>", taking),
  rule("<p> (?:gives away|loses|sells) as many <t> as <o> has", losing),
  rule("Then as many <t> as <o> has are taken from <p>", losing),
  rule("<p>'s supply shrinks by as many <t> as <o> has", losing),
];

/** The answer that the text gives to its question, read sentence by sentence. */
function readAnswer(text: string): number {
  const sentences = text.slice(0, -1).split(". ");
  const question = sentences.pop() as string;
  const reading: Reading = { amounts: new Map(), focus: "" };
  for (const sentence of sentences) {
    const matching = rules.filter(([pattern]) => pattern.test(sentence));
    expect([sentence, matching.length]).toEqual([sentence, 1]);
    const [pattern, read] = matching[0] as Rule;
    const groups = pattern.exec(sentence)?.groups;
    read(
      reading,
      ["n", "m", "p", "o"].map((name) => groups?.[name]).filter((group) => group !== undefined),
    );
  }
  const asked = /does (\w+) have|are in (\w+)'s supply|of \w+ (\w+) has/.exec(question)?.slice(1);
  return amountOf(reading, asked?.find((person) => person !== undefined) as string);
}

describe("the text alone", () => {
  test("determines the answer, by a reader that knows nothing of the problem", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const problem = randomProblem(new RandomStream(seed));
        expect(readAnswer(renderProblem(problem))).toBe(answerOf(problem));
      }),
      { numRuns: 300 },
    );
    for (const problem of drawTestSet("whole-space", 112, new RandomStream(0))) {
      expect(readAnswer(renderProblem(problem))).toBe(answerOf(problem));
    }
  });

  test("is another one on every surface, with the same answer", () => {
    const problem = randomProblem(new RandomStream(9));
    const texts = surfaceNames.map((surface) => renderProblem({ ...problem, surface }));
    expect(new Set(texts).size).toBe(3);
    for (const text of texts) expect(readAnswer(text)).toBe(answerOf(problem));
  });
});
