/** The whole files of GSM8K, which stand beside the project, not in it. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { sharedDataMissing, sharedDataPath, sharedJsonLines } from "../../../../tests/fixtures/shared-data.ts";
import { RandomStream } from "../../../core/random.ts";
import { annotationFault, findAnnotations } from "./annotation.ts";
import { auditGsm8k } from "./audit.ts";
import { evaluateExpression } from "./expression.ts";
import { equal } from "./rational.ts";
import { answerText, formatGsm8kRow, type Gsm8kLine, type Gsm8kRow, parseGsm8kRow, readGsm8k } from "./row.ts";
import { readGsm8kSteps, writeGsm8kRow } from "./steps.ts";
import { verifyGsm8k } from "./verify.ts";

/** `text` with another digit somewhere, never a leading zero's. */
function changeDigit(text: string, random: RandomStream): string {
  const positions = [...text.matchAll(/\d/g)].map(({ index }) => index);
  const at = random.choice(positions);
  const digit = (Number(text[at]) + random.integer(1, 10)) % 10;
  return `${text.slice(0, at)}${digit}${text.slice(at + 1)}`;
}

describe.skipIf(sharedDataMissing)("the training rows", () => {
  const lines: Gsm8kLine[] = [];
  beforeAll(async () => {
    for await (const line of readGsm8k(sharedDataPath("gsm8k/train.jsonl"))) lines.push(line);
  });

  test("all 7,473 parse and are written back byte for byte", () => {
    expect(lines).toHaveLength(7473);
    const written = lines.map(({ row }) => `${formatGsm8kRow(row)}\n`).join("");
    expect(written === readFileSync(sharedDataPath("gsm8k/train.jsonl"), "utf8")).toBe(true);
  });

  test("0 of 23,716 annotations are wrong; 95 rows have none, 377 end with another result", async () => {
    const audit = await auditGsm8k(lines);
    expect(audit.rows).toBe(7473);
    expect(audit.annotations).toBe(23_716);
    expect(audit.wrongAnnotations).toEqual([]);
    expect(audit.withoutAnnotations).toHaveLength(95);
    expect(audit.lastResultDiffers).toHaveLength(377);
    expect(audit.lastResultDiffers[0]).toEqual({ line: 24, lastResult: "20", answer: "5" });
  });

  test("every row verifies itself and becomes steps and a row again", () => {
    for (const { row } of lines) {
      const steps = readGsm8kSteps(row);
      const again = writeGsm8kRow(steps);
      const verdicts = [row, again].map(({ answer }) => verifyGsm8k(row, answer).correct);
      if (verdicts.includes(false)) throw new Error(row.answer);
      if (JSON.stringify(readGsm8kSteps(again)) !== JSON.stringify(steps)) throw new Error(again.answer);
    }
  });

  test("a corrupted answer is caught in each of 1,000 rows", () => {
    const random = new RandomStream(1, ["answers"]);
    for (const { row } of random.shuffle(lines).slice(0, 1000)) {
      const text = answerText(row);
      const wrong = `${row.answer.slice(0, row.answer.lastIndexOf("####"))}#### ${changeDigit(text, random)}`;
      const verdict = verifyGsm8k(row, wrong);
      expect(verdict).toMatchObject({ answerCorrect: false, correct: false });
      expect(verdict.fault).toContain("the final answer is");
    }
  });

  test.each(["result", "operand", "shown number"])("a corrupted %s is caught in each of 1,000 rows", (part) => {
    const random = new RandomStream(1, [part]);
    let corrupted = 0;
    for (const { row } of random.shuffle(lines)) {
      if (corrupted === 1000) break;
      const annotations = findAnnotations(row.answer).filter(({ shown }) => shown !== undefined);
      if (annotations.length === 0) continue;
      const { begin, text, shown } = random.choice(annotations);
      const [expression, result] = text.split("=") as [string, string];
      let [changedText, changedShown] = [text, shown as string];
      if (part === "result") changedText = `${expression}=${changeDigit(result, random)}`;
      else if (part === "shown number") changedShown = changeDigit(changedShown, random);
      else {
        const changed = changeDigit(expression, random);
        // More or less of nothing is still nothing: such an annotation stays true.
        if (sameValue(changed, expression)) continue;
        changedText = `${changed}=${result}`;
      }
      const shownBegin = row.answer.indexOf(shown as string, begin + text.length + 4);
      const between = row.answer.slice(begin + text.length + 4, shownBegin);
      const rest = row.answer.slice(shownBegin + (shown as string).length);
      const wrong = `${row.answer.slice(0, begin)}<<${changedText}>>${between}${changedShown}${rest}`;
      if (verifyGsm8k(row, wrong).correct) throw new Error(wrong);
      corrupted++;
    }
    expect(corrupted).toBe(1000);
  });

  test("answers in other spellings are accepted for 1,000 rows", () => {
    const spellings: ((text: string) => string)[] = [
      (text) => `$${text}`,
      (text) => `${text}.00`,
      (text) => text.replaceAll(",", ""),
      (text) => text.replaceAll(",", "").replace(/\B(?=(\d{3})+$)/g, ","),
      (text) => `€${text}.0`,
      (text) => `${text} of them.`,
    ];
    const random = new RandomStream(1, ["spellings"]);
    for (const { row } of random.shuffle(lines).slice(0, 1000)) {
      for (const spell of spellings) {
        for (const mark of ["####", "A:", "The answer is"]) {
          const completion = `so\n${mark} ${spell(answerText(row))}`;
          if (!verifyGsm8k(row, completion).correct) throw new Error(completion);
        }
      }
    }
  });
});

describe.skipIf(sharedDataMissing)("the test rows", () => {
  test("the 800 labelled solutions are judged as their labels say", () => {
    const rows = sharedJsonLines("gsm8k/test-first-200.jsonl").map((row, index) => parseGsm8kRow(row, index + 1));
    const solutions = sharedJsonLines("gsm8k/model-solutions-first-200.jsonl");
    const tally = { right: 0, wrong: 0, disagreements: 0, answerByWrongSteps: 0 };
    rows.forEach((row: Gsm8kRow, index) => {
      expect(findAnnotations(row.answer).flatMap((annotation) => annotationFault(annotation) ?? [])).toEqual([]);
      expect(solutions[index]?.question).toBe(row.question);
      expect(verifyGsm8k(row, solutions[index]?.ground_truth as string).correct).toBe(true);
      for (const solver of ["6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification"]) {
        const labelled = solutions[index]?.[solver] as { solution: string; is_correct: boolean };
        const verdict = verifyGsm8k(row, labelled.solution);
        tally[verdict.answerCorrect ? "right" : "wrong"]++;
        if (verdict.answerCorrect !== labelled.is_correct) tally.disagreements++;
        if (verdict.answerCorrect && !verdict.correct) tally.answerByWrongSteps++;
      }
    });
    expect(tally).toEqual({ right: 295, wrong: 505, disagreements: 0, answerByWrongSteps: 0 });
  });
});

function sameValue(a: string, b: string): boolean {
  try {
    return equal(evaluateExpression(a), evaluateExpression(b));
  } catch {
    return false;
  }
}
