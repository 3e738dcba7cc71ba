import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApiError } from "./api-error.ts";
import type { JsonObject } from "./read-json-body.ts";
import { parseChatRequest, parseCompletionRequest, parseEmbeddingRequest } from "./request-bodies.ts";

const messages = [{ role: "user", content: "hello" }];
const chat = { model: "m", messages };
const completion = { model: "m", prompt: "hello" };

function refusal(parse: (body: JsonObject) => unknown, body: JsonObject): [number, string | null] {
  try {
    parse(body);
  } catch (error) {
    const { status, body: told } = error as ApiError;
    return [status, told.error.param];
  }
  throw new Error("it was taken");
}

describe("what is taken", () => {
  test("defaults are OpenAI's", () => {
    const common = { model: "m", samples: 1, temperature: 1, topP: 1, stop: [], stream: false };
    const others = { includeUsage: false, logProbabilities: false, alternatives: 0 };
    expect(parseChatRequest(chat)).toEqual({ ...common, ...others, prompts: [messages] });
    expect(parseCompletionRequest(completion)).toEqual({
      ...common,
      ...others,
      prompts: ["hello"],
      maximumTokens: 16,
    });
  });

  test("everything that is supported", () => {
    const all = {
      n: 2,
      temperature: 0,
      top_p: 0.5,
      stop: ["a", "b"],
      seed: -3,
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
    };
    const expected = { samples: 2, temperature: 0, topP: 0.5, stop: ["a", "b"], seed: -3, stream: true };
    expect(parseChatRequest({ ...chat, ...all, max_completion_tokens: 9, max_tokens: 5, logprobs: true })).toEqual({
      model: "m",
      prompts: [messages],
      maximumTokens: 9,
      includeUsage: true,
      logProbabilities: true,
      alternatives: 0,
      ...expected,
    });
    const { prompts, logProbabilities, stop } = parseCompletionRequest({
      ...completion,
      prompt: ["a", "b"],
      logprobs: 0,
      stop: "x",
    });
    expect({ prompts, logProbabilities, stop }).toEqual({ prompts: ["a", "b"], logProbabilities: true, stop: ["x"] });
  });

  test("alternatives: up to 20 in a chat, up to 5 beside the token itself in a completion", () => {
    const told = ({ logProbabilities, alternatives }: ReturnType<typeof parseChatRequest>) => [
      logProbabilities,
      alternatives,
    ];
    expect(told(parseChatRequest({ ...chat, logprobs: true, top_logprobs: 20 }))).toEqual([true, 20]);
    expect(told(parseChatRequest({ ...chat, top_logprobs: 0 }))).toEqual([false, 0]);
    expect(told(parseCompletionRequest({ ...completion, logprobs: 5 }))).toEqual([true, 5]);
  });

  test("what asks for nothing", () => {
    const neutral = {
      tools: [],
      tool_choice: "auto",
      response_format: { type: "text" },
      presence_penalty: 0,
      frequency_penalty: 0,
      logit_bias: {},
      audio: null,
      modalities: ["text"],
      user: "someone",
      metadata: { a: "b" },
      stop: null,
      seed: null,
      top_logprobs: null,
    };
    expect(parseChatRequest({ ...chat, ...neutral })).toEqual(parseChatRequest(chat));
    const more = { echo: false, best_of: 1, suffix: "" };
    expect(parseCompletionRequest({ ...completion, ...more })).toEqual(parseCompletionRequest(completion));
  });

  test("parts of text, developers, and an answer sent back", () => {
    const conversation = [
      { role: "developer", content: "be brief" },
      {
        role: "user",
        content: [
          { type: "text", text: "he" },
          { type: "text", text: "llo" },
        ],
      },
      { role: "assistant", content: "hi", refusal: null, annotations: [], tool_calls: [] },
    ];
    expect(parseChatRequest({ ...chat, messages: conversation }).prompts).toEqual([
      [
        { role: "system", content: "be brief" },
        { role: "user", content: "hello" },
        { role: "assistant", content: "hi" },
      ],
    ]);
  });

  test("texts to embed", () => {
    expect(parseEmbeddingRequest({ model: "m", input: "a" })).toEqual({ model: "m", texts: ["a"], encoding: "float" });
    const { texts, encoding } = parseEmbeddingRequest({ model: "m", input: ["a", "b"], encoding_format: "base64" });
    expect({ texts, encoding }).toEqual({ texts: ["a", "b"], encoding: "base64" });
  });
});

