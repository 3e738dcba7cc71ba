import { expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { ScriptedLanguageModel } from "./scripted-language-model.ts";

test("gives out a list in order, by prompt, then by sample, and says when it is at its end", async () => {
  const model = new ScriptedLanguageModel({ answer: ["one", "two", "three", "four", "five"] });
  const rows = await model.generate({ prompts: ["a", "b"], samples: 2, maximumTokens: 5 });
  expect(rows.map((row) => row.map(({ text }) => text))).toEqual([
    ["one", "two"],
    ["three", "four"],
  ]);
  const more = model.generate({ prompts: ["a", "b"], maximumTokens: 5 });
  await expect(more).rejects.toThrow(InvalidArgumentError);
  await expect(more).rejects.toThrow(/at most 5 samples.*request number 6/);
});

test("remembers every call as it came", async () => {
  const model = new ScriptedLanguageModel({ id: "judge", answer: () => "yes", embed: () => Float32Array.of(1) });
  expect(model.calls).toEqual([]);
  const options = { prompts: ["is it?"], maximumTokens: 1, temperature: 0.5 };
  await model.generate(options);
  await model.embed(["x"]);
  await expect(model.tokenize(["y"])).rejects.toThrow(/a model that tokenises, but got judge/);
  expect(model.calls).toEqual([
    { method: "generate", options },
    { method: "embed", texts: ["x"] },
    { method: "tokenize", texts: ["y"] },
  ]);
});

test("joins conversations, counts words, cuts at stop texts and at maximumTokens", async () => {
  const model = new ScriptedLanguageModel({ answer: ({ text, sample }) => `${text} again ${sample} END more` });
  const prompt = [
    { role: "system", content: "be brief" },
    { role: "user", content: "say it" },
  ] as const;
  const [row] = await model.generate({ prompts: [prompt], samples: 2, maximumTokens: 10, stop: ["END", " 1"] });
  expect(row).toEqual([
    { text: "be brief\nsay it again 0 ", finishReason: "stop", promptTokens: 4, tokens: 6 },
    { text: "be brief\nsay it again", finishReason: "stop", promptTokens: 4, tokens: 5 },
  ]);
  const [[cut]] = (await model.generate({ prompts: ["a  b"], maximumTokens: 2 })) as [[object]];
  expect(cut).toEqual({ text: "a  b", finishReason: "length", promptTokens: 2, tokens: 2 });
});

test("failures of the script reach the caller", async () => {
  const failing = () => {
    throw new Error("the endpoint is down");
  };
  const model = new ScriptedLanguageModel({ answer: failing, score: failing });
  await expect(model.generate({ prompts: ["a"], maximumTokens: 1 })).rejects.toThrow("the endpoint is down");
  await expect(model.score({ items: [{ prompt: "a", completion: "b" }] })).rejects.toThrow("the endpoint is down");
});

test("scores are numbers or whole scores", async () => {
  const whole = { logProbability: -2, tokens: 7, greedy: true };
  const model = new ScriptedLanguageModel({ score: (prompt) => (prompt === "a" ? -1.5 : whole) });
  const items = ["a", "b"].map((prompt) => ({ prompt, completion: "two words" }));
  expect(await model.score({ items })).toEqual([{ logProbability: -1.5, tokens: 3, greedy: false }, whole]);
});
