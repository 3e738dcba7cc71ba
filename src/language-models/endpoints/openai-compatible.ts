/** Any server that speaks OpenAI's protocol, by the package @ai-sdk/openai-compatible: http(s)://host/v1#NAME, ollama:NAME. */
import type { JSONValue } from "@ai-sdk/provider";
import { type Environment, optionalKey } from "./endpoint-key.ts";
import { type ProviderModel, type ProviderOptions, providerFetches } from "./endpoint-provider.ts";
import { contentOfBody, openaiProbabilities } from "./openai-probabilities.ts";
import { optionalPackage } from "./optional-package.ts";

/** The key for addresses, where they ask for one; it goes to every address that a user names. */
export const addressKeys = ["ILLUME_API_KEY"] as const;

export interface OpenaiCompatibleModelOptions extends ProviderOptions {
  readonly id: string;
  /** Up to and with /v1, without a slash at the end. */
  readonly baseUrl: string;
  readonly name: string;
  readonly embeddingName?: string | undefined;
}

/** Throws MissingPackageError. */
export async function openaiCompatibleModel(options: OpenaiCompatibleModelOptions): Promise<ProviderModel> {
  const { id, baseUrl, name, embeddingName } = options;
  const { createOpenAICompatible } = await optionalPackage(() => import("@ai-sdk/openai-compatible"), {
    name: "@ai-sdk/openai-compatible",
    purpose: id,
    install: "@ai-sdk/openai-compatible",
  });
  const apiKey = optionalKey(options.environment, addressKeys);
  const fetches = providerFetches(options);
  const metadataExtractor = {
    extractMetadata: async ({ parsedBody }: { readonly parsedBody: unknown }) => {
      const content = contentOfBody(parsedBody);
      return content === undefined ? undefined : { probabilities: { content: content as JSONValue } };
    },
    // illume asks for no streams.
    createStreamExtractor: () => ({ processChunk: () => undefined, buildMetadata: () => undefined }),
  };
  const settings = {
    name: "endpoint",
    metadataExtractor,
    baseURL: baseUrl,
    ...(apiKey === undefined ? {} : { apiKey }),
  };
  return {
    model: createOpenAICompatible({ ...settings, fetch: fetches.text }).chatModel(name),
    ...(embeddingName === undefined
      ? {}
      : {
          embeddingModel: createOpenAICompatible({ ...settings, fetch: fetches.vectors }).embeddingModel(embeddingName),
        }),
    tokenProbabilities: {
      providerOptions: (alternatives) => ({ endpoint: { logprobs: true, top_logprobs: alternatives } }),
      read: (metadata) =>
        openaiProbabilities(
          (metadata as { probabilities?: { content?: unknown } } | undefined)?.probabilities?.content,
        ),
    },
    secrets: apiKey === undefined ? [] : [apiKey],
    keyRemedy:
      apiKey === undefined
        ? `put the key into ${addressKeys[0]}, which is not set`
        : `put a valid key into ${addressKeys[0]}`,
  };
}

/** Where Ollama listens: OLLAMA_HOST ("host", "host:port" or an address), else 127.0.0.1:11434. */
export function ollamaUrl(environment: Environment): string {
  const host = environment.OLLAMA_HOST?.trim() || "127.0.0.1:11434";
  const address = /^https?:\/\//u.test(host) ? host : `http://${host}`;
  const url = new URL(address);
  // What a server listens on is not what one can connect to.
  const name = url.hostname === "0.0.0.0" ? "127.0.0.1" : url.hostname;
  const port = url.port === "" && !/^https?:/u.test(host) ? "11434" : url.port;
  return `${url.protocol}//${name}${port === "" ? "" : `:${port}`}/v1`;
}
