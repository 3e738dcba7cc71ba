/** Real weights, SmolLM2-135M-Instruct, served to OpenAI's own client; what it gets is what the model says. */
import OpenAI, { BadRequestError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LanguageModel } from "../../src/language-models/language-model.ts";
import { openLanguageModel } from "../../src/language-models/open-language-model.ts";
import { type RunningServer, startServer } from "../../src/language-models/server/start-server.ts";
import { hasSmolLM2, smolLM2Cache, smolLM2File } from "../fixtures/smollm2.ts";

describe.runIf(hasSmolLM2)("SmolLM2-135M-Instruct, served", () => {
  let model: LanguageModel;
  let server: RunningServer;
  let client: OpenAI;
  beforeAll(async () => {
    model = await openLanguageModel(`illume:${smolLM2File}`, {
      modelsFolder: smolLM2Cache,
      threads: 1,
      contextLength: 128,
    });
    server = await startServer({ model, name: "smollm2" });
    client = new OpenAI({ baseURL: server.url, apiKey: "any", maxRetries: 0 });
  }, 600_000);
  afterAll(async () => {
    await server?.close();
    await model?.close();
  });

  const messages = [{ role: "user" as const, content: "What is the capital of France?" }];
  const asked = { model: "smollm2", messages, max_tokens: 12 };

  test("greedy answers are the model's own, whole and streamed, by chat and by text", async () => {
    const [[chat] = [], [plain] = []] = await model.generate({
      prompts: [messages, "The capital of France is"],
      maximumTokens: 12,
    });
    const whole = await client.chat.completions.create({ ...asked, temperature: 0 });
    expect(whole.choices[0]?.message.content).toBe(chat?.text);
    expect(whole.choices[0]?.message.content).toContain("Paris");
    expect(whole.usage).toMatchObject({ prompt_tokens: chat?.promptTokens, completion_tokens: chat?.tokens });
    const pieces: string[] = [];
    for await (const { choices } of await client.chat.completions.create({ ...asked, temperature: 0, stream: true })) {
      const piece = choices[0]?.delta.content;
      if (piece) pieces.push(piece);
    }
    expect(pieces.join("")).toBe(chat?.text);
    expect(pieces.length).toBeGreaterThan(1);
    const text = { model: "smollm2", prompt: "The capital of France is", max_tokens: 12, temperature: 0 };
    expect((await client.completions.create(text)).choices[0]?.text).toBe(plain?.text);
  }, 120_000);

  test("several choices with a seed and their log probabilities", async () => {
    const options = { samples: 2, maximumTokens: 12, temperature: 1, seed: 7, tokenLogProbabilities: true };
    const [direct = []] = await model.generate({ prompts: [messages], ...options });
    const given = { ...asked, temperature: 1, seed: 7, n: 2, logprobs: true };
    const [one, other] = await Promise.all([1, 2].map(() => client.chat.completions.create(given)));
    expect(one?.choices).toEqual(other?.choices);
    expect(one?.choices.map(({ message }) => message.content)).toEqual(direct.map(({ text }) => text));
    expect(direct[0]?.text).not.toBe(direct[1]?.text);
    one?.choices.forEach(({ logprobs }, index) => {
      const told = direct[index]?.tokenLogProbabilities ?? [];
      expect(logprobs?.content?.map(({ logprob }) => logprob)).toEqual(
        told.map(({ logProbability }) => logProbability),
      );
      expect(told.length).toBeGreaterThan(1);
    });
  }, 120_000);

  test.each([false, true])("a conversation that is too long has its own code (streamed: %s)", async (stream) => {
    const long = [{ role: "user" as const, content: "Tell me more. ".repeat(100) }];
    const error = await client.chat.completions.create({ ...asked, messages: long, stream }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(BadRequestError);
    expect([error.status, error.code, error.param, error.type]).toEqual([
      400,
      "context_length_exceeded",
      "messages",
      "invalid_request_error",
    ]);
    expect(error.message).toMatch(/at most 128 tokens/);
  });
});