describe("what is refused names the parameter", () => {
  test.each<[JsonObject, string]>([
    [{ model: undefined }, "model"],
    [{ messages: undefined }, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: "hello" }, "messages"],
    [{ messages: [null] }, "messages[0]"],
    [{ messages: [{ role: "tool", content: "x" }] }, "messages[0].role"],
    [{ messages: [{ role: "user", content: null }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: "\ud800" }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: "x", name: "y" }] }, "messages[0].name"],
    [{ messages: [{ role: "assistant", content: "x", tool_calls: [{}] }] }, "messages[0].tool_calls"],
    [{ messages: [{ role: "user", content: [{ type: "image_url" }] }] }, "messages[0].content[0].type"],
    [{ temperature: 2.1 }, "temperature"],
    [{ temperature: "1" }, "temperature"],
    [{ top_p: 0 }, "top_p"],
    [{ n: 0 }, "n"],
    [{ n: 1.5 }, "n"],
    [{ max_tokens: 0 }, "max_tokens"],
    [{ stop: "" }, "stop"],
    [{ stop: ["a", "b", "c", "d", "e"] }, "stop"],
    [{ seed: 0.5 }, "seed"],
    [{ stream: "yes" }, "stream"],
    [{ stream_options: { include_usage: true } }, "stream_options"],
    [{ stream: true, stream_options: { more: 1 } }, "stream_options.more"],
    [{ tools: [{ type: "function" }] }, "tools"],
    [{ tool_choice: "required" }, "tool_choice"],
    [{ response_format: { type: "json_object" } }, "response_format"],
    [{ modalities: ["text", "audio"] }, "modalities"],
    [{ audio: { voice: "x" } }, "audio"],
    [{ presence_penalty: 0.5 }, "presence_penalty"],
    [{ frequency_penalty: -1 }, "frequency_penalty"],
    [{ logit_bias: { 5: 1 } }, "logit_bias"],
    [{ logprobs: 1 }, "logprobs"],
    [{ top_logprobs: 2 }, "top_logprobs"],
    [{ logprobs: true, top_logprobs: 21 }, "top_logprobs"],
    [{ logprobs: true, top_logprobs: 0.5 }, "top_logprobs"],
    [{ top_k: 5 }, "top_k"],
    [{ prompt: "x" }, "prompt"],
  ])("chat: %j", (change, param) => {
    expect(refusal(parseChatRequest, { ...chat, ...change })).toEqual([400, param]);
  });

  test.each<[JsonObject, string]>([
    [{ prompt: undefined }, "prompt"],
    [{ prompt: [1, 2, 3] }, "prompt[0]"],
    [{ prompt: [[1, 2]] }, "prompt[0]"],
    [{ prompt: [] }, "prompt"],
    [{ prompt: Array.from({ length: 30 }, () => "x"), n: 128 }, "n"],
    [{ logprobs: 6 }, "logprobs"],
    [{ logprobs: true }, "logprobs"],
    [{ echo: true }, "echo"],
    [{ best_of: 3 }, "best_of"],
    [{ suffix: "x" }, "suffix"],
    [{ messages }, "messages"],
  ])("completion: %j", (change, param) => {
    expect(refusal(parseCompletionRequest, { ...completion, ...change })).toEqual([400, param]);
  });

  test.each<[JsonObject, string]>([
    [{ input: [] }, "input"],
    [{ input: [1, 2] }, "input[0]"],
    [{ input: "x", dimensions: 5 }, "dimensions"],
    [{ input: "x", encoding_format: "int8" }, "encoding_format"],
  ])("embeddings: %j", (change, param) => {
    expect(refusal(parseEmbeddingRequest, { model: "m", ...change })).toEqual([400, param]);
  });

  test("token ids are called by their name", () => {
    expect(() => parseCompletionRequest({ ...completion, prompt: [[1, 2]] })).toThrow(/token ids are not supported/);
  });
});

test("any JSON object is taken or refused with 400", () => {
  const names = ["model", "messages", "prompt", "input", "stop", "n", "tools", "response_format", "stream_options"];
  const anything = fc.dictionary(fc.constantFrom(...names), fc.jsonValue());
  fc.assert(
    fc.property(
      anything,
      fc.constantFrom(parseChatRequest, parseCompletionRequest, parseEmbeddingRequest),
      (body, parse) => {
        try {
          parse(body);
        } catch (error) {
          expect((error as ApiError).status).toBe(400);
        }
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});
