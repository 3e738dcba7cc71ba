import { describe, expect, test } from "vitest";
import { type Doubling, doublingContext, numberOf } from "../../tests/fixtures/doubling/domain.ts";
import type { Generation, LanguageModel } from "../language-models/language-model.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { attemptProblems, examine } from "./attempts.ts";

const problems: readonly Doubling[] = [3, 4, 5, 6].map((number) => ({ number }));
const solution = (number: number) => String(2 * number);

/** Right on even numbers, by the reference solution on 4 and by another way to write it on 6. */
function answerTo(number: number): string {
  if (number === 6) return "+12";
  return number % 2 === 0 ? solution(number) : "1";
}
const logProbability = (number: number) => -number / 10;

function model(joinsCalls: boolean): LanguageModel & { readonly asked: string[] } {
  const asked: string[] = [];
  const scripted = new ScriptedLanguageModel({
    answer: ({ text }) => {
      asked.push(`generate ${text}`);
      return answerTo(numberOf(text));
    },
    score: (prompt) => {
      asked.push(`score ${prompt}`);
      const number = numberOf(prompt);
      return { logProbability: logProbability(number), tokens: 2, greedy: answerTo(number) === solution(number) };
    },
  });
  return {
    id: "scripted",
    capabilities: scripted.capabilities,
    joinsCalls,
    asked,
    score: (options) => scripted.score(options),
    tokenize: (texts) => scripted.tokenize(texts),
    embed: (texts) => scripted.embed(texts),
    close: () => scripted.close(),
    generate: async (options) => {
      const rows = await scripted.generate(options);
      return rows.map((row, index): Generation[] =>
        row.map((sample) => ({
          ...sample,
          logProbability: logProbability(numberOf(String(options.prompts[index]))),
        })),
      );
    },
  };
}

const expected = [
  { answer: "1", correct: false, probability: Math.exp(-0.3) },
  { answer: "8", correct: true, probability: Math.exp(-0.4) },
  { answer: "1", correct: false, probability: Math.exp(-0.5) },
  { answer: "+12", correct: true, probability: Math.exp(-0.6) },
];

describe("attempts", () => {
  test("a small model is scored first, and answers where greedy decoding writes something else", async () => {
    const small = model(false);
    expect(await attemptProblems(doublingContext({}), small, problems)).toEqual(expected);
    expect(small.asked).toEqual([
      ...["score 3*2?", "score 4*2?", "score 5*2?", "score 6*2?"],
      ...["generate 3*2?", "generate 5*2?", "generate 6*2?"],
    ]);
  });

  test("a large one answers first, and is scored where it wrote something else: the same attempts", async () => {
    const large = model(true);
    expect(await attemptProblems(doublingContext({}), large, problems)).toEqual(expected);
    expect(large.asked).toEqual([
      ...["generate 3*2?", "generate 4*2?", "generate 5*2?", "generate 6*2?"],
      ...["score 3*2?", "score 5*2?", "score 6*2?"],
    ]);
  });

  test("one that cannot score has 1 or 0 in place of the probability", async () => {
    const endpoint = new ScriptedLanguageModel({ answer: ({ text }) => answerTo(numberOf(text)) });
    const attempts = await attemptProblems(doublingContext({}), endpoint, problems);
    expect(attempts).toEqual(expected.map((attempt) => ({ ...attempt, probability: Number(attempt.correct) })));
  });

  test("an examination asks a large model no more than its answers", async () => {
    const large = model(true);
    const context = doublingContext({});
    expect(await examine(context, large, context.domain, problems)).toEqual([false, true, false, true]);
    expect(large.asked.filter((each) => each.startsWith("score"))).toEqual([]);
    expect(await examine(context, model(false), context.domain, problems)).toEqual([false, true, false, true]);
  });

  test("a model that was not made for the domain is told how to write the answer", async () => {
    const context = doublingContext({ model: "scripted:answers.json" });
    const asked: string[] = [];
    const endpoint = new ScriptedLanguageModel({
      answer: ({ text }) => {
        asked.push(text);
        return "";
      },
    });
    await attemptProblems(context, endpoint, problems.slice(0, 1));
    expect(asked).toEqual(["3*2?\n\nAnswer with digits alone."]);
  });
});
