/** The server as others' clients see it: OpenAI's own, and the AI SDK's. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, embedMany, generateText, streamText } from "ai";
import OpenAI, {
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LanguageModel } from "../../src/language-models/language-model.ts";
import { openTransformer } from "../../src/language-models/open-transformer.ts";
import { type RunningServer, startServer } from "../../src/language-models/server/start-server.ts";
import { gradeSchoolTokenizer } from "../../src/reasoning/tasks/grade-school/grade-school-tokenizer.ts";
import { PacedLanguageModel } from "./serve-paced-model.ts";

globalThis.AI_SDK_LOG_WARNINGS = false;

const key = "sk-test";
const model = new PacedLanguageModel();
let server: RunningServer;
let openai: OpenAI;
beforeAll(async () => {
  server = await startServer({ model, key });
  openai = new OpenAI({ baseURL: server.url, apiKey: key, maxRetries: 0 });
});
afterAll(() => server.close());
beforeEach(() => {
  Object.assign(model, { pace: 0, stopped: 0, words: 8, tells: true });
});

const messages = [{ role: "user" as const, content: "go" }];
const asked = { model: "paced", messages, seed: 5, max_tokens: 8 };
const said = (sample = 0) => model.wordsOf("go", 5, sample).join("");

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe("openai", () => {
  test("models", async () => {
    const names: string[] = [];
    for await (const { id } of openai.models.list()) names.push(id);
    expect(names).toEqual(["paced"]);
    expect((await openai.models.retrieve("paced")).object).toBe("model");
  });

  test("a chat with several choices and log probabilities", async () => {
    const answer = await openai.chat.completions.create({ ...asked, n: 3, logprobs: true });
    expect(answer.choices.map(({ message }) => message.content)).toEqual([0, 1, 2].map(said));
    expect(answer.choices[1]?.logprobs?.content?.map(({ token }) => token).join("")).toBe(said(1));
    expect(answer.usage?.completion_tokens).toBe(24);
  });

  test("a streamed chat, by hand and by its own reader", async () => {
    const options = { ...asked, stream_options: { include_usage: true } };
    let text = "";
    let used = 0;
    for await (const chunk of await openai.chat.completions.create({ ...options, stream: true })) {
      text += chunk.choices[0]?.delta.content ?? "";
      used = chunk.usage?.completion_tokens ?? used;
    }
    expect([text, used]).toEqual([said(), 8]);
    const final = await openai.chat.completions.stream(options).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe(said());
    expect(final.usage?.total_tokens).toBe(11);
  });

  test("an answer can be sent back", async () => {
    const { choices } = await openai.chat.completions.create(asked);
    const conversation = [...messages, choices[0]?.message as (typeof choices)[0]["message"], ...messages];
    const next = await openai.chat.completions.create({ ...asked, messages: conversation });
    expect(next.choices[0]?.message.content).toContain(`go|${said()}|go`);
  });

  test("completions, whole and streamed", async () => {
    const options = { model: "paced", prompt: ["a", "b"], seed: 1, max_tokens: 8 };
    const whole = await openai.completions.create(options);
    const texts = ["", ""];
    for await (const { choices } of await openai.completions.create({ ...options, stream: true })) {
      for (const { index, text } of choices) texts[index] += text;
    }
    expect(whole.choices.map(({ text }) => text)).toEqual(texts);
    expect(texts).toEqual(["a", "b"].map((prompt) => model.wordsOf(prompt, 1, 0).join("")));
  });

  test("embeddings", async () => {
    const { data } = await openai.embeddings.create({ model: "paced", input: ["a", "bcd"] });
    expect(data.map(({ embedding }) => embedding)).toEqual(
      [1, 3].map((length) => [...Float32Array.of(length, 0.1, -2)]),
    );
  });

  test("errors are its own classes", async () => {
    const create = (change: object) => openai.chat.completions.create({ ...asked, ...change }) as Promise<unknown>;
    await expect(create({ model: "other" })).rejects.toThrow(NotFoundError);
    const asking = create({ tools: [{ type: "function", function: { name: "f" } }] });
    const tools = (await asking.catch((error: unknown) => error)) as BadRequestError;
    expect(tools).toBeInstanceOf(BadRequestError);
    expect([tools.param, tools.code, tools.type]).toEqual(["tools", "unsupported_parameter", "invalid_request_error"]);
    const stranger = new OpenAI({ baseURL: server.url, apiKey: "wrong", maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toThrow(AuthenticationError);
  });

  test("a stream that is left stops the model", async () => {
    model.pace = 20;
    for await (const chunk of await openai.chat.completions.create({ ...asked, stream: true })) {
      if (chunk.choices[0]?.delta.content) break;
    }
    await until(() => model.stopped === 1);
  });

  test("a stream that breaks is an error, a full queue is worth a retry", async () => {
    const broken = new PacedLanguageModel();
    broken.generate = async ({ onText }) => {
      onText?.({ prompt: 0, sample: 0, text: "so far" });
      throw new Error("broken");
    };
    const other = await startServer({ model: broken });
    const client = new OpenAI({ baseURL: other.url, apiKey: "any", maxRetries: 0 });
    const stream = await client.chat.completions.create({ ...asked, stream: true });
    await expect(async () => {
      for await (const _ of stream);
    }).rejects.toThrow(/the model failed/);
    await expect(client.chat.completions.create(asked)).rejects.toThrow(InternalServerError);
    await other.close();

    model.pace = 20;
    const narrow = await startServer({ model, sequences: 1, waiting: 0 });
    const once = new OpenAI({ baseURL: narrow.url, apiKey: "any", maxRetries: 0 });
    const first = once.chat.completions.create(asked);
    await until(() => model.running === 1);
    await expect(once.chat.completions.create(asked)).rejects.toThrow(RateLimitError);
    const patient = new OpenAI({ baseURL: narrow.url, apiKey: "any", maxRetries: 5 });
    expect((await patient.chat.completions.create(asked)).choices[0]?.message.content).toBe(said());
    await first;
    await narrow.close();
  });
});

describe("the AI SDK", () => {
  const provider = (includeUsage = true) =>
    createOpenAICompatible({ name: "illume", baseURL: server.url, apiKey: key, includeUsage });

  test("generateText", async () => {
    const { text, usage, finishReason } = await generateText({
      model: provider()("paced"),
      prompt: "go",
      seed: 5,
      maxOutputTokens: 8,
    });
    expect([text, usage.outputTokens, usage.inputTokens, finishReason]).toEqual([said(), 8, 3, "length"]);
  });

  test("streamText, whose reader may stop the model", async () => {
    const result = streamText({ model: provider()("paced"), prompt: "go", seed: 5, maxOutputTokens: 8 });
    let pieces = 0;
    for await (const _ of result.textStream) pieces++;
    expect([await result.text, (await result.usage).totalTokens]).toEqual([said(), 11]);
    expect(pieces).toBeGreaterThan(1);
    model.pace = 20;
    const leaving = new AbortController();
    const left = streamText({ model: provider()("paced"), prompt: "go", abortSignal: leaving.signal });
    for await (const _ of left.textStream) leaving.abort();
    await until(() => model.stopped === 1);
  });

  test("the completions and embeddings of the provider", async () => {
    const { text } = await generateText({
      model: provider().completionModel("paced"),
      prompt: "go",
      seed: 5,
      maxOutputTokens: 3,
    });
    expect(text).toMatch(/ \d+é \d+é$/);
    const { embeddings } = await embedMany({ model: provider().embeddingModel("paced"), values: ["a", "bcd"] });
    expect(embeddings.map(([first]) => first)).toEqual([1, 3]);
  });

  test("errors keep their message and whether a retry helps", async () => {
    const error = await generateText({ model: provider()("other"), prompt: "go", maxRetries: 0 }).catch((e) => e);
    expect(APICallError.isInstance(error)).toBe(true);
    expect([error.statusCode, error.isRetryable]).toEqual([404, false]);
    expect(error.message).toContain("does not exist here");
  });
});

describe("illume's own engine behind it", () => {
  const problem = "Mia has 12 apples. Mia buys 7 more apples. How many apples does Mia have now?\n";
  let engine: LanguageModel;
  let own: RunningServer;
  let client: OpenAI;
  beforeAll(async () => {
    const tokenizers = { "grade-school": gradeSchoolTokenizer };
    engine = openTransformer({ id: "grade-school", tokenizers, threads: 1, contextLength: 256 }).model;
    own = await startServer({ model: engine });
    client = new OpenAI({ baseURL: own.url, apiKey: "any", maxRetries: 0 });
  });
  afterAll(async () => {
    await own.close();
    await engine.close();
  });
  const chat = { model: "grade-school", messages: [{ role: "user" as const, content: problem }], temperature: 1 };

  test("both clients get what the engine says, whole and streamed", async () => {
    const options = { prompts: [problem], samples: 2, maximumTokens: 60, temperature: 1, seed: 3 };
    const [direct = []] = await engine.generate(options);
    const whole = await client.chat.completions.create({ ...chat, seed: 3, n: 2, max_tokens: 60 });
    expect(whole.choices.map(({ message }) => message.content)).toEqual(direct.map(({ text }) => text));
    expect(whole.usage?.prompt_tokens).toBe(direct[0]?.promptTokens);
    const streamed = ["", ""];
    const stream = await client.chat.completions.create({ ...chat, seed: 3, n: 2, max_tokens: 60, stream: true });
    for await (const { choices } of stream) {
      for (const { index, delta } of choices) streamed[index] += delta.content ?? "";
    }
    expect(streamed).toEqual(direct.map(({ text }) => text));
    const { text } = await generateText({
      model: createOpenAICompatible({ name: "illume", baseURL: own.url })("grade-school"),
      prompt: problem,
      temperature: 1,
      seed: 3,
      maxOutputTokens: 60,
    });
    expect(text).toBe(direct[0]?.text);
  });

  test("an answer without a bound fits beside the prompt", async () => {
    const { choices } = await client.chat.completions.create({ ...chat, temperature: 0 });
    expect([choices[0]?.finish_reason, choices[0]?.message.content?.trim()]).toEqual(["stop", "12 + 7 = 19\n#### 19"]);
  });

  test("a prompt that is too long, and text that the model cannot express", async () => {
    for (const [content, message, code] of [
      [problem, /at most 256 tokens together/, "context_length_exceeded"],
      ["\u{1f600}", /expected/, null],
    ] as const) {
      const request = { ...chat, messages: [{ role: "user" as const, content }], max_tokens: 250 };
      const error = await client.chat.completions.create(request).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(BadRequestError);
      expect(error.message).toMatch(message);
      expect(error.code).toBe(code);
    }
  });

  test("50 requests at once with their own seeds are what they are one by one", async () => {
    const ask = async (seed: number) => {
      const { choices } = await client.completions.create({
        model: "grade-school",
        prompt: problem,
        seed,
        temperature: 2,
        max_tokens: 24,
      });
      return choices[0]?.text;
    };
    const seeds = Array.from({ length: 50 }, (_, seed) => seed);
    const together = await Promise.all(seeds.map(ask));
    const oneByOne: (string | undefined)[] = [];
    for (const seed of seeds) oneByOne.push(await ask(seed));
    expect(together).toEqual(oneByOne);
    expect(new Set(together).size).toBeGreaterThan(1);
  });
});
