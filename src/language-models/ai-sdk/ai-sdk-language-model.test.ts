/** Each row of the README's table, from the AI SDK to ours. */
import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import type { Generation } from "../language-model.ts";
import { AiSdkLanguageModel } from "./ai-sdk-language-model.ts";

const usage = (input?: number, output?: number) => ({
  inputTokens: { total: input, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: output, text: undefined, reasoning: undefined },
});

function fake(result: Partial<LanguageModelV4GenerateResult> = {}) {
  const calls: LanguageModelV4CallOptions[] = [];
  const model: LanguageModelV4 = {
    specificationVersion: "v4",
    provider: "fake",
    modelId: "fake",
    supportedUrls: {},
    async doGenerate(options) {
      calls.push(options);
      return {
        content: [{ type: "text", text: "one two three" }],
        finishReason: { unified: "stop", raw: "end" },
        usage: usage(4, 3),
        warnings: [],
        ...result,
      };
    },
    doStream: () => Promise.reject(new Error("not used")),
  };
  return { model, calls };
}

async function sample(result: Partial<LanguageModelV4GenerateResult>, options: object = {}): Promise<Generation> {
  const model = new AiSdkLanguageModel({ id: "fake:model", model: fake(result).model });
  const [[generation]] = (await model.generate({ prompts: ["a"], maximumTokens: 9, ...options })) as [[Generation]];
  return generation;
}

describe("what is sent", () => {
  test("one call for each prompt and sample, with a seed of its own", async () => {
    const { model, calls } = fake();
    const adapted = new AiSdkLanguageModel({ id: "fake:model", model });
    const rows = await adapted.generate({ prompts: ["a", "b"], samples: 3, maximumTokens: 9, seed: 1 });
    expect(rows.map((row) => row.length)).toEqual([3, 3]);
    expect(calls).toHaveLength(6);
    const seeds = calls.map(({ seed }) => seed as number);
    expect(new Set(seeds).size).toBe(6);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true);
    await adapted.generate({ prompts: ["b"], firstSample: 1, samples: 2, maximumTokens: 9, seed: 1 });
    expect(calls.slice(6).map(({ seed }) => seed)).toEqual(seeds.slice(4));
  });

  test("text is a message of the user; a conversation keeps its roles", async () => {
    const { model, calls } = fake();
    const adapted = new AiSdkLanguageModel({ id: "fake:model", model });
    const conversation = [
      { role: "system", content: "be short" },
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ] as const;
    await adapted.generate({ prompts: ["a", conversation], maximumTokens: 9 });
    expect(calls.map(({ prompt }) => prompt)).toEqual([
      [{ role: "user", content: [{ type: "text", text: "a" }] }],
      [
        { role: "system", content: "be short" },
        { role: "user", content: [{ type: "text", text: "a" }] },
        { role: "assistant", content: [{ type: "text", text: "b" }] },
      ],
    ]);
  });

  test("settings; a nucleus of everything and stop texts that endpoints refuse stay here", async () => {
    const { model, calls } = fake();
    const adapted = new AiSdkLanguageModel({ id: "fake:model", model });
    await adapted.generate({ prompts: ["a"], maximumTokens: 9, temperature: 0.5, topP: 0.9, stop: ["\n", "x", "y"] });
    expect(calls[0]).toMatchObject({ maxOutputTokens: 9, temperature: 0.5, topP: 0.9, stopSequences: ["x", "y"] });
    await adapted.generate({ prompts: ["a"], maximumTokens: 9, stop: ["1", "2", "3", "4", "5"] });
    expect(calls[1]).not.toHaveProperty("topP");
    expect(calls[1]?.stopSequences).toEqual(["1", "2", "3", "4"]);
    for (const absent of ["topK", "presencePenalty", "responseFormat", "tools", "reasoning"]) {
      expect(calls[0]).not.toHaveProperty(absent);
    }
  });
});

