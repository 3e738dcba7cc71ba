/** openai:NAME, by the package @ai-sdk/openai: chat completions, which take seeds and stop texts. */
import { requiredKey } from "./endpoint-key.ts";
import { type ProviderModel, type ProviderOptions, providerFetches } from "./endpoint-provider.ts";
import { openaiProbabilities } from "./openai-probabilities.ts";
import { optionalPackage } from "./optional-package.ts";

export const openaiKeys = ["OPENAI_API_KEY"] as const;

/** OPENAI_BASE_URL may name another address. Throws MissingKeyError and MissingPackageError. */
export async function openaiModel(
  name: string,
  embeddingName: string | undefined,
  options: ProviderOptions,
): Promise<ProviderModel> {
  const { createOpenAI } = await optionalPackage(() => import("@ai-sdk/openai"), {
    name: "@ai-sdk/openai",
    purpose: `openai:${name}`,
    install: "@ai-sdk/openai",
  });
  const apiKey = requiredKey(options.environment, openaiKeys, `openai:${name}`);
  const baseURL = options.environment.OPENAI_BASE_URL;
  const fetches = providerFetches(options);
  const settings = { apiKey, ...(baseURL ? { baseURL } : {}) };
  return {
    model: createOpenAI({ ...settings, fetch: fetches.text }).chat(name),
    ...(embeddingName === undefined
      ? {}
      : { embeddingModel: createOpenAI({ ...settings, fetch: fetches.vectors }).embeddingModel(embeddingName) }),
    tokenProbabilities: {
      providerOptions: (alternatives) => ({ openai: { logprobs: alternatives } }),
      read: (metadata) =>
        openaiProbabilities((metadata as { openai?: { logprobs?: unknown } } | undefined)?.openai?.logprobs),
    },
    secrets: [apiKey],
    keyRemedy: "put a valid key into OPENAI_API_KEY",
  };
}
