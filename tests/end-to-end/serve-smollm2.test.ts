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

  test("alternative tokens are the model's own most probable ones, up to 20", async () => {
    const options = { maximumTokens: 3, tokenLogProbabilities: true, alternatives: 20 };
    const [[direct] = []] = await model.generate({ prompts: [messages], ...options });
    const told = direct?.tokenLogProbabilities ?? [];
    const given = { ...asked, max_tokens: 3, temperature: 0, logprobs: true, top_logprobs: 20 };
    const { choices } = await client.chat.completions.create(given);
    const content = choices[0]?.logprobs?.content ?? [];
    const pairs = content.map(({ top_logprobs }) => top_logprobs.map(({ token, logprob }) => [token, logprob]));
    expect(pairs).toEqual(
      told.map(({ alternatives = [] }) => alternatives.map(({ text, logProbability }) => [text, logProbability])),
    );
    expect(pairs.map((row) => row.length)).toEqual([20, 20, 20]);
    for (const { token, logprob, top_logprobs } of content) {
      // Greedy: the sampled one is the first; they are in order, and no more than all there is.
      expect(top_logprobs[0]).toMatchObject({ token, logprob });
      const logs = top_logprobs.map((one) => one.logprob);
      expect(logs).toEqual([...logs].sort((a, b) => b - a));
      expect(logs.reduce((sum, log) => sum + Math.exp(log), 0)).toBeLessThanOrEqual(1 + 1e-6);
    }
    const body = { model: "smollm2", prompt: "The capital of France is", max_tokens: 1, temperature: 0, logprobs: 5 };
    const { choices: continued } = await client.completions.create(body);
    const [top] = (continued[0]?.logprobs?.top_logprobs ?? []) as [Record<string, number>];
    expect(Object.keys(top)).toHaveLength(5);
    expect(top[" Paris"]).toBe(Math.max(...Object.values(top)));
  }, 120_000);

  test("illume's own client is told them, as where it asks the model itself", async () => {
    const asking = await openLanguageModel(`${server.url}#smollm2`, { environment: {} });
    const question = { prompts: [messages], maximumTokens: 2, tokenLogProbabilities: true };
    const [[direct] = []] = await model.generate(question);
    const [[served] = []] = await asking.generate(question);
    expect(served?.tokenLogProbabilities).toEqual(direct?.tokenLogProbabilities);
    expect(served?.tokenLogProbabilities?.[0]?.alternatives).toHaveLength(5);
    await asking.close();
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