describe("what comes back", () => {
  test("text parts joined, the rest left out", async () => {
    const content = [
      { type: "reasoning", text: "hm" },
      { type: "text", text: "one " },
      { type: "text", text: "two" },
    ] as const;
    expect(await sample({ content: [...content] })).toEqual({
      text: "one two",
      finishReason: "stop",
      promptTokens: 4,
      tokens: 3,
    });
  });

  test.each([
    ["stop", "stop"],
    ["length", "length"],
    ["content-filter", "refusal"],
    ["tool-calls", "other"],
    ["error", "error"],
    ["interrupted", "error"],
    ["other", "other"],
  ] as const)("the finish reason %s is %s", async (unified, finishReason) => {
    expect(await sample({ finishReason: { unified, raw: undefined } })).toMatchObject({ finishReason });
  });

  test("stop texts that the endpoint did not heed", async () => {
    const providerMetadata = { illume: { logProbability: -1 } };
    expect(await sample({ providerMetadata }, { stop: [" two"] })).toEqual({
      text: "one",
      finishReason: "stop",
      promptTokens: 4,
      tokens: 3,
    });
    expect(await sample({ providerMetadata })).toMatchObject({ logProbability: -1 });
  });

  test("what is not told is missing", async () => {
    expect(await sample({ usage: usage() })).toEqual({ text: "one two three", finishReason: "stop" });
  });

  test("text is told once, and warnings once each", async () => {
    const pieces: unknown[] = [];
    const warnings: string[] = [];
    const { model } = fake({ warnings: [{ type: "unsupported", feature: "seed", details: "ignored" }] });
    const adapted = new AiSdkLanguageModel({ id: "fake:model", model, onWarning: (line) => warnings.push(line) });
    await adapted.generate({ prompts: ["a", "b"], maximumTokens: 9, onText: (piece) => pieces.push(piece) });
    expect(pieces).toEqual([0, 1].map((prompt) => ({ prompt, sample: 0, text: "one two three" })));
    expect(warnings).toEqual(["fake:model: unsupported seed: ignored"]);
  });
});

describe("embeddings", () => {
  const embedding = (vectors: (values: string[]) => number[][], most: number) => {
    const sizes: number[] = [];
    const embeddingModel = {
      specificationVersion: "v4",
      provider: "fake",
      modelId: "fake",
      maxEmbeddingsPerCall: most,
      supportsParallelCalls: true,
      doEmbed: async ({ values }: { values: string[] }) => {
        sizes.push(values.length);
        return { embeddings: vectors(values), warnings: [] };
      },
    } as const;
    return { sizes, model: new AiSdkLanguageModel({ id: "fake:model", model: fake().model, embeddingModel }) };
  };

  test("in portions, in order", async () => {
    const { sizes, model } = embedding((values) => values.map((value) => [value.length, 1]), 2);
    expect((await model.embed(["a", "bb", "ccc"])).map(([length]) => length)).toEqual([1, 2, 3]);
    expect(sizes).toEqual([2, 1]);
    expect(model.capabilities.has("embed")).toBe(true);
  });

  test.each<[string, (values: string[]) => number[][]]>([
    ["too few", () => [[1]]],
    ["empty ones", (values) => values.map(() => [])],
    ["different lengths", (values) => values.map((_, index) => Array.from({ length: index + 1 }, () => 1))],
    ["not finite ones", (values) => values.map(() => [Number.NaN])],
  ])("%s are refused", async (_, vectors) => {
    await expect(embedding(vectors, 9).model.embed(["a", "b"])).rejects.toThrow(CorruptFileError);
  });

  test("without a model for them, a typed error", async () => {
    const model = new AiSdkLanguageModel({ id: "fake:model", model: fake().model });
    await expect(model.embed(["a"])).rejects.toThrow(UnsupportedCapabilityError);
    expect([...model.capabilities]).toEqual(["generate"]);
  });
});
