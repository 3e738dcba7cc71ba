/**
 * Any LanguageModel as a model of the AI SDK, e.g. for its generateText and streamText. README.md says how each field
 * maps.
 */
import type {
  EmbeddingModelV4,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from "@ai-sdk/provider";
import type { GenerateOptions, Generation, LanguageModel } from "../language-model.ts";
import { fromAiSdkPrompt } from "./ai-sdk-prompt.ts";
import { toAiSdkFinishReason } from "./finish-reason.ts";

/** What calls of the AI SDK may leave open. */
export interface AsAiSdkModelOptions {
  /** New tokens where a call does not say how many at most (default 256). */
  readonly maximumTokens?: number;
}

/** The model must be able to generate; what it throws reaches the caller as it is. */
export function asAiSdkModel(model: LanguageModel, options: AsAiSdkModelOptions = {}): LanguageModelV4 {
  const { maximumTokens = 256 } = options;
  return {
    specificationVersion: "v4",
    provider: "illume",
    modelId: model.id,
    supportedUrls: {},
    async doGenerate(call) {
      const generation = await sampleOf(model, generateOptions(call, maximumTokens));
      return {
        content: [{ type: "text", text: generation.text }],
        ...ending(generation),
        warnings: warningsOf(call),
      };
    },
    async doStream(call) {
      return { stream: streamOf(model, generateOptions(call, maximumTokens), warningsOf(call)) };
    },
  };
}

/** The model must be able to embed. */
export function asAiSdkEmbeddingModel(model: LanguageModel): EmbeddingModelV4 {
  return {
    specificationVersion: "v4",
    provider: "illume",
    modelId: model.id,
    maxEmbeddingsPerCall: Infinity,
    supportsParallelCalls: true,
    async doEmbed({ values, abortSignal }) {
      const vectors = await model.embed(values, abortSignal && { signal: abortSignal });
      return { embeddings: vectors.map((vector) => [...vector]), warnings: [] };
    },
  };
}

function generateOptions(call: LanguageModelV4CallOptions, maximumTokens: number): GenerateOptions {
  return {
    prompts: [fromAiSdkPrompt(call.prompt)],
    maximumTokens: call.maxOutputTokens ?? maximumTokens,
    temperature: call.temperature ?? 0,
    topP: call.topP ?? 1,
    stop: call.stopSequences ?? [],
    seed: call.seed ?? 0,
    ...(call.abortSignal === undefined ? {} : { signal: call.abortSignal }),
  };
}

async function sampleOf(model: LanguageModel, options: GenerateOptions): Promise<Generation> {
  const [row] = await model.generate(options);
  return row?.[0] as Generation;
}

function streamOf(model: LanguageModel, options: GenerateOptions, warnings: SharedV4Warning[]) {
  const stopped = new AbortController();
  const signal = options.signal === undefined ? stopped.signal : AbortSignal.any([options.signal, stopped.signal]);
  return new ReadableStream<LanguageModelV4StreamPart>({
    start(controller) {
      controller.enqueue({ type: "stream-start", warnings });
      controller.enqueue({ type: "text-start", id: "0" });
      let told = "";
      const tell = (delta: string) => {
        if (delta === "" || stopped.signal.aborted) return;
        told += delta;
        controller.enqueue({ type: "text-delta", id: "0", delta });
      };
      const finish = (generation: Generation) => {
        // A model that does not stream has told nothing yet.
        tell(generation.text.slice(told.length));
        controller.enqueue({ type: "text-end", id: "0" });
        controller.enqueue({ type: "finish", ...ending(generation) });
        controller.close();
      };
      const fail = (error: unknown) => {
        controller.enqueue({ type: "error", error });
        controller.close();
      };
      sampleOf(model, { ...options, signal, onText: ({ text }) => tell(text) })
        .then(finish, fail)
        // Nobody reads any more.
        .catch(() => undefined);
    },
    cancel() {
      stopped.abort();
    },
  });
}

function ending({ finishReason, promptTokens, tokens, logProbability }: Generation) {
  const usage: LanguageModelV4Usage = {
    inputTokens: { total: promptTokens, noCache: promptTokens, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: tokens, text: tokens, reasoning: undefined },
  };
  return {
    finishReason: toAiSdkFinishReason(finishReason),
    usage,
    ...(logProbability === undefined ? {} : { providerMetadata: { illume: { logProbability } } }),
  };
}

/** One for each setting that is asked for and has no counterpart here. */
function warningsOf(call: LanguageModelV4CallOptions): SharedV4Warning[] {
  const { topK, presencePenalty, frequencyPenalty, responseFormat, tools, reasoning } = call;
  const asked: Readonly<Record<string, boolean>> = {
    topK: topK !== undefined,
    presencePenalty: presencePenalty !== undefined && presencePenalty !== 0,
    frequencyPenalty: frequencyPenalty !== undefined && frequencyPenalty !== 0,
    responseFormat: responseFormat !== undefined && responseFormat.type !== "text",
    tools: tools !== undefined && tools.length > 0,
    reasoning: reasoning !== undefined && reasoning !== "provider-default",
  };
  return Object.entries(asked).flatMap(([feature, set]) => (set ? [{ type: "unsupported" as const, feature }] : []));
}
