import { describe, expect, test } from "vitest";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import type { GenerateOptions, TextPiece } from "../language-model.ts";
import { ScriptedLanguageModel } from "../scripted-language-model.ts";
import { collectedGeneration, directGeneration } from "./collected-generation.ts";

const bad = "what the model cannot express";

function collecting() {
  const model = new ScriptedLanguageModel({
    answer: ({ text, sample, random }) => {
      if (text === bad) throw new InvalidArgumentError({ expected: "words", received: "signs", remedy: "use words" });
      return `${text} ${sample} ${random.uniform()}`;
    },
  });
  const generate = collectedGeneration({ model, random: new RandomStream(0), milliseconds: 1 });
  return { model, generate };
}

const ask = (prompt: string, options: Partial<GenerateOptions> = {}): GenerateOptions => ({
  prompts: [prompt],
  maximumTokens: 9,
  ...options,
});

const promptsOf = (model: ScriptedLanguageModel) =>
  model.calls.map((call) => (call.method === "generate" ? call.options.prompts : []));

describe("calls at the same time", () => {
  test("with equal options are one call, and equal to calls one by one", async () => {
    const { model, generate } = collecting();
    const prompts = ["a", "b", "a", "c"];
    const together = await Promise.all(prompts.map((prompt) => generate(ask(prompt, { seed: 3, samples: 2 }))));
    expect(promptsOf(model)).toEqual([prompts]);
    for (const [index, prompt] of prompts.entries()) {
      expect(together[index]).toEqual(await model.generate(ask(prompt, { seed: 3, samples: 2 })));
    }
  });

  test("with other options are other calls", async () => {
    const { model, generate } = collecting();
    const options = [{ seed: 1 }, { seed: 2 }, { seed: 1, temperature: 1 }, { seed: 1, stop: ["x"] }];
    await Promise.all([...options, { seed: 1 }].map((other) => generate(ask("a", other))));
    expect(promptsOf(model)).toEqual([["a", "a"], ["a"], ["a"], ["a"]]);
  });

  test("without a seed share one, but never for the same prompt", async () => {
    const { model, generate } = collecting();
    const rows = await Promise.all(["a", "b", "a"].map((prompt) => generate(ask(prompt))));
    expect(promptsOf(model)).toEqual([["a", "b"], ["a"]]);
    expect(rows[0]).not.toEqual(rows[2]);
    const direct = directGeneration(model, new RandomStream(0));
    expect(await direct(ask("a"))).not.toEqual(await direct(ask("a")));
  });

  test("each hears its own text", async () => {
    const { generate } = collecting();
    const heard: TextPiece[][] = [[], []];
    const rows = await Promise.all(
      heard.map((pieces, index) =>
        generate({
          ...ask("", { seed: 1, samples: 2, onText: (piece) => pieces.push(piece) }),
          prompts: [`a${index}`, `b${index}`],
        }),
      ),
    );
    heard.forEach((pieces, index) => {
      const told = rows[index]?.flatMap((row, prompt) => row.map(({ text }, sample) => ({ prompt, sample, text })));
      expect(pieces).toEqual(told);
    });
  });

  test("a prompt that the model refuses harms nobody else", async () => {
    const { generate } = collecting();
    const asked = ["a", bad, "b"].map((prompt) => generate(ask(prompt, { seed: 1 })));
    await expect(asked[1]).rejects.toThrow(InvalidArgumentError);
    expect((await asked[0])?.[0]?.[0]?.text).toContain("a 0");
    expect((await asked[2])?.[0]?.[0]?.text).toContain("b 0");
  });
});

describe("who leaves", () => {
  test("before the call is not in it", async () => {
    const { model, generate } = collecting();
    const leaving = new AbortController();
    const asked = ["a", "b"].map((prompt) =>
      generate(ask(prompt, { seed: 1, ...(prompt === "a" && { signal: leaving.signal }) })),
    );
    leaving.abort();
    await expect(asked[0]).rejects.toThrow(InterruptedError);
    await asked[1];
    expect(promptsOf(model)).toEqual([["b"]]);
  });

  test("stops the model only with the last", async () => {
    const signals: AbortSignal[] = [];
    let enough = () => {};
    const model = new ScriptedLanguageModel({ answer: () => "" });
    model.generate = async (options) => {
      signals.push(options.signal as AbortSignal);
      await new Promise<void>((resolve) => {
        enough = resolve;
      });
      return options.prompts.map(() => [{ text: "late", finishReason: "stop" as const }]);
    };
    const generate = collectedGeneration({ model, random: new RandomStream(0), milliseconds: 0 });
    const leaving = [new AbortController(), new AbortController()];
    const asked = leaving.map(({ signal }, index) => generate(ask(`${index}`, { seed: 1, signal })));
    const outcomes = Promise.allSettled(asked);
    await new Promise((resolve) => setTimeout(resolve, 20));
    leaving[0]?.abort();
    await expect(asked[0]).rejects.toThrow(InterruptedError);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    leaving[1]?.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    enough();
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});
