import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CorruptFileError } from "../../../core/errors/corrupt-file-error.ts";
import { annotationFault, annotationResult, findAnnotations } from "./annotation.ts";
import { extractAnswer, rationalOfAnswer } from "./answer.ts";
import { formatRational } from "./rational.ts";
import type { Gsm8kRow } from "./row.ts";
import { verifyGsm8k } from "./verify.ts";

const faultOf = (text: string): string | undefined => annotationFault(findAnnotations(text)[0] as never);
const read = (text: string): string | undefined => {
  const answer = rationalOfAnswer(text);
  return answer === undefined ? undefined : formatRational(answer);
};
const problem = (answer: string): Gsm8kRow => ({ question: "How many?", answer: `#### ${answer}` });

/** All UTF-16, with half pairs too; the first 300 units (control characters among them) as often as all others. */
const anyText = fc.string({
  unit: fc.oneof(fc.nat(300), fc.nat(0xffff)).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});

describe("annotations", () => {
  test("are found with the number shown behind them", () => {
    const text = "a <<1+1=2>>2, $<<2*2=4>>$4.50 <<x>>\n<<3*7500=22500>>22,500, and <<1/3=1/3>>1/3 <<1=1";
    expect(findAnnotations(text).map(({ text, shown, unfinished }) => [text, shown, unfinished])).toEqual([
      ["1+1=2", "2", false],
      ["2*2=4", "4.50", false],
      ["x", undefined, false],
      ["3*7500=22500", "22,500", false],
      ["1/3=1/3", undefined, false],
      ["1=1", undefined, true],
    ]);
    expect(text.slice(findAnnotations(text)[1]?.begin)).toMatch(/^<<2\*2/);
    expect(findAnnotations("none, 1 < 2 > 1")).toEqual([]);
  });

  test.each([
    "<<48/2=24>>24 clips",
    "<<0.2*50=10>>10",
    "<<600+250=850.00>>$850.00",
    "<<.50-.25=0.25>>.25",
    "<<10/3=3.33>>3.33",
    "<<20/3=6.667>>6.667",
    "<<-1/3=-0.33>>",
    "<<70/30=2.3333333333333335>>2.33",
    "<<20/100*41.472=8.294400000000001>>8.29",
    "<<5*2/5=2.0=2.0>>2",
    "<<2/6=1/3>>1/3",
    "<<2/3*10=6.666666666666667>>6 people",
    "<<2/3*10=6.666666666666667>>7 people",
    "<<5-10=-5>>-5 degrees",
    "<<5-10=-5>>5 below zero",
    "<<0.2*1=0.2>>20%",
    "<<20*1=20>>20%",
    "<<1500*12=18000>>18,000/year",
    "<<3+4=7>>",
    "<<3+4=7>>1,5",
  ])("%s is right", (text) => {
    expect(faultOf(text)).toBeUndefined();
  });

  test.each([
    ["<<48/2=25>>25", "the exact value is 24"],
    ["<<0.2*50=10.1>>10.1", "the exact value is 10"],
    ["<<1/8=0.13>>0.13", "the exact value is 0.125"],
    ["<<10/3=3>>3", "the exact value is 10/3"],
    ["<<10/3=3.3>>3.3", "the exact value is 10/3"],
    ["<<10/3=3.34>>3.34", "the exact value is 10/3"],
    ["<<20/3=6.66>>6.66", "the exact value is 20/3"],
    ["<<2+2=4.000000000001>>4", "the exact value is 4"],
    ["<<5*2/5=2.0=2.1>>2.1", "the exact value is 2"],
    ["<<48/2=24>>25", 'is followed by "25"'],
    ["<<10/3=3.33>>3.35", 'is followed by "3.35"'],
    ["<<0.2*1=0.2>>21%", 'is followed by "21%"'],
    ["<<48/2>>24", "is no equation"],
    ["<<48/2=>>24", "a number"],
    ["<<X*.25=19.5>>", "a number"],
    ["<<1/0=0>>", "a divisor"],
    ["<<48/2=24", "has no end"],
    ["<<>>", "is no equation"],
  ])("%s is wrong", (text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });

  test("the result is what stands after the last equals sign", () => {
    const results = findAnnotations("<<1+1= 2 >><<4/2=2.0=2>><<7>>").map(annotationResult);
    expect(results).toEqual(["2", "2", undefined]);
  });

  test("a changed digit of a finite result is always caught", () => {
    const amount = fc.integer({ min: 1, max: 9999 });
    fc.assert(
      fc.property(amount, amount, fc.nat(), fc.integer({ min: 1, max: 9 }), (a, b, position, change) => {
        const result = String(a * b);
        const at = position % result.length;
        const digit = (Number(result[at]) + change) % 10;
        const wrong = result.slice(0, at) + digit + result.slice(at + 1);
        expect(faultOf(`<<${a}*${b}=${result}>>`)).toBeUndefined();
        expect(faultOf(`<<${a}*${b}=${wrong}>>`)).toContain("the exact value is");
      }),
    );
  });
});

