/** Each row of the README's table, from ours to the AI SDK, with the AI SDK's own functions. */
import { embedMany, generateText, streamText } from "ai";
import { describe, expect, test } from "vitest";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { ScriptedLanguageModel } from "../scripted-language-model.ts";
import { asAiSdkEmbeddingModel, asAiSdkModel } from "./as-ai-sdk-model.ts";

const echo = () => new ScriptedLanguageModel({ id: "echo", answer: ({ text }) => `you said ${text}` });

describe("ours as a model of the AI SDK", () => {
  test("generateText", async () => {
    const model = echo();
    const result = await generateText({
      model: asAiSdkModel(model),
      system: "be short",
      prompt: "hello",
      maxOutputTokens: 3,
      temperature: 0.5,
      topP: 0.9,
      seed: 7,
      stopSequences: ["."],
    });
    expect(result.text).toBe("you said be");
    expect(result.finishReason).toBe("length");
    expect(result.usage).toMatchObject({ inputTokens: 3, outputTokens: 3 });
    expect(model.calls[0]).toMatchObject({
      options: {
        prompts: [
          [
            { role: "system", content: "be short" },
            { role: "user", content: "hello" },
          ],
        ],
        maximumTokens: 3,
        temperature: 0.5,
        topP: 0.9,
        seed: 7,
        stop: ["."],
      },
    });
  });

  test("what is left out has our defaults", async () => {
    const model = echo();
    await asAiSdkModel(model, { maximumTokens: 5 }).doGenerate({ prompt: [] });
    expect(model.calls[0]).toMatchObject({
      options: { maximumTokens: 5, temperature: 0, topP: 1, seed: 0, stop: [] },
    });
  });

  test("streamText", async () => {
    const result = streamText({ model: asAiSdkModel(echo()), prompt: "hello" });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    expect(pieces.join("")).toBe("you said hello");
    expect(await result.finishReason).toBe("stop");
    expect(await result.usage).toMatchObject({ outputTokens: 3 });
  });

  test("a stream ends with the error of its model", async () => {
    const failing = new ScriptedLanguageModel({
      answer: () => {
        throw new Error("no more");
      },
    });
    const { stream } = await asAiSdkModel(failing).doStream({
      prompt: [{ role: "user", content: [{ type: "text", text: "a" }] }],
    });
    const types: string[] = [];
    for await (const part of stream) types.push(part.type);
    expect(types).toEqual(["stream-start", "text-start", "error"]);
  });

  test("a stream that nobody reads any more stops the model", async () => {
    const model = echo();
    const { stream } = await asAiSdkModel(model).doStream({ prompt: [] });
    await stream.cancel();
    expect((model.calls[0] as { options: { signal: AbortSignal } }).options.signal.aborted).toBe(true);
  });

  test("a refusal, and a log probability", async () => {
    const model = echo();
    const generation = { text: "", finishReason: "refusal", logProbability: -2 } as const;
    model.generate = async () => [[generation]];
    expect(await asAiSdkModel(model).doGenerate({ prompt: [] })).toMatchObject({
      finishReason: { unified: "content-filter" },
      providerMetadata: { illume: { logProbability: -2 } },
    });
  });

  test("a warning for each setting without counterpart", async () => {
    const { warnings } = await asAiSdkModel(echo()).doGenerate({
      prompt: [],
      topK: 3,
      presencePenalty: 1,
      frequencyPenalty: 0,
      responseFormat: { type: "json" },
      tools: [],
      reasoning: "high",
    });
    expect(warnings).toEqual(
      ["topK", "presencePenalty", "responseFormat", "reasoning"].map((feature) => ({ type: "unsupported", feature })),
    );
  });

  test("files and tools are refused", async () => {
    const model = asAiSdkModel(echo());
    const file = { type: "file", mediaType: "image/png", data: { type: "data", data: new Uint8Array() } } as const;
    await expect(model.doGenerate({ prompt: [{ role: "user", content: [file] }] })).rejects.toThrow(
      UnsupportedCapabilityError,
    );
    await expect(model.doGenerate({ prompt: [{ role: "tool", content: [] }] })).rejects.toThrow("a message of a tool");
  });

  test("embedMany", async () => {
    const model = new ScriptedLanguageModel({ embed: (text) => Float32Array.of(text.length, 0.5) });
    const { embeddings } = await embedMany({ model: asAiSdkEmbeddingModel(model), values: ["a", "bb"] });
    expect(embeddings).toEqual([
      [1, 0.5],
      [2, 0.5],
    ]);
  });
});