describe("numbers in answers", () => {
  test.each([
    ["18", "18"],
    [" 18.00 ", "18"],
    ["18.50", "18.5"],
    [".5", "0.5"],
    ["1,234", "1234"],
    ["1,234,567.80", "1234567.8"],
    ["$18", "18"],
    ["€ 1,200.00", "1200"],
    ["¥18", "18"],
    ["18.", "18"],
    ["18 eggs per day.", "18"],
    ["**18**", "18"],
    ["\\boxed{18}", "18"],
    ["x = 18", "18"],
    ["18%", "18"],
    ["-5", "-5"],
    ["−5 degrees", "-5"],
    ["-$5", "-5"],
    ["$-5", "-5"],
    ["1/2", "0.5"],
    ["2 1/2 cups", "2.5"],
    ["-1/3", "-1/3"],
    ["007", "7"],
    ["18kg", "18"],
  ])("%s is %s", (text, number) => {
    expect(read(text)).toBe(number);
  });

  test.each([
    ["nothing", "eighteen"],
    ["two numbers", "18 or 19"],
    ["a range", "10-20"],
    ["a decimal comma", "1,5"],
    ["broken groups", "1,2345"],
    ["two points", "1.234.567"],
    ["an exponent", "1e3"],
    ["a multiplier", "18k"],
    ["a word that multiplies", "18 thousand"],
    ["a dozen", "3 dozen"],
    ["a zero denominator", "1/0"],
    ["a long fraction", "1/2/3"],
    ["four numbers", "1 2 3/4"],
    ["too much", `1${" ".repeat(1000)}`],
    ["no text", ""],
  ])("%s is no number (%s)", (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  test("every spelling of a whole amount is one number", () => {
    const spellings: ((amount: number) => string)[] = [
      String,
      (amount) => amount.toLocaleString("en-US"),
      (amount) => `$${amount.toLocaleString("en-US")}`,
      (amount) => `${amount}.00`,
      (amount) => `£${amount.toFixed(1)}`,
      (amount) => `${amount} apples.`,
      (amount) => `+${amount}`,
    ];
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), fc.constantFrom(...spellings), (amount, spell) => {
        fc.pre(amount >= 0 || spell === spellings[0] || spell === spellings[1]);
        expect(read(spell(amount))).toBe(String(amount));
      }),
    );
  });
});

describe("final answers", () => {
  test.each([
    ["48/2 = 24\n#### 24", "24"],
    ["#### 1\nno, rather\n#### 24\n", "24"],
    ["####24", "24"],
    ["####\n24\nmore", "24"],
    ["so\nA: 24", "24"],
    ["A: 23\nA: 24 clips\n", "24 clips"],
    ["Answer: 24", "24"],
    ["**Final answer:** 24", "24"],
    ["The answer is 24.", "24"],
    ["the final answer is: $24.50. Good.", "$24.50"],
    ["A: 48/2 = 24 clips. The answer is 24.", "24"],
    ["The answer is 20?\nA: 24", "24"],
    ["A: 3\n#### 24", "24"],
  ])("%j ends in %j", (completion, answer) => {
    const extracted = extractAnswer(completion);
    expect(extracted?.startsWith(answer)).toBe(true);
    expect(read(extracted as string)).toBe(read(answer));
  });

  test.each(["", "48/2 = 24", "Q:A:3 and AA: 4", "24"])("%j has none", (completion) => {
    expect(extractAnswer(completion)).toBeUndefined();
  });
});

describe("verdicts", () => {
  test("right answer and steps", () => {
    expect(verifyGsm8k(problem("1,200"), "12*100 = $<<12*100=1200>>1,200\n#### $1200.00")).toEqual({
      answerCorrect: true,
      correct: true,
    });
  });

  test("a right answer by a wrong step is an answer only", () => {
    const verdict = verifyGsm8k(problem("24"), "<<48/2=25>>25\nA: 24");
    expect(verdict).toMatchObject({ answerCorrect: true, correct: false });
    expect(verdict.fault).toBe('"48/2=25": the exact value is 24');
  });

  test.each([
    ["<<48/2=24>>24\n#### 25", 'the final answer is "25", not 24'],
    ["<<48/2=24>>24", 'there is no final answer ("#### number")'],
    ["#### 24 or 25", 'the final answer "24 or 25" is not one number'],
    ["<<48/2=20>>20\n#### 20", '"48/2=20": the exact value is 24'],
  ])("%j is wrong", (completion, fault) => {
    expect(verifyGsm8k(problem("24"), completion)).toEqual({ answerCorrect: false, correct: false, fault });
  });

  test("any text gets a verdict, whose fault is one harmless line", () => {
    const pieces = fc.constantFrom(
      "<<",
      ">>",
      "=",
      "####",
      "A:",
      "the answer is",
      "\n",
      "\u001b[2J",
      "1,",
      "2/",
      "(",
      "24",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, anyText), { maxLength: 20 }), (parts) => {
        const verdict = verifyGsm8k(problem("24"), parts.join(""));
        expect(verdict.correct).toBe(verdict.fault === undefined);
        expect(verdict.fault ?? "").not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
      }),
      { numRuns: 500 },
    );
  });

  test("long hostile completions are judged in linear time", () => {
    for (const text of [
      "<<".repeat(50_000),
      "<<1=".repeat(30_000),
      "A:".repeat(50_000),
      "*".repeat(100_000),
      `#### ${"1".repeat(1e6)}`,
      `<<1=1>>${"1".repeat(200_000)}/2`,
      " ".repeat(100_000),
    ]) {
      expect(verifyGsm8k(problem("24"), text).correct).toBe(false);
    }
  });

  test("a row without answer is the caller's fault", () => {
    expect(() => verifyGsm8k({ question: "q", answer: "24" }, "#### 24")).toThrow(CorruptFileError);
  });

  test("labelled solutions of language models are judged as labelled", () => {
    const rows = (name: string): Record<string, never>[] =>
      readFileSync(new URL(`../../../../tests/fixtures/gsm8k/${name}.jsonl`, import.meta.url), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const solutions = rows("model-solutions-excerpt");
    let judged = 0;
    rows("test-excerpt").forEach((row, index) => {
      for (const solver of ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"]) {
        const { solution, is_correct: label } = (solutions[index] as Record<string, never>)[solver] as never;
        expect(verifyGsm8k(row as never, solution).answerCorrect).toBe(label);
        judged++;
      }
    });
    expect(judged).toBe(16);
  });
});
